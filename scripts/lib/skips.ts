// The convention by which a test says that it could not run here: "SKIP item: reason", in its log.

export interface Skip {
  /** What the machine lacks. */
  readonly item: string
  readonly reason: string
}

/** Returns the skip that a line declares, or undefined for any other line. */
export function parseSkip(line: string): Skip | undefined {
  const [, item, reason] = /\bSKIP ([^:]+(?:::[^:]+)*): (.+)$/.exec(line.trimEnd()) ?? []
  return item === undefined || reason === undefined
    ? undefined
    : { item: item.trim(), reason: reason.trim() }
}

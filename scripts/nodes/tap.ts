// Counts the results in ava's TAP output.

export interface Tally {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

export function readTap(output: string): Tally {
  let [passed, failed, skipped] = [0, 0, 0]
  let lastPassed = false
  for (const line of output.split('\n')) {
    const match = /^(ok|not ok) \d+ - .*?( # (?:SKIP|TODO).*)?$/.exec(line)
    if (match === null) {
      // the convention of the specs: a test that found something missing says so and passes
      if (lastPassed && /^#\s+SKIP [^:]+: /.test(line))
        [passed, skipped, lastPassed] = [passed - 1, skipped + 1, false]
      continue
    }
    lastPassed = match[1] === 'ok' && match[2] === undefined
    if (match[1] !== 'ok') failed += 1
    else if (lastPassed) passed += 1
    else skipped += 1
  }
  return { passed, failed, skipped }
}

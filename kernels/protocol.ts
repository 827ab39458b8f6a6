// The protocol between guest and host: one JSON object per line, after a mark. Both sides use this module.

export type Outcome = 'passed' | 'failed' | 'skipped'

export interface Planned {
  readonly event: 'plan'
  readonly groups: readonly string[]
}

export interface Fact {
  readonly event: 'fact'
  readonly name: string
  readonly value: string | number | boolean
}

export interface TestResult {
  readonly event: 'result'
  readonly group: string
  readonly name: string
  readonly outcome: Outcome
  /** For a skip: what this kernel lacks. */
  readonly item?: string
  /** The reason of a skip, or the details of a failure. */
  readonly detail?: string
}

export interface GroupDone {
  readonly event: 'done'
  readonly group: string
  readonly seconds: number
}

export interface Figure {
  readonly event: 'figure'
  readonly name: string
  readonly perSecond: number
}

export type GuestEvent = Planned | Fact | TestResult | GroupDone | Figure

const MARK = '@uring '

export function encode(event: GuestEvent): string {
  return `${MARK}${JSON.stringify(event)}`
}

/** Returns the event in a console line, or undefined for any other line. Throws if broken JSON follows the mark. */
export function decode(line: string): GuestEvent | undefined {
  const at = line.indexOf(MARK)
  return at === -1 ? undefined : (JSON.parse(line.slice(at + MARK.length)) as GuestEvent)
}

// What the guest tells the host, one JSON object a line behind a mark, and how a line is read back. Both sides use
// this file, so that they cannot disagree.

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
  /** For a skip the reason, for a failure what was seen. */
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

/** The event in a console line, or undefined for any other line. A mark with broken JSON behind it is an error. */
export function decode(line: string): GuestEvent | undefined {
  const at = line.indexOf(MARK)
  return at === -1 ? undefined : (JSON.parse(line.slice(at + MARK.length)) as GuestEvent)
}

// Turns ava's TAP lines into results. A comment "SKIP item: reason" behind an ok line makes that test a skip that names
// what the kernel lacks; ava's own skips (test.skip) have no item, so they count as failures of the matrix: a guest must
// not skip a test for no reason.
import { parseSkip, type TestResult } from '../protocol'

const RESULT = /^(ok|not ok) \d+ - (.*?)(?: # (SKIP|TODO).*)?$/

export class TapReader {
  private pending: TestResult | undefined
  private readonly words: string[] = []

  constructor(
    private readonly groupOf: (title: string) => string,
    private readonly emit: (result: TestResult) => void,
  ) {}

  line(text: string): void {
    const match = RESULT.exec(text)
    if (match !== null) {
      this.end()
      this.pending = this.begin(match[1] === 'ok', match[2] ?? '', match[3])
      return
    }
    const skip = text.startsWith('#') ? parseSkip(text) : undefined
    if (skip !== undefined && this.pending?.outcome === 'passed') {
      this.pending = { ...this.pending, outcome: 'skipped', item: skip.item, detail: skip.reason }
    } else if (this.pending?.outcome === 'failed' && this.words.length < 40) {
      this.words.push(text.trim())
    }
  }

  end(): void {
    if (this.pending === undefined) return
    const detail = this.pending.detail ?? this.words.join(' | ')
    this.emit(detail === '' ? this.pending : { ...this.pending, detail })
    this.pending = undefined
    this.words.length = 0
  }

  private begin(ok: boolean, title: string, directive: string | undefined): TestResult {
    const result = { event: 'result', group: this.groupOf(title), name: title } as const
    if (directive !== undefined)
      return { ...result, outcome: 'failed', detail: `marked ${directive} without an item` }
    return { ...result, outcome: ok ? 'passed' : 'failed' }
  }
}

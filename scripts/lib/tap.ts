// Reads what `ava --tap` prints, with tap-parser. Used on the host and inside the guests of the kernel matrix.
//
// A test that logged "SKIP item: reason" passed for ava; here it is skipped. ava's own skips (test.skip, test.todo)
// name no item. Proved by scripts/test/scripts.spec.ts.
import { Parser, type Result } from 'tap-parser'
import { parseSkip, type Skip } from './skips'

export interface TapTest {
  readonly name: string
  readonly outcome: 'passed' | 'failed' | 'skipped'
  /** Why it was skipped, if the test itself said so. */
  readonly skip?: Skip
  /** What a failed test reported. */
  readonly detail?: string
}

const DETAIL_MAX = 4000

export class TapReader {
  private readonly parser = new Parser()
  /** The last test, until it is known that no comment of it follows. */
  private pending: TapTest | undefined

  constructor(private readonly onTest: (test: TapTest) => void) {
    this.parser.on('assert', (result: Result) => {
      this.flush()
      this.pending = testOf(result)
    })
    this.parser.on('comment', (text: string) => this.comment(text))
  }

  write(text: string): void {
    this.parser.write(text)
  }

  /** Reports the last test. Nothing may be written afterwards. */
  end(): void {
    this.parser.end()
    this.flush()
  }

  private comment(text: string): void {
    const skip = parseSkip(text)
    if (skip !== undefined && this.pending?.outcome === 'passed')
      this.pending = { ...this.pending, outcome: 'skipped', skip }
  }

  private flush(): void {
    if (this.pending !== undefined) this.onTest(this.pending)
    this.pending = undefined
  }
}

/** Returns every test of a finished run. */
export function readTap(output: string): TapTest[] {
  const tests: TapTest[] = []
  const reader = new TapReader((test) => tests.push(test))
  reader.write(output)
  reader.end()
  return tests
}

function testOf({ ok, name, skip, todo, diag }: Result): TapTest {
  if (skip !== false || todo !== false) return { name, outcome: 'skipped' }
  if (ok) return { name, outcome: 'passed' }
  return { name, outcome: 'failed', detail: wordsOf(diag).join(' | ').slice(0, DETAIL_MAX) }
}

/** The values of a diagnostic block, nested ones too. */
function wordsOf(value: unknown): string[] {
  if (value === null || value === undefined) return []
  if (typeof value === 'object') return Object.values(value).flatMap(wordsOf)
  return [String(value).trim()]
}

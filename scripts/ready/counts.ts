// Counts passed, failed and skipped tests in the output of the runners. A test that declares its own skip
// (`SKIP item: reason`) writes it to the file that URING_SKIP_LOG names.

import { readTap, type TapTest } from '../lib/tap'

export interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

export const countNothing = (): Counts => ({ passed: 0, failed: 0, skipped: 0 })

/** ava, with --tap. A test that declares its own skip counts as passed here; `ready` subtracts it. */
export function countAva(output: string): Counts {
  const tests = readTap(output)
  const count = (belongs: (test: TapTest) => boolean): number => tests.filter(belongs).length
  return {
    passed: count(({ outcome, skip }) => outcome === 'passed' || skip !== undefined),
    failed: count(({ outcome }) => outcome === 'failed'),
    skipped: count(({ outcome, skip }) => outcome === 'skipped' && skip === undefined),
  }
}

/** cargo test: `test result: ok. 12 passed; 0 failed; 1 ignored; ...` for each binary. */
export function countCargo(output: string): Counts {
  return {
    passed: sum(output, /^test result: \w+\. (\d+) passed/gm),
    failed: sum(output, /^test result: .*?; (\d+) failed/gm),
    skipped: sum(output, /^test result: .*?; (\d+) ignored/gm),
  }
}

/** The kernel matrix: `kernels: 12 passed, 0 failed, 1 skipped`. */
export function countKernels(output: string): Counts {
  const number = (word: string): number =>
    sum(output, new RegExp(`^(?:\\w+: )?.*?(\\d+) ${word}\\b`, 'gm'))
  return { passed: number('passed'), failed: number('failed'), skipped: number('skipped') }
}

function sum(output: string, pattern: RegExp): number {
  // escape sequences for colours are not part of the text
  // oxlint-disable-next-line no-control-regex
  const text = output.replaceAll(/\x1b\[[0-9;]*[A-Za-z]/g, '')
  return [...text.matchAll(pattern)].reduce((total, match) => total + Number(match[1]), 0)
}

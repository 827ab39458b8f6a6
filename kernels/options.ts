// The command line of the kernel matrix.
import { cpus } from 'node:os'
import { commandLine, countOf } from '../scripts/lib/command-line'
import {
  ARM64_KEYS,
  DEFAULT_KEYS,
  MUSL_KEYS,
  SERIES,
  seriesOf,
  SHORT_KEYS,
  type Series,
} from './series'

const USAGE = `npm run test:kernels [-- KERNEL... | --short | --arm64 | --musl | --all] [options]

  KERNEL         ${SERIES.filter((one) => one.libc === 'glibc')
    .map((one) => one.key)
    .join(' ')}
                 each also with -musl behind it: the musl package in a Node built for musl
                 (${DEFAULT_KEYS.join(' ')} when none is named)
  --short        the oldest and the newest kernel: ${SHORT_KEYS.join(' ')}
  --arm64        ${ARM64_KEYS.join(' ')}
  --musl         ${MUSL_KEYS.join(' ')}
  --all          the default kernels, and those of --arm64 and --musl
  --json FILE    write the verdicts to FILE
  --docs         write docs/kernels.json and docs/kernels.md from this run
  --log FOLDER   keep each guest's console in FOLDER (those of red guests are always kept)
  --jobs N       guests at a time (one per processor of this machine)
  --limit N      seconds that one guest may take (900)
  --silence N    seconds that one guest may say nothing (180)
  --help         print this text
  --self-test    put faults into guests and check that each is reported: a matrix that cannot be red proves nothing`

export interface Options {
  readonly series: readonly Series[]
  readonly json: string | undefined
  readonly docs: boolean
  readonly log: string | undefined
  readonly jobs: number
  readonly limits: { readonly totalSeconds: number; readonly silentSeconds: number }
  readonly selfTest: boolean
}

export function parseOptions(): Options {
  const { values, positionals } = commandLine({
    usage: USAGE,
    positionals: true,
    options: {
      short: { type: 'boolean', default: false },
      arm64: { type: 'boolean', default: false },
      musl: { type: 'boolean', default: false },
      all: { type: 'boolean', default: false },
      json: { type: 'string' },
      docs: { type: 'boolean', default: false },
      log: { type: 'string' },
      jobs: { type: 'string', default: String(cpus().length) },
      limit: { type: 'string', default: '900' },
      silence: { type: 'string', default: '180' },
      'self-test': { type: 'boolean', default: false },
    },
  })
  const keys = new Set(positionals)
  if (values.short) SHORT_KEYS.forEach((key) => keys.add(key))
  if (values.all) DEFAULT_KEYS.forEach((key) => keys.add(key))
  if (values.arm64 || values.all) ARM64_KEYS.forEach((key) => keys.add(key))
  if (values.musl || values.all) MUSL_KEYS.forEach((key) => keys.add(key))
  return {
    series: (keys.size === 0 ? [...DEFAULT_KEYS] : [...keys]).map(seriesOf),
    json: values.json,
    docs: values.docs,
    log: values.log,
    jobs: countOf('--jobs', values.jobs),
    limits: {
      totalSeconds: countOf('--limit', values.limit),
      silentSeconds: countOf('--silence', values.silence),
    },
    selfTest: values['self-test'],
  }
}

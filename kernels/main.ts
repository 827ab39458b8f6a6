// The kernel matrix: `npm run test:kernels`. Boots real Debian kernels, each with Node, the built package and a chosen
// part of both test suites, and prints one table. It ends with 0 only if every kernel is green.
import { writeFileSync } from 'node:fs'
import * as os from 'node:os'
import pMap from 'p-map'
import { writeDocs } from './docs'
import { runGuest } from './guest-run'
import { removeImage } from './image'
import { parseOptions, type Options } from './options'
import { prepareImage, prepareParts } from './prepare'
import type { Series } from './series'
import { selfTest } from './self-test'
import { resultTable, totals, wordsBelow } from './table'
import { start } from '../scripts/lib/command-line'
import { neverRan, type KernelVerdict, type MatrixRun } from './verdict'

/** What guests that share an image have in common. */
function placeOf({ arch, libc }: Series): string {
  return `${arch}, ${libc}`
}

async function runOne(
  series: Series,
  image: string,
  groups: readonly string[],
  { limits, log }: Options,
): Promise<KernelVerdict> {
  const onProgress = (line: string): void => console.log(`${series.key}: ${line}`)
  onProgress('booting')
  const verdict = await runGuest({ series, image, groups, limits, log, onProgress })
  onProgress(`${verdict.green ? 'green' : 'RED'} after ${verdict.seconds} s`)
  return verdict
}

async function runMatrix(options: Options): Promise<KernelVerdict[]> {
  const verdicts: KernelVerdict[] = []
  for (const place of new Set(options.series.map(placeOf))) {
    const series = options.series.filter((one) => placeOf(one) === place)
    console.log(`preparing the guest for ${place}`)
    try {
      verdicts.push(...(await runPlace(series, options)))
    } catch (error) {
      console.error(error)
      verdicts.push(...series.map((one) => neverRan(one.key, error)))
    }
  }
  return verdicts
}

/** Kernels that share an image. */
async function runPlace(series: readonly Series[], options: Options): Promise<KernelVerdict[]> {
  const [first] = series
  if (first === undefined) return []
  const parts = await prepareParts(first.arch, first.libc)
  const { image, groups } = await prepareImage(parts)
  try {
    // runGuest never rejects, so no guest still runs on the image when this is over
    return await pMap(series, (one) => runOne(one, image, groups, options), {
      concurrency: options.jobs,
    })
  } finally {
    removeImage(image)
  }
}

async function main(): Promise<void> {
  const options = parseOptions()
  if (options.selfTest) {
    process.exitCode = (await selfTest(options)) ? 0 : 1
    return
  }
  const verdicts = await runMatrix(options)
  const machine = {
    cpu: os.cpus()[0]?.model ?? '?',
    cpus: os.cpus().length,
    arch: os.arch(),
    kernel: os.release(),
  }
  const run: MatrixRun = { date: new Date().toISOString(), machine, kernels: verdicts }
  console.log(`\n${resultTable(verdicts)}\n`)
  for (const line of wordsBelow(verdicts)) console.log(line)
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(run, null, 2)}\n`)
  if (options.docs) writeDocs(run)
  console.log(`\nkernels: ${totals(verdicts)}`)
  process.exitCode = verdicts.length > 0 && verdicts.every((one) => one.green) ? 0 : 1
}

await start(main)

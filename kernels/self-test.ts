// Proves that the matrix detects faults: puts one fault at a time into a guest and checks that the verdict names it.
import { runGuest } from './guest-run'
import { removeImage } from './image'
import type { Options } from './options'
import { PLANTS, type Plant } from './plan'
import { prepareImage, prepareParts } from './prepare'
import type { Series } from './series'
import { wordsBelow } from './table'

/** The text that the report must contain for each fault. */
const EXPECTED: Readonly<Record<Plant, RegExp>> = {
  'failing-spec': /operations: operations › planted › planted by the self-test/,
  'failing-rust': /rust: planted: planted by the self-test/,
  'missing-group': /group denial gave no result/,
  warning: /kernel log: .*WARNING: CPU: 0 PID: 1 at planted/,
  panic: /ended without its exit line/,
  silence: /said nothing for 20 s/,
  crash: /the runner ended with 139/,
}

export async function selfTest(options: Options): Promise<boolean> {
  const series = options.series.at(-1)
  if (series === undefined) throw new Error('no kernel was named')
  const parts = await prepareParts(series.arch, series.libc)
  let proven = 0
  for (const plant of PLANTS) {
    const { image, groups } = await prepareImage(parts, plant)
    const limits = {
      ...options.limits,
      silentSeconds: plant === 'silence' ? 20 : options.limits.silentSeconds,
    }
    const job = { series, image, groups, limits, log: options.log, onProgress: () => undefined }
    const verdict = await runGuest(job)
    const words = wordsBelow([verdict]).filter((line) => line.startsWith('RED'))
    const right = !verdict.green && words.some((line) => EXPECTED[plant].test(line))
    if (right) proven += 1
    console.log(
      `${right ? 'reported' : 'NOT REPORTED'}: ${plant} on ${series.key} (${verdict.seconds} s)`,
    )
    if (!right) for (const line of words) console.log(`  ${line}`)
    removeImage(image)
  }
  if (await reportsMissingKernel(series, options)) proven += 1
  console.log(`self-test: ${proven} of ${PLANTS.length + 1} faults reported`)
  return proven === PLANTS.length + 1
}

/** A kernel that cannot be downloaded must be red like any other. */
async function reportsMissingKernel(series: Series, options: Options): Promise<boolean> {
  const missing = { ...series, prefix: '0.0.' }
  const rest = { limits: options.limits, log: options.log, onProgress: () => undefined }
  const verdict = await runGuest({ series: missing, image: '', groups: [], ...rest })
  const right = !verdict.green && /never ran: .* has no cloud kernel/.test(verdict.faults.join())
  console.log(`${right ? 'reported' : 'NOT REPORTED'}: no kernel for ${series.key}`)
  return right
}

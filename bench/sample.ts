// Measures contenders in turns, so that the machine's other work affects all of them alike. Each is verified, warmed
// up, and then timed once per round.

import type { Contender } from './contender'
import type { Verification } from './work'

export interface Effort {
  rounds: number
  /** Milliseconds per contender and round. */
  milliseconds: number
}

/** The measurements of one contender, one per round. */
export interface Samples {
  perSecond: number[]
  /** Seconds of processor time per unit, if the contender reports them. */
  processor: number[]
}

/** Resolves to the samples of each contender, in their order. */
export async function sample(
  contenders: readonly Contender[],
  depth: number,
  verification: Verification,
  effort: Effort,
  tick: (what: string) => void,
): Promise<Samples[]> {
  const entrants: { contender: Contender; count: number; samples: Samples }[] = []
  for (const contender of contenders) {
    tick(`warming up ${contender.name}`)
    await verify(contender, verification)
    const count = await calibrate(contender, depth, effort.milliseconds)
    entrants.push({ contender, count, samples: { perSecond: [], processor: [] } })
  }
  for (let round = 0; round < effort.rounds; round++) {
    const order = round % 2 === 0 ? entrants : entrants.toReversed()
    for (const { contender, count, samples } of order) {
      tick(`round ${round + 1} of ${effort.rounds}`)
      await contender.measure(leadIn(count)) // fills the caches with what this contender needs
      const { seconds, processor } = await contender.measure(count)
      samples.perSecond.push(count / seconds)
      if (processor !== undefined) samples.processor.push(processor / count)
    }
  }
  return entrants.map(({ samples }) => samples)
}

async function verify(contender: Contender, verification: Verification): Promise<void> {
  verification.before?.()
  try {
    verification.after(await contender.check(verification.count))
  } catch (error) {
    throw new Error(`${contender.name} does not do the work`, { cause: error })
  }
}

/** Doubles the work until it fills half a round, which also warms up. Resolves to the units of a whole round. */
async function calibrate(
  contender: Contender,
  depth: number,
  milliseconds: number,
): Promise<number> {
  const seconds = milliseconds / 1000
  for (let count = depth; ; count *= 2) {
    const taken = await contender.measure(count)
    if (taken.seconds < seconds / 2) continue
    return Math.max(depth, Math.round((count / taken.seconds) * seconds))
  }
}

function leadIn(count: number): number {
  return Math.ceil(count / 8)
}

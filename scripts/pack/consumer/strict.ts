// A user's program under TypeScript strict, with declarations of libraries checked too. It is compiled, never run.
import { availability, constants, Ring, type Availability, type RingOptions } from 'uring'

const options: RingOptions = { entries: 8 }

export async function sizeOf(fd: number): Promise<number> {
  const ring = new Ring(options)
  const bytes: number = await ring.read(fd, new Uint8Array(16), 0)
  await ring.dispose()
  return bytes
}

export function explain(state: Availability = availability()): string {
  return state.available ? state.kernel : `${state.reason}: ${state.remedy}`
}

// @ts-expect-error a descriptor is not a string
export const wrong = (ring: Ring): Promise<number> => ring.read('0', new Uint8Array(1), 0)

export const flag: number = constants.O_RDONLY

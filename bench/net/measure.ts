// One row measured: every server checked in a process of its own, then all of them started, warmed up and driven in
// turns, so that whatever else the machine does falls on all of them alike. A server that is not driven sleeps.

import type { Load, Measured } from './load'
import type { Programs } from './programs'
import type { Column, Row } from './rows'
import { Server } from './server'
import { summary } from './summary'

export interface Effort {
  readonly rounds: number
  /** The measured time of a column in a round. */
  readonly milliseconds: number
}

export interface Figure {
  /** The server's CPU time for a unit, in microseconds: the median of the rounds. */
  readonly cpu: number
  /** Half the range between the quartiles, as a fraction of the median. */
  readonly spread: number
  /** Units per second of real time. */
  readonly perSecond: number
  /** The part of the time in which the server ran. */
  readonly busy: number
  /** The part of the time in which the load generator ran. */
  readonly loadBusy: number
}

export interface Result {
  readonly row: Row
  readonly figures: Partial<Record<Column, Figure>>
  /** Server programs that are not there. */
  readonly missing: readonly string[]
}

export interface Place {
  /** The path of the native benchmark program. */
  readonly native: string
  /** The CPU that servers run on. */
  readonly cpu: number
  readonly load: Load
}

/** Resolves to the figures of a row. Every server has ended then, also after an error. */
export async function measureRow(
  row: Row,
  { found, missing }: Programs,
  place: Place,
  effort: Effort,
): Promise<Result> {
  const servers: Server[] = []
  try {
    for (const program of found) {
      const server = await Server.start(place.native, place.cpu, program, true)
      servers.push(server)
      await server.run(place.load, row, { leadIn: 0, milliseconds: CHECK })
      await server.stop()
      servers.pop()
    }
    for (const program of found) {
      servers.push(await Server.start(place.native, place.cpu, program, false))
    }
    const samples = await takeTurns(row, servers, place.load, effort)
    for (const server of servers) await server.stop()
    const figures = Object.fromEntries(
      servers.map(({ column }, i) => [column, figure(samples[i]!)]),
    ) as Partial<Record<Column, Figure>>
    return { row, figures, missing }
  } catch (error) {
    for (const server of servers) server.kill()
    throw error
  }
}

const CHECK = 50

async function takeTurns(
  row: Row,
  servers: readonly Server[],
  load: Load,
  { rounds, milliseconds }: Effort,
): Promise<Measured[][]> {
  const samples: Measured[][] = servers.map(() => [])
  const order = servers.map((_, i) => i)
  for (const server of servers) await server.run(load, row, { leadIn: 0, milliseconds })
  for (let round = 0; round < rounds; round++) {
    for (const i of round % 2 === 0 ? order : order.toReversed()) {
      const leadIn = Math.ceil(milliseconds / 4)
      samples[i]!.push(await servers[i]!.run(load, row, { leadIn, milliseconds }))
    }
  }
  return samples
}

function figure(samples: readonly Measured[]): Figure {
  const { median, spread } = summary(samples.map((run) => (run.cpuSeconds / run.units) * 1e6))
  return {
    cpu: median,
    spread,
    perSecond: summary(samples.map((run) => run.units / run.seconds)).median,
    busy: summary(samples.map((run) => run.cpuSeconds / run.seconds)).median,
    loadBusy: summary(samples.map((run) => run.loadSeconds / run.seconds)).median,
  }
}

// The socket benchmark: servers of this package, of Node and of native code do the same work, each in a process of its
// own, and the CPU time of that process is compared.
//
// Owns the order of the run. Promises that every child has ended when it ends, however it ends. Never listens on
// anything but the loopback address. `--help` lists the options.

import { buildNative } from '../native'
import { chooseCpus } from './cpus'
import { Load } from './load'
import { measureRow, type Result } from './measure'
import { parse, USAGE, type Options } from './options'
import { programs } from './programs'
import { json, markdown } from './report'

async function main(): Promise<void> {
  const options = parse(process.argv.slice(2))
  if (options.help) return console.log(USAGE.trimEnd())
  const results = await measureAll(options)
  process.stdout.write(options.json ? json(results, options.placement) : markdown(results))
}

async function measureAll(options: Options): Promise<Result[]> {
  const native = await buildNative()
  const cpus = chooseCpus(options.placement)
  const load = new Load(native, cpus.load)
  const results: Result[] = []
  try {
    for (const row of options.rows) {
      console.error(`${row.name} ...`)
      const place = { native, cpu: cpus.server, load }
      results.push(await measureRow(row, programs(row, native), place, options))
    }
    await load.stop()
  } catch (error) {
    load.kill()
    throw error
  }
  return results
}

await main()

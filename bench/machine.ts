// The machine that the figures belong to.

import { spawnSync } from 'node:child_process'
import * as os from 'node:os'

export interface Machine {
  cpu: string
  cores: number
  memoryGiB: number
  arch: string
  kernel: string
  filesystem: string
  node: string
  date: string
}

export function machine(directory: string): Machine {
  const df = spawnSync('df', ['--output=fstype', directory], { encoding: 'utf8' })
  return {
    cpu: os.cpus()[0]?.model.trim() ?? 'unknown',
    cores: os.availableParallelism(),
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    arch: process.arch,
    kernel: os.release(),
    filesystem: df.stdout?.split('\n')[1]?.trim() ?? 'unknown',
    node: process.version,
    date: new Date().toISOString().slice(0, 10),
  }
}

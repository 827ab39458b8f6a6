// The command line of each column's server program. A column without a program for a work is left out and named.

import { existsSync } from 'node:fs'
import * as path from 'node:path'
import { allColumns, bufferGroup, type Column, type Row, type WorkName } from './rows'

const root = path.join(import.meta.dirname, '../..')
const scripts: Record<'node' | 'uring', (work: WorkName) => string> = {
  node: (work) => `bench/net/servers/node-${work}.ts`,
  uring: (work) => `bench/net/servers/uring-${work}.ts`,
}

export interface Program {
  readonly column: Column
  readonly command: readonly string[]
}

export interface Programs {
  readonly found: readonly Program[]
  /** The files that are not there, relative to the repository. */
  readonly missing: readonly string[]
}

/** Returns the server programs of a row. `native` is the path of the native benchmark program. */
export function programs(row: Row, native: string): Programs {
  const found: Program[] = []
  const missing: string[] = []
  const { buffers, bufferSize } = bufferGroup(row)
  const options = ['--buffers', String(buffers), '--buffer-size', String(bufferSize)]
  for (const column of allColumns) {
    if (column === 'nativeCoop' || column === 'nativeDefer') {
      const setup = column === 'nativeCoop' ? 'coop' : 'defer'
      const command = [native, 'net', 'serve', row.work, '--setup', setup, ...options]
      found.push({ column, command })
      continue
    }
    const script = scripts[column](row.work)
    if (existsSync(path.join(root, script))) {
      const node = [process.execPath, '--import', '@oxc-node/core/register']
      found.push({ column, command: [...node, path.join(root, script), ...options] })
    } else {
      missing.push(script)
    }
  }
  return { found, missing }
}

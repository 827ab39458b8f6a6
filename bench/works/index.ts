// The rows, in the order of the report.

import type { Work } from '../work'
import { bulkRead } from './bulk-read'
import { nop } from './nop'
import { readCached, readDirect } from './read'
import { smallFiles } from './small-files'
import { statx } from './statx'
import { write } from './write'
import { writeFdatasync } from './write-fdatasync'

export const works: Work[] = [
  nop,
  readCached,
  readDirect,
  bulkRead,
  write,
  smallFiles,
  writeFdatasync,
  statx,
]

// The columns of the benchmark: every way of doing the same work, with the names the report uses.

import type { NeighbourColumn } from './neighbours'

export const columns = {
  uring: 'uring, a promise each',
  uringBatch: 'uring, batch()',
  fsPromises: 'fs.promises',
  fsCallback: 'fs callbacks',
  fsSync: 'fs sync',
  native: 'native (Rust)',
} as const

/** Columns of works that can use registered buffers. They have a table of their own, and are not in the JSON report. */
export const registeredColumns = {
  uringFixed: 'uring, registered buffers',
  nativeFixed: 'native, registered buffers',
} as const

export type MainColumn = keyof typeof columns
export type TitledColumn = MainColumn | keyof typeof registeredColumns
/** The neighbours have no fixed titles: theirs include the version of the run. */
export type Column = TitledColumn | NeighbourColumn

/** Columns that other programs run. */
export type PeerColumn = 'native' | 'nativeFixed' | NeighbourColumn
/** Columns that run in this process. */
export type OwnColumn = Exclude<Column, PeerColumn>
/** Columns that use the package. */
export type PackageColumn = 'uring' | 'uringBatch' | 'uringFixed'

export const mainColumns = Object.keys(columns) as MainColumn[]
export const allColumns: Column[] = [...mainColumns, 'uringFixed', 'nativeFixed', 'node26', 'bun']
export const packageColumns: PackageColumn[] = ['uring', 'uringBatch', 'uringFixed']

export function title(column: TitledColumn): string {
  return { ...columns, ...registeredColumns }[column]
}

// The columns of the benchmark: every way of doing the same work, with the names the report uses.

export const columns = {
  uring: 'uring, a promise each',
  uringBatch: 'uring, batch()',
  fsPromises: 'fs.promises',
  fsCallback: 'fs callbacks',
  fsSync: 'fs sync',
  native: 'native (Rust)',
} as const

/** Shown beside the columns where a work has them; not part of the JSON report. */
export const extraColumns = {
  uringFixed: 'uring, registered buffers',
  nativeFixed: 'native, registered buffers',
} as const

export type MainColumn = keyof typeof columns
export type Column = MainColumn | keyof typeof extraColumns

export const mainColumns = Object.keys(columns) as MainColumn[]
export const allColumns: Column[] = [...mainColumns, 'uringFixed', 'nativeFixed']

export function title(column: Column): string {
  return { ...columns, ...extraColumns }[column]
}

// uring: io_uring for Node.js. The public entry; everything it names is explained where it is made.

export { availability, type Availability, type UnavailableReason } from './src/availability'
export { Batch } from './src/batch'
export { Chain, type ChainOptions, type Linked } from './src/chain'
export { constants } from './src/constants'
export { AbortError, ShortTransferError, SystemError, type UringErrorCode } from './src/errors'
export type { Link } from './src/operations/base'
export type {
  Duration,
  FileLike,
  OperationOptions,
  PathLike,
  Position,
  ReadWriteOptions,
} from './src/options'
export { Ring, type RingOptions, type RingStats } from './src/ring'
export { Statx } from './src/statx'

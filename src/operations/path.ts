// Operations on a path.

import { operation, plain } from '../core/operation'
import { IORING_OP_OPENAT, IORING_OP_STATX } from '../generated/constants'
import {
  checkUint32,
  toDirfd,
  toPath,
  type FileLike,
  type OperationOptions,
  type PathLike,
} from '../options'
import { Statx } from '../statx'
import { begin, core, end, type Kind, type Outcome } from './base'
import { FileOperations } from './file'

const OPENAT = plain(IORING_OP_OPENAT, 'openat', '5.6', { paths: true })
const STATX = operation<Statx>(IORING_OP_STATX, 'statx', '5.6', {
  paths: true,
  decode: ({ output, at }) => new Statx(output, at),
})

/** `STATX_BASIC_STATS | STATX_BTIME`. */
const STATX_DEFAULT = 0x0fff

/** `O_CLOEXEC`: no descriptor of ours goes to a child. */
const O_CLOEXEC = 0o2000000

export abstract class PathOperations<K extends Kind> extends FileOperations<K> {
  /**
   * Opens `path`, relative to the directory `dirfd` (`AT_FDCWD`: the working directory), with
   * `O_*` flags and, for a new file, `mode` (IORING_OP_OPENAT, Linux 5.6). Gives a descriptor, which
   * is closed by `close`; O_CLOEXEC is always set. See io_uring_prep_openat(3), openat(2).
   */
  openat(
    dirfd: FileLike,
    path: PathLike,
    flags: number,
    mode = 0o666,
    options?: OperationOptions,
  ): Outcome<K, number> {
    const directory = toDirfd(dirfd)
    const name = toPath(path)
    checkUint32(flags, 'flags')
    checkUint32(mode, 'mode')
    const slot = this[begin](OPENAT, directory, options)
    const { requests, objects } = this[core]
    requests.setLen(slot, mode)
    requests.setOpFlags(slot, flags | O_CLOEXEC)
    objects[slot] = name
    return this[end](slot, OPENAT)
  }

  /**
   * What the kernel knows of `path`, relative to the directory `dirfd` (IORING_OP_STATX, Linux 5.6).
   * `flags` are `AT_*` (AT_EMPTY_PATH with '' for `dirfd` itself, AT_SYMLINK_NOFOLLOW), `mask` is
   * `STATX_*`. The kernel always does this on a worker: on a warm cache a plain stat is faster.
   * See io_uring_prep_statx(3), statx(2).
   */
  statx(
    dirfd: FileLike,
    path: PathLike,
    flags = 0,
    mask = STATX_DEFAULT,
    options?: OperationOptions,
  ): Outcome<K, Statx> {
    const directory = toDirfd(dirfd)
    const name = toPath(path)
    checkUint32(flags, 'flags')
    checkUint32(mask, 'mask')
    const slot = this[begin](STATX, directory, options)
    const { requests, objects } = this[core]
    requests.setLen(slot, mask)
    requests.setOpFlags(slot, flags)
    objects[slot] = name
    return this[end](slot, STATX)
  }
}

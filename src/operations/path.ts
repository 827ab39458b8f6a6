// Operations on a path.

import { operation, plain } from '../core/operation'
import * as rows from '../generated/operations'
import {
  checkUint32,
  isOptions,
  toDirfd,
  toPath,
  type FileLike,
  type OperationOptions,
  type PathLike,
} from '../options'
import { Statx } from '../statx'
import { begin, core, end, type Kind, type Outcome } from './base'
import { FileOperations } from './file'

const OPENAT = plain(rows.OPENAT)
const STATX = operation<Statx>(rows.STATX, {
  decode: ({ words, at }) => new Statx(words, at),
})

/** `STATX_BASIC_STATS | STATX_BTIME`. */
const STATX_DEFAULT = 0x0fff

/** `O_CLOEXEC`: child processes do not inherit the descriptor. */
const O_CLOEXEC = 0o2000000

export abstract class PathOperations<K extends Kind> extends FileOperations<K> {
  /**
   * Opens `path`, relative to the directory `dirfd` (`AT_FDCWD`: the working directory), with
   * `O_*` flags and, for a new file, `mode` (IORING_OP_OPENAT, Linux 5.6). Resolves to a descriptor,
   * which `close` closes. O_CLOEXEC is always set. See io_uring_prep_openat(3), openat(2).
   */
  openat(
    dirfd: FileLike,
    path: PathLike,
    flags: number,
    mode?: number,
    options?: OperationOptions,
  ): Outcome<K, number>
  openat(
    dirfd: FileLike,
    path: PathLike,
    flags: number,
    options: OperationOptions,
  ): Outcome<K, number>
  openat(
    dirfd: FileLike,
    path: PathLike,
    flags: number,
    mode: number | OperationOptions = 0o666,
    options?: OperationOptions,
  ): Outcome<K, number> {
    if (isOptions(mode)) return this.openat(dirfd, path, flags, undefined, mode)
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
   * Describes `path`, relative to the directory `dirfd` (IORING_OP_STATX, Linux 5.6). `flags` are
   * `AT_*` (AT_EMPTY_PATH with '' for `dirfd` itself, AT_SYMLINK_NOFOLLOW), `mask` is `STATX_*`.
   * Resolves to a `Statx`. The kernel always runs this on a worker: on a warm cache a plain stat is
   * faster. See io_uring_prep_statx(3), statx(2).
   */
  statx(
    dirfd: FileLike,
    path: PathLike,
    flags?: number,
    mask?: number,
    options?: OperationOptions,
  ): Outcome<K, Statx>
  statx(
    dirfd: FileLike,
    path: PathLike,
    flags: number,
    options: OperationOptions,
  ): Outcome<K, Statx>
  statx(dirfd: FileLike, path: PathLike, options: OperationOptions): Outcome<K, Statx>
  statx(
    dirfd: FileLike,
    path: PathLike,
    flags: number | OperationOptions = 0,
    mask: number | OperationOptions = STATX_DEFAULT,
    options?: OperationOptions,
  ): Outcome<K, Statx> {
    if (isOptions(flags)) return this.statx(dirfd, path, 0, STATX_DEFAULT, flags)
    if (isOptions(mask)) return this.statx(dirfd, path, flags, STATX_DEFAULT, mask)
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

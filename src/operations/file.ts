// Operations on an open file.

import { plain, type Plain } from '../core/operation'
import { MARK_REGISTERED } from '../generated/layout'
import * as rows from '../generated/operations'
import {
  TRANSFER_MAX,
  checkBufIndex,
  checkOffset,
  checkPosition,
  checkUint32,
  checkView,
  flagsOf,
  isBufIndex,
  isFd,
  isOptions,
  isPosition,
  toFd,
  toNumericFd,
  toBytes,
  toViews,
  type FileLike,
  type OperationOptions,
  type Position,
  type ReadWriteOptions,
} from '../options'
import { begin, core, end, type Kind, type Outcome } from './base'
import { ControlOperations } from './control'

const READ = plain(rows.READ)
const WRITE = plain(rows.WRITE)
const READV = plain(rows.READV)
const WRITEV = plain(rows.WRITEV)
const READ_FIXED = plain(rows.READ_FIXED)
const WRITE_FIXED = plain(rows.WRITE_FIXED)
const FSYNC = plain(rows.FSYNC)
const FALLOCATE = plain(rows.FALLOCATE)
const FTRUNCATE = plain(rows.FTRUNCATE)
const CLOSE = plain(rows.CLOSE)

export abstract class FileOperations<K extends Kind> extends ControlOperations<K> {
  /**
   * Reads into `buffer` from `position` (IORING_OP_READ, Linux 5.6). Resolves to the number of bytes
   * read, which can be less than the buffer holds, and is 0 at the end of the file. A `position` of
   * `null` is the file's own position; reads that are in flight together use it in no particular
   * order. The buffer is the kernel's until the promise settles: do not transfer its memory before.
   * See io_uring_prep_read(3), preadv2(2).
   */
  read(
    fd: FileLike,
    buffer: NodeJS.ArrayBufferView,
    position: Position,
    options?: ReadWriteOptions,
  ): Outcome<K, number> {
    return this.#transfer(READ, fd, buffer, position, 0, options)
  }

  /**
   * Writes `buffer` at `position` (IORING_OP_WRITE, Linux 5.6). Resolves to the number of bytes
   * written, which can be less than the buffer holds. A `position` of `null` is the file's own
   * position. See io_uring_prep_write(3), pwritev2(2).
   */
  write(
    fd: FileLike,
    buffer: NodeJS.ArrayBufferView,
    position: Position,
    options?: ReadWriteOptions,
  ): Outcome<K, number> {
    return this.#transfer(WRITE, fd, buffer, position, 0, options)
  }

  /**
   * Reads like `read`, into a view of the registered buffer `bufIndex` (IORING_OP_READ_FIXED, Linux
   * 5.1), whose memory the kernel need not look up. See io_uring_prep_read_fixed(3),
   * `registerBuffers`.
   */
  readFixed(
    fd: FileLike,
    buffer: NodeJS.ArrayBufferView,
    position: Position,
    bufIndex: number,
    options?: ReadWriteOptions,
  ): Outcome<K, number> {
    return this.#transfer(READ_FIXED, fd, buffer, position, bufIndex, options)
  }

  /**
   * Writes like `write`, from a view of the registered buffer `bufIndex` (IORING_OP_WRITE_FIXED, Linux
   * 5.1). See io_uring_prep_write_fixed(3), `registerBuffers`.
   */
  writeFixed(
    fd: FileLike,
    buffer: NodeJS.ArrayBufferView,
    position: Position,
    bufIndex: number,
    options?: ReadWriteOptions,
  ): Outcome<K, number> {
    return this.#transfer(WRITE_FIXED, fd, buffer, position, bufIndex, options)
  }

  /**
   * Reads into at most 1,024 buffers, one after the other (IORING_OP_READV, Linux 5.1). Resolves to
   * the number of bytes read. See io_uring_prep_readv(3).
   */
  readv(
    fd: FileLike,
    buffers: readonly NodeJS.ArrayBufferView[],
    position: Position,
    options?: ReadWriteOptions,
  ): Outcome<K, number> {
    return this.#vectored(READV, fd, buffers, position, options)
  }

  /**
   * Writes at most 1,024 buffers, one after the other (IORING_OP_WRITEV, Linux 5.1). Resolves to the
   * number of bytes written. See io_uring_prep_writev(3).
   */
  writev(
    fd: FileLike,
    buffers: readonly NodeJS.ArrayBufferView[],
    position: Position,
    options?: ReadWriteOptions,
  ): Outcome<K, number> {
    return this.#vectored(WRITEV, fd, buffers, position, options)
  }

  /**
   * Writes a file's data to the storage device (IORING_OP_FSYNC, Linux 5.1); with
   * `IORING_FSYNC_DATASYNC`, only what is needed to read it back. Does not wait for writes that are
   * still in flight: await them, or link them with `chain`. Resolves to 0.
   * See io_uring_prep_fsync(3), fsync(2).
   */
  fsync(fd: FileLike, flags?: number, options?: OperationOptions): Outcome<K, number>
  fsync(fd: FileLike, options: OperationOptions): Outcome<K, number>
  fsync(
    fd: FileLike,
    flags: number | OperationOptions = 0,
    options?: OperationOptions,
  ): Outcome<K, number> {
    if (isOptions(flags)) return this.fsync(fd, 0, flags)
    const file = toFd(fd)
    checkUint32(flags, 'flags')
    const slot = this[begin](FSYNC, file, options)
    this[core].requests.setOpFlags(slot, flags)
    return this[end](slot, FSYNC)
  }

  /**
   * Reserves, removes or zeroes `length` bytes from `position`, as `mode` says: `FALLOC_FL_*`, or 0 to
   * reserve (IORING_OP_FALLOCATE, Linux 5.6). Resolves to 0. See io_uring_prep_fallocate(3),
   * fallocate(2).
   */
  fallocate(
    fd: FileLike,
    mode: number,
    position: number | bigint,
    length: number | bigint,
    options?: OperationOptions,
  ): Outcome<K, number> {
    const file = toFd(fd)
    checkUint32(mode, 'mode')
    checkOffset(position, 'position')
    checkOffset(length, 'length')
    const slot = this[begin](FALLOCATE, file, options)
    const { requests } = this[core]
    requests.setLen(slot, mode)
    requests.setOff(slot, position)
    requests.setAddr(slot, length)
    return this[end](slot, FALLOCATE)
  }

  /**
   * Makes a file `length` bytes long (IORING_OP_FTRUNCATE, Linux 6.9). Resolves to 0.
   * See io_uring_prep_ftruncate(3).
   */
  ftruncate(fd: FileLike, length: number | bigint, options?: OperationOptions): Outcome<K, number> {
    const file = toFd(fd)
    checkOffset(length, 'length')
    const slot = this[begin](FTRUNCATE, file, options)
    this[core].requests.setOff(slot, length)
    return this[end](slot, FTRUNCATE)
  }

  /**
   * Closes a descriptor (IORING_OP_CLOSE, Linux 5.6). Operations on it that are in flight are not
   * cancelled. Takes numbers only: an object that owns a descriptor, such as a FileHandle, has to
   * close it itself. Resolves to 0. See io_uring_prep_close(3).
   */
  close(fd: number, options?: OperationOptions): Outcome<K, number> {
    return this[end](this[begin](CLOSE, toNumericFd(fd), options), CLOSE)
  }

  #transfer(
    operation: Plain,
    fd: FileLike,
    buffer: NodeJS.ArrayBufferView,
    position: Position,
    bufIndex: number,
    options: ReadWriteOptions | undefined,
  ): Outcome<K, number> {
    if (
      options === undefined &&
      typeof fd === 'number' &&
      typeof position === 'number' &&
      buffer instanceof Uint8Array
    ) {
      const { length } = buffer
      // the usual case; `#transferWith` checks, and refuses, whatever is not usual
      if (
        isFd(fd) &&
        isPosition(position) &&
        length > 0 &&
        length <= TRANSFER_MAX &&
        isBufIndex(bufIndex)
      ) {
        const own = this[core]
        const slot = own.take()
        own.requests.transfer(slot, operation.code, fd, position, length, bufIndex)
        if (own.registered[bufIndex] === buffer) own.requests.mark(slot, MARK_REGISTERED)
        else own.lend(slot, buffer)
        return this[end](slot, operation)
      }
    }
    return this.#transferWith(operation, fd, buffer, position, bufIndex, options)
  }

  #transferWith(
    operation: Plain,
    fd: FileLike,
    buffer: NodeJS.ArrayBufferView,
    position: Position,
    bufIndex: number,
    options: ReadWriteOptions | undefined,
  ): Outcome<K, number> {
    const file = toFd(fd)
    const bytes = checkView(buffer)
    const memory = toBytes(buffer)
    checkPosition(position)
    checkBufIndex(bufIndex)
    const rwFlags = rwFlagsOf(options)
    const slot = this[begin](operation, file, options)
    const own = this[core]
    const { requests } = own
    requests.setPosition(slot, position)
    requests.setLen(slot, bytes)
    requests.setBufIndex(slot, bufIndex)
    if (rwFlags !== 0) requests.setOpFlags(slot, rwFlags)
    own.lend(slot, memory)
    return this[end](slot, operation)
  }

  #vectored(
    operation: Plain,
    fd: FileLike,
    buffers: readonly NodeJS.ArrayBufferView[],
    position: Position,
    options: ReadWriteOptions | undefined,
  ): Outcome<K, number> {
    const file = toFd(fd)
    const { views, bytes } = toViews(buffers)
    checkPosition(position)
    const rwFlags = rwFlagsOf(options)
    const slot = this[begin](operation, file, options)
    const { requests, objects } = this[core]
    requests.setPosition(slot, position)
    requests.setLen(slot, bytes)
    if (rwFlags !== 0) requests.setOpFlags(slot, rwFlags)
    objects[slot] = views
    return this[end](slot, operation)
  }
}

function rwFlagsOf(options: ReadWriteOptions | undefined): number {
  if (options === undefined || options === null) return 0
  return flagsOf(options, 'rwFlags')
}

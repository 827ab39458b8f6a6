// Operations on an open file.

import { plain, type Plain } from '../core/operation'
import { REGISTERED } from '../core/request'
import {
  IORING_OP_CLOSE,
  IORING_OP_FALLOCATE,
  IORING_OP_FSYNC,
  IORING_OP_FTRUNCATE,
  IORING_OP_READ,
  IORING_OP_READ_FIXED,
  IORING_OP_READV,
  IORING_OP_WRITE,
  IORING_OP_WRITE_FIXED,
  IORING_OP_WRITEV,
} from '../generated/constants'
import {
  TRANSFER_MAX,
  checkBufIndex,
  checkOffset,
  checkPosition,
  checkUint32,
  checkView,
  isBufIndex,
  isFd,
  isPosition,
  toFd,
  toBytes,
  toViews,
  type FileLike,
  type OperationOptions,
  type Position,
  type ReadWriteOptions,
} from '../options'
import { begin, core, end, type Kind, type Outcome } from './base'
import { ControlOperations } from './control'

const READ = plain(IORING_OP_READ, 'read', '5.6', { buffer: 'buffer' })
const WRITE = plain(IORING_OP_WRITE, 'write', '5.6', { buffer: 'buffer' })
const READV = plain(IORING_OP_READV, 'readv', '5.1', { buffer: 'buffers' })
const WRITEV = plain(IORING_OP_WRITEV, 'writev', '5.1', { buffer: 'buffers' })
const READ_FIXED = plain(IORING_OP_READ_FIXED, 'readFixed', '5.1', { buffer: 'buffer' })
const WRITE_FIXED = plain(IORING_OP_WRITE_FIXED, 'writeFixed', '5.1', { buffer: 'buffer' })
const FSYNC = plain(IORING_OP_FSYNC, 'fsync', '5.1')
const FALLOCATE = plain(IORING_OP_FALLOCATE, 'fallocate', '5.6')
const FTRUNCATE = plain(IORING_OP_FTRUNCATE, 'ftruncate', '6.9')
const CLOSE = plain(IORING_OP_CLOSE, 'close', '5.6')

export abstract class FileOperations<K extends Kind> extends ControlOperations<K> {
  /**
   * Reads into `buffer` from `position` on (IORING_OP_READ, Linux 5.6). Gives the bytes read, which
   * can be fewer than fit, and are 0 at the end of the file. The buffer is the kernel's until the
   * promise settles: do not transfer its memory before. See io_uring_prep_read(3), preadv2(2).
   */
  read(
    fd: FileLike,
    buffer: NodeJS.ArrayBufferView,
    position: Position = null,
    options?: ReadWriteOptions,
  ): Outcome<K, number> {
    return this.#transfer(READ, fd, buffer, position, 0, options)
  }

  /**
   * Writes `buffer` at `position` (IORING_OP_WRITE, Linux 5.6). Gives the bytes written, which can
   * be fewer than given. See io_uring_prep_write(3), pwritev2(2).
   */
  write(
    fd: FileLike,
    buffer: NodeJS.ArrayBufferView,
    position: Position = null,
    options?: ReadWriteOptions,
  ): Outcome<K, number> {
    return this.#transfer(WRITE, fd, buffer, position, 0, options)
  }

  /**
   * As `read`, into a view of registered buffer `bufIndex` (IORING_OP_READ_FIXED, Linux 5.1): the
   * kernel need not look the memory up. See io_uring_prep_read_fixed(3), `registerBuffers`.
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
   * As `write`, from a view of registered buffer `bufIndex` (IORING_OP_WRITE_FIXED, Linux 5.1).
   * See io_uring_prep_write_fixed(3), `registerBuffers`.
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
   * Reads into several buffers, one after the other (IORING_OP_READV, Linux 5.1); at most 1,024.
   * Gives the bytes read. See io_uring_prep_readv(3).
   */
  readv(
    fd: FileLike,
    buffers: readonly NodeJS.ArrayBufferView[],
    position: Position = null,
    options?: ReadWriteOptions,
  ): Outcome<K, number> {
    return this.#vectored(READV, fd, buffers, position, options)
  }

  /**
   * Writes several buffers, one after the other (IORING_OP_WRITEV, Linux 5.1); at most 1,024.
   * Gives the bytes written. See io_uring_prep_writev(3).
   */
  writev(
    fd: FileLike,
    buffers: readonly NodeJS.ArrayBufferView[],
    position: Position = null,
    options?: ReadWriteOptions,
  ): Outcome<K, number> {
    return this.#vectored(WRITEV, fd, buffers, position, options)
  }

  /**
   * Brings a file's data to the disk (IORING_OP_FSYNC, Linux 5.1); with `IORING_FSYNC_DATASYNC`
   * only what is needed to read it back. Not ordered after writes that are still in flight: await
   * them, or link them with `chain`. Gives 0. See io_uring_prep_fsync(3), fsync(2).
   */
  fsync(fd: FileLike, flags = 0, options?: OperationOptions): Outcome<K, number> {
    const file = toFd(fd)
    checkUint32(flags, 'flags')
    const slot = this[begin](FSYNC, file, options)
    this[core].requests.setOpFlags(slot, flags)
    return this[end](slot, FSYNC)
  }

  /**
   * Reserves, punches or zeroes `length` bytes from `position` on, as `mode` says (`FALLOC_FL_*`, 0
   * to reserve; IORING_OP_FALLOCATE, Linux 5.6). Gives 0. See io_uring_prep_fallocate(3).
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
   * Makes a file `length` bytes long (IORING_OP_FTRUNCATE, Linux 6.9). Gives 0.
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
   * cancelled by this. Gives 0. See io_uring_prep_close(3).
   */
  close(fd: FileLike, options?: OperationOptions): Outcome<K, number> {
    return this[end](this[begin](CLOSE, toFd(fd), options), CLOSE)
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
      // the usual case, 30 ns shorter; whatever is not usual is looked at, and refused, elsewhere
      if (
        isFd(fd) &&
        isPosition(position) &&
        length > 0 &&
        length <= TRANSFER_MAX &&
        isBufIndex(bufIndex)
      ) {
        const own = this[core]
        const slot = own.take()
        own.requests.transfer(slot, operation.opcode, fd, position, length, bufIndex)
        if (own.registered[bufIndex] === buffer) own.requests.mark(slot, REGISTERED)
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
  const flags = options?.rwFlags
  return flags === undefined ? 0 : checkUint32(flags, 'options.rwFlags')
}

// struct statx as an object: the kernel's fields under their own names without the prefix, times in
// milliseconds and as dates, and the questions that fs.Stats answers.

const S_IFMT = 0o170000
const TWO_32 = 0x1_0000_0000

/** What the kernel knows of a file. A field is only meaningful when its bit is in `mask`. */
export class Statx {
  /** Which fields the kernel filled in, `STATX_*`. */
  readonly mask: number
  /** Preferred size of a transfer, bytes. */
  readonly blksize: number
  /** `STATX_ATTR_*` that are set; `attributesMask` says which the file system knows. */
  readonly attributes: number
  readonly attributesMask: number
  readonly nlink: number
  readonly uid: number
  readonly gid: number
  /** Type and permissions. */
  readonly mode: number
  /** Inode number; above 2^53 the nearest number. */
  readonly ino: number
  /** Bytes. */
  readonly size: number
  /** Space taken, in units of 512 bytes. */
  readonly blocks: number
  /** Last access, change of status, modification, and creation (0 where unknown): ms since 1970. */
  readonly atimeMs: number
  readonly ctimeMs: number
  readonly mtimeMs: number
  readonly birthtimeMs: number
  /** The device this is, for a device file. */
  readonly rdevMajor: number
  readonly rdevMinor: number
  /** The device this is on. */
  readonly devMajor: number
  readonly devMinor: number
  /** Mount (Linux 5.8). */
  readonly mntId: number
  /** Alignment that O_DIRECT asks of memory and of offsets, bytes (Linux 6.1). */
  readonly dioMemAlign: number
  readonly dioOffsetAlign: number

  /** @internal Reads the structure at word `at`; all supported machines are little-endian. */
  constructor(words: Uint32Array, at: number) {
    const word = (index: number): number => words[at + index] as number
    const long = (index: number): number => word(index) + word(index + 1) * TWO_32
    const time = (index: number): number =>
      (word(index) + (word(index + 1) | 0) * TWO_32) * 1000 + word(index + 2) / 1_000_000
    this.mask = word(0)
    this.blksize = word(1)
    this.attributes = long(2)
    this.nlink = word(4)
    this.uid = word(5)
    this.gid = word(6)
    this.mode = word(7) & 0xffff
    this.ino = long(8)
    this.size = long(10)
    this.blocks = long(12)
    this.attributesMask = long(14)
    this.atimeMs = time(16)
    this.birthtimeMs = time(20)
    this.ctimeMs = time(24)
    this.mtimeMs = time(28)
    this.rdevMajor = word(32)
    this.rdevMinor = word(33)
    this.devMajor = word(34)
    this.devMinor = word(35)
    this.mntId = long(36)
    this.dioMemAlign = word(38)
    this.dioOffsetAlign = word(39)
  }

  get atime(): Date {
    return new Date(this.atimeMs)
  }

  get ctime(): Date {
    return new Date(this.ctimeMs)
  }

  get mtime(): Date {
    return new Date(this.mtimeMs)
  }

  get birthtime(): Date {
    return new Date(this.birthtimeMs)
  }

  isFile(): boolean {
    return (this.mode & S_IFMT) === 0o100000
  }

  isDirectory(): boolean {
    return (this.mode & S_IFMT) === 0o040000
  }

  isSymbolicLink(): boolean {
    return (this.mode & S_IFMT) === 0o120000
  }

  isBlockDevice(): boolean {
    return (this.mode & S_IFMT) === 0o060000
  }

  isCharacterDevice(): boolean {
    return (this.mode & S_IFMT) === 0o020000
  }

  isFIFO(): boolean {
    return (this.mode & S_IFMT) === 0o010000
  }

  isSocket(): boolean {
    return (this.mode & S_IFMT) === 0o140000
  }
}

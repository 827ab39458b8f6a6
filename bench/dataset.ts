// The files that the works run on, made once per benchmark in one directory and removed with it.
// Contents come from a fixed pseudo-random sequence, so every run of the benchmark sees the same.
// Other processes of a run find what was made through `Dataset.at`.

import * as fs from 'node:fs'
import * as os from 'node:os'
import * as path from 'node:path'

export const BLOCK = 4096
export const DATA_BLOCKS = 65_536 // 256 MiB: far larger than the processor's caches
export const WRITE_BLOCKS = 16_384 // 64 MiB
export const LOG_BLOCKS = 1024 // 4 MiB per log
export const LOGS = 16
export const SMALL_FILES = 1000
export const SMALL_FILE_MAX = 16 * 1024
export const STAT_FILES = 10_000

/** The byte every written block is full of; the same in `crates/bench`. */
export const FILL = 0x5a

/** Many files: their paths, and a file that lists them one per line. */
export interface Listed {
  list: string
  paths: string[]
}

export class Dataset {
  private constructor(readonly directory: string) {}

  /** Makes an empty dataset in a new directory. */
  static make(parent = os.tmpdir()): Dataset {
    return new Dataset(fs.mkdtempSync(path.join(parent, 'uring-bench-')))
  }

  /** Opens the dataset that another process of this run has made. */
  static at(directory: string): Dataset {
    return new Dataset(directory)
  }

  /** One file of pseudo-random blocks, on disk and in the page cache. */
  get data(): string {
    return this.#file('data', (file) => {
      const fd = fs.openSync(file, 'w')
      const chunk = new Uint8Array(1 << 20)
      let state = 1
      for (let written = 0; written < DATA_BLOCKS * BLOCK; written += chunk.length) {
        state = scramble(chunk, state)
        fs.writeSync(fd, chunk)
      }
      fs.fsyncSync(fd)
      fs.closeSync(fd)
    })
  }

  /** One file whose blocks are all allocated, to be overwritten. */
  get written(): string {
    return this.#file('written', (file) => writeZeros(file, WRITE_BLOCKS))
  }

  /** One log per writer; all blocks are allocated. */
  get logs(): Listed {
    return this.#files('logs', LOGS, (file) => writeZeros(file, LOG_BLOCKS))
  }

  /** Whole files of 1 to 16 KiB. */
  get smallFiles(): Listed {
    return this.#files('small', SMALL_FILES, (file, i) => {
      const size = 1024 + ((i * 7919) % (SMALL_FILE_MAX - 1023))
      const contents = new Uint8Array(Math.ceil(size / 4) * 4)
      scramble(contents, i + 1)
      fs.writeFileSync(file, contents.subarray(0, size))
    })
  }

  /** Empty files of many sizes (they are holes), a hundred per directory. */
  get statTree(): Listed {
    return this.#files('stat', STAT_FILES, (file, i) => {
      fs.writeFileSync(file, '')
      fs.truncateSync(file, i)
    })
  }

  remove(): void {
    fs.rmSync(this.directory, { recursive: true, force: true })
  }

  #file(name: string, make: (file: string) => void): string {
    const file = path.join(this.directory, name)
    if (!fs.existsSync(file)) make(file)
    return file
  }

  #files(name: string, count: number, make: (file: string, i: number) => void): Listed {
    const directory = path.join(this.directory, name)
    const list = `${directory}.list`
    const paths = Array.from({ length: count }, (_, i) =>
      path.join(directory, String(Math.floor(i / 100)), String(i % 100)),
    )
    if (fs.existsSync(list)) return { list, paths }
    for (const [i, file] of paths.entries()) {
      if (i % 100 === 0) fs.mkdirSync(path.dirname(file), { recursive: true })
      make(file, i)
    }
    fs.writeFileSync(list, paths.join('\n') + '\n')
    return { list, paths }
  }
}

/** Writes zeros over every block of a file and syncs it. */
export function writeZeros(file: string, blocks: number): void {
  fs.writeFileSync(file, new Uint8Array(blocks * BLOCK), { flush: true })
}

/** Returns the number of blocks that are full of the byte that writers write. */
export function filledBlocks(file: string): number {
  const contents = fs.readFileSync(file)
  const filled = Buffer.alloc(BLOCK, FILL)
  let count = 0
  for (let at = 0; at < contents.length; at += BLOCK) {
    if (filled.equals(contents.subarray(at, at + BLOCK))) count++
  }
  return count
}

function scramble(bytes: Uint8Array, state: number): number {
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
  for (let i = 0; i < words.length; i++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    words[i] = state
  }
  return state
}

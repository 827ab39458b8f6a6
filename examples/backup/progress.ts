// One bar per phase on a terminal, one line per phase anywhere else.

import { SingleBar } from 'cli-progress'
import { bytesOf, countOf } from './format'

export interface Phase {
  /** Adds to what is done. */
  advance(files: number, bytes: number): void
  end(): void
}

export function phase(name: string, files: number, bytes: number): Phase {
  const size = `${countOf(files)} files, ${bytesOf(bytes)}`
  if (!process.stderr.isTTY) {
    console.error(`${name}: ${size}`)
    return { advance: () => {}, end: () => {} }
  }
  const bar = new SingleBar({
    format: `${name.padEnd(22)} {bar} {percentage}% | {files} of ${size}`,
    stream: process.stderr,
    hideCursor: true,
    barsize: 30,
  })
  let done = 0
  let at = 0
  // each file counts as 4 KiB more, so that the bar also moves for many small files
  bar.start(files * 4096 + bytes, 0, { files: '0' })
  return {
    advance(more, moreBytes) {
      done += more
      at += more * 4096 + moreBytes
      if (done % 64 === 0) bar.update(at, { files: countOf(done) })
    },
    end() {
      bar.update(files * 4096 + bytes, { files: countOf(files) })
      bar.stop()
    },
  }
}

// What every server program of the socket benchmark has in common, whatever it is written in.
//
// A server program takes `--buffers N`, `--buffer-size BYTES` and `--check`, and ignores what does not concern it. It
// listens on a free loopback port, prints `listening PORT`, serves until its standard input ends, prints
// `served ARRIVALS BYTES` (connections or datagrams, and bytes of payload received) and exits. It prints nothing else
// on standard output. `crates/bench/src/net/serve` is the same in Rust. Proved by bench/net/measure.ts, which checks every server before it measures.

import { parseArgs } from 'node:util'

export const HOST = '127.0.0.1'
export const BACKLOG = 4096

export interface ServerOptions {
  /** How many buffers a group has; a power of two. */
  readonly buffers: number
  /** Bytes in each of them. */
  readonly bufferSize: number
  /** Compute the checksum of what is received. */
  readonly check: boolean
}

/** What a server has received. */
export interface Served {
  /** Connections, or datagrams. */
  arrivals: number
  /** Bytes of payload. */
  bytes: number
}

export function serverOptions(): ServerOptions {
  const { values } = parseArgs({
    options: {
      buffers: { type: 'string', default: '512' },
      'buffer-size': { type: 'string', default: '4096' },
      check: { type: 'boolean', default: false },
    },
  })
  return {
    buffers: Number(values.buffers),
    bufferSize: Number(values['buffer-size']),
    check: values.check ?? false,
  }
}

/** Says where the server listens, and keeps the process until standard input ends. */
export function serveUntilInputEnds(port: number, served: Readonly<Served>): void {
  process.stdin.resume().once('end', () => {
    console.log(`served ${served.arrivals} ${served.bytes}`)
    process.exit()
  })
  console.log(`listening ${port}`)
}

/** Bytes in the answer to a stream that was discarded. */
const ANSWER = 12

/** What a connection is told that sent `count` bytes: the count and the CRC-32, or 0 where nothing is checked. */
export function answer(count: number, checksum: number): Buffer {
  const bytes = Buffer.alloc(ANSWER)
  bytes.writeBigUInt64LE(BigInt(count))
  bytes.writeUInt32LE(checksum, 8)
  return bytes
}

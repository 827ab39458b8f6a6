// The rows of the socket benchmark and what the package promises in them.

export type WorkName = 'echo' | 'discard' | 'accept' | 'datagram'

/** Every way of writing the same server. */
export const columns = {
  nativeCoop: 'native (Rust), COOP_TASKRUN',
  nativeDefer: 'native (Rust), DEFER_TASKRUN',
  node: 'node:net, node:dgram',
  uring: 'uring',
} as const

export type Column = keyof typeof columns
export const allColumns = Object.keys(columns) as Column[]

/** What a figure of the package is compared with: a column, or the faster of the native ones. */
export type Rival = 'native' | 'node'

/** A promise about the server's CPU time for one unit of work. */
export interface Target {
  readonly against: Rival
  /** The package's time is at most this part of the rival's. */
  readonly atMost: number
}

export interface Row {
  readonly name: string
  readonly title: string
  readonly work: WorkName
  /** What is counted. */
  readonly unit: string
  readonly connections: number
  /** Bytes in a message, a chunk or a datagram. */
  readonly size: number
  readonly targets: readonly Target[]
}

const MESSAGE = 64
const CHUNK = 64 * 1024

/** At least `factor` times the rival's work in the same CPU time. */
const times = (factor: number): number => 1 / factor

const echo = (connections: number, targets: readonly Target[]): Row => ({
  name: `echo-${connections}`,
  title: 'TCP echo, 64 B',
  work: 'echo',
  unit: 'message',
  connections,
  size: MESSAGE,
  targets,
})

const discard = (connections: number): Row => ({
  name: `stream-${connections}`,
  title: 'TCP stream, 64 KiB chunks, received and dropped',
  work: 'discard',
  unit: '64 KiB',
  connections,
  size: CHUNK,
  targets: [{ against: 'native', atMost: 1.05 }],
})

export const rows: readonly Row[] = [
  echo(1, []),
  echo(64, [
    { against: 'native', atMost: 1.1 },
    { against: 'node', atMost: 0.6 },
  ]),
  echo(256, [
    { against: 'native', atMost: 1.1 },
    { against: 'node', atMost: 0.6 },
  ]),
  discard(1),
  discard(64),
  {
    name: 'stream-echo-64',
    title: 'TCP stream, 64 KiB chunks, echoed',
    work: 'echo',
    unit: '64 KiB',
    connections: 64,
    size: CHUNK,
    targets: [{ against: 'native', atMost: 1.05 }],
  },
  {
    name: 'accept-64',
    title: 'TCP accept and close',
    work: 'accept',
    unit: 'connection',
    connections: 64,
    size: 0,
    targets: [{ against: 'node', atMost: times(2) }],
  },
  {
    name: 'datagram-64',
    title: 'UDP receive and reply, 64 B',
    work: 'datagram',
    unit: 'datagram',
    connections: 64,
    size: MESSAGE,
    targets: [{ against: 'node', atMost: times(3) }],
  },
]

/** The buffer group of a server with a ring: the same for every such column. */
export function bufferGroup({ size }: Row): { buffers: number; bufferSize: number } {
  return size === CHUNK ? { buffers: 64, bufferSize: CHUNK } : { buffers: 512, bufferSize: 4096 }
}

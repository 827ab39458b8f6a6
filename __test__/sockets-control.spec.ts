// Control messages beside those that C's macros build and the kernel fills in. What matters most: no
// descriptor that was received is missing, however little room there was.

import { inspect } from 'node:util'
import test from 'ava'
import { controlLength, controlSpace, encodeControl } from '../src/sockets/control'
import type { ControlMessage, ControlMessageLike } from '../src/sockets/control-messages'
import { decodeControl, descriptorsIn } from '../src/sockets/control-received'
import { thrown } from './helpers/errors'
import { Dice, scaled, seed } from './helpers/scale'
import { ask, askOne, decoded, hex, randomBytes, same, unhex, written } from './helpers/sockets'

const encode = (messages: readonly unknown[]) => (into: Uint8Array, at: number) =>
  encodeControl(messages as ControlMessageLike[], into, at, into.length - at)

/** A random message that can be sent, and how C is told of it. */
function roll(dice: Dice): [message: ControlMessageLike, line: string] {
  const number = dice.pick([1, 2, 64, 255])
  const many = Array.from({ length: dice.below(8) }, () => dice.below(0x7fff_ffff))
  const data = randomBytes(dice, dice.below(40))
  const options: readonly [ControlMessageLike, string][] = [
    [{ type: 'rights', descriptors: many }, `rights ${many.join(' ')}`],
    [{ type: 'credentials', pid: 7, uid: 0, gid: number }, `credentials 7 0 ${number}`],
    [{ type: 'pktinfo', ifindex: number, specDst: '10.0.0.1' }, `pktinfo ${number} 10.0.0.1`],
    [{ type: 'pktinfo' }, 'pktinfo 0 0.0.0.0'],
    [{ type: 'pktinfo6', ifindex: number, addr: 'fe80::1' }, `pktinfo6 ${number} fe80::1`],
    [{ type: 'pktinfo6' }, 'pktinfo6 0 ::'],
    [{ type: 'segment', size: number * 257 }, `segment ${number * 257}`],
    [{ type: 'ttl', value: number }, `ttl ${number}`],
    [{ type: 'tos', value: number }, `tos ${number}`],
    [{ type: 'hoplimit', value: -1 }, 'hoplimit -1'],
    [{ type: 'tclass', value: number }, `tclass ${number}`],
    [{ level: 263, type: number, data }, `raw 263 ${number} ${hex(data)}`],
  ]
  return dice.pick(options)
}

test('messages have the bytes that the CMSG macros build, and come back from them', (t) => {
  const start = seed()
  t.log(`seed ${start} (URING_TEST_SEED)`)
  const dice = new Dice(start)
  const lists = Array.from({ length: 300 }, () =>
    Array.from({ length: 1 + dice.below(5) }, () => roll(dice)),
  )
  const answers = ask(lists.map((list) => `control ${list.map(([, line]) => line).join('|')}`))
  for (const [index, list] of lists.entries()) {
    const messages = list.map(([message]) => message)
    const bytes = unhex(answers[index] as string)
    t.is(hex(written(t, encode(messages))), hex(bytes), inspect(messages))
    t.is(controlLength(messages), bytes.length)
    const back = decoded(t, bytes, decodeControl)
    t.is(hex(written(t, encode(back))), hex(bytes), 'what was decoded can be sent')
  }
})

test('every kind of message that arrives is decoded', (t) => {
  const cases: readonly [line: string, message: ControlMessage][] = [
    ['rights 3 4 5', { type: 'rights', descriptors: [3, 4, 5] }],
    ['credentials 1 4294967294 2', { type: 'credentials', pid: 1, uid: 4294967294, gid: 2 }],
    ['pidfd 9', { type: 'pidfd', descriptor: 9 }],
    ['pidfd -3', { type: 'pidfd', descriptor: -3 }],
    [
      'pktinfo 2 10.0.0.1 10.0.0.255',
      { type: 'pktinfo', ifindex: 2, specDst: '10.0.0.1', addr: '10.0.0.255' },
    ],
    ['pktinfo6 2 fe80::1', { type: 'pktinfo6', ifindex: 2, addr: 'fe80::1' }],
    ['segment 1200', { type: 'segment', size: 1200 }],
    ['gro 1200', { type: 'gro', size: 1200 }],
    ['ttl 64', { type: 'ttl', value: 64 }],
    ['tos 8', { type: 'tos', value: 8 }],
    ['raw 0 1 b8', { type: 'tos', value: 0xb8 }],
    ['hoplimit 255', { type: 'hoplimit', value: 255 }],
    ['tclass 0', { type: 'tclass', value: 0 }],
    ['timestamp 1700000000 999999999', { type: 'timestamp', ns: 1_700_000_000_999_999_999n }],
    ['timestamp -2 5', { type: 'timestamp', ns: -1_999_999_995n }],
    ['microseconds 1700000000 999999', { type: 'timestamp', ns: 1_700_000_000_999_999_000n }],
    [
      'timestamping 1700000000 5 3 7',
      { type: 'timestamping', software: 1_700_000_000_000_000_005n, hardware: 3_000_000_007n },
    ],
    ['raw 1 84 01020304', { level: 1, type: 84, data: unhex('01020304') }],
    ['raw 263 7 -', { level: 263, type: 7, data: unhex('-') }],
  ]
  const answers = ask(cases.map(([line]) => `control ${line}`))
  for (const [index, [line, message]] of cases.entries())
    t.deepEqual(decoded(t, unhex(answers[index] as string), decodeControl), [message], line)
  const all = unhex(askOne(`control ${cases.map(([line]) => line).join('|')}`))
  t.deepEqual(
    decoded(t, all, decodeControl),
    cases.map(([, message]) => message),
  )
})

function arrived(answer: string): { truncated: boolean; messages: ControlMessage[] } {
  const [truncated, bytes] = answer.split(' ') as [string, string]
  const from = unhex(bytes)
  return { truncated: truncated === '1', messages: decodeControl(from, 0, from.length) }
}

test('the kernel takes what was encoded, and what it says of the datagram is decoded', (t) => {
  const lo = Number(askOne('index lo'))
  const ip4 = written(
    t,
    encode([
      { type: 'pktinfo', specDst: '127.0.0.9' },
      { type: 'ttl', value: 33 },
      { type: 'tos', value: 0x20 },
      { type: 'segment', size: 1000 },
    ]),
  )
  const ip6 = written(
    t,
    encode([
      { type: 'pktinfo6', ifindex: lo, addr: '::1' },
      { type: 'hoplimit', value: 44 },
      { type: 'tclass', value: 0x40 },
    ]),
  )
  const before = BigInt(Date.now()) * 1_000_000n
  const [first, second] = ask([`datagram 2 ${hex(ip4)} 512`, `datagram 10 ${hex(ip6)} 512`])
  const stamped = (messages: ControlMessage[]) => {
    const [stamp, ...others] = messages
    t.is(stamp?.type, 'timestamp')
    if (stamp?.type === 'timestamp') {
      const late = stamp.ns - before
      t.true(late > -1_000_000_000n && late < 60_000_000_000n, `${late} ns after it was sent`)
    }
    return others
  }
  const { truncated, messages } = arrived(first as string)
  t.false(truncated)
  t.deepEqual(
    stamped(messages).sort((a, b) => String(a.type).localeCompare(String(b.type))),
    [
      { type: 'gro', size: 1000 },
      { type: 'pktinfo', ifindex: lo, specDst: '127.0.0.1', addr: '127.0.0.1' },
      { type: 'tos', value: 0x20 },
      { type: 'ttl', value: 33 },
    ],
  )
  t.deepEqual(stamped(arrived(second as string).messages), [
    { type: 'pktinfo6', ifindex: lo, addr: '::1' },
    { type: 'hoplimit', value: 44 },
    { type: 'tclass', value: 0x40 },
  ])
})

test('messages that the kernel cut short are there as far as they go', (t) => {
  // a time, the addresses, the time to live, and one byte: the type of service
  const begins = [0, 32, 64, 88]
  const rooms = Array.from({ length: 120 }, (_, room) => room)
  const answers = ask(rooms.map((room) => `datagram 2 - ${room}`))
  for (const room of rooms) {
    const { truncated, messages } = arrived(answers[room] as string)
    t.is(truncated, room < 88 + 17, `room ${room}`)
    t.is(messages.length, begins.filter((at) => room >= at + 16).length, `room ${room}`)
    for (const message of messages.slice(0, -1)) t.is(typeof message.type, 'string')
  }
})

test('every descriptor the kernel opened is found, whatever the room and however many', (t) => {
  const lines: string[] = []
  for (const count of [1, 2, 3, 8, 20])
    for (let room = 0; room <= 136; room += count < 3 ? 1 : 4) lines.push(`rights ${count} ${room}`)
  let found = 0
  for (const [index, answer] of ask(lines).entries()) {
    const [, opened, bytes] = answer.split(' ') as [string, string, string]
    const messages = decoded(t, unhex(bytes), decodeControl)
    const descriptors = descriptorsIn(messages)
    same(t, descriptors, JSON.parse(opened), lines[index])
    found += descriptors.length
  }
  t.true(found > 500, `${found} descriptors`)
})

const REFUSED: readonly [value: unknown, code: string, message: RegExp][] = [
  ['rights', 'ERR_INVALID_ARG_TYPE', /"control" argument must be an array/],
  [{ length: 1 }, 'ERR_INVALID_ARG_TYPE', /"control"/],
  [[null], 'ERR_INVALID_ARG_TYPE', /"control\[0\]"/],
  [[7], 'ERR_INVALID_ARG_TYPE', /"control\[0\]"/],
  [[{}], 'ERR_INVALID_ARG_TYPE', /"control\[0\]\.type"/],
  [
    [
      { type: 'ttl', value: 1 },
      { type: 'gro', size: 1 },
    ],
    'ERR_INVALID_ARG_VALUE',
    /"control\[1\]\.type".*'gro'/,
  ],
  [[{ type: 'toString' }], 'ERR_INVALID_ARG_VALUE', /'toString'/],
  [[{ type: '__proto__' }], 'ERR_INVALID_ARG_VALUE', /'__proto__'/],
  [[{ type: 'timestamp', ns: 1n }], 'ERR_INVALID_ARG_VALUE', /"control\[0\]\.type"/],
  [[{ type: 'rights' }], 'ERR_INVALID_ARG_TYPE', /"control\[0\]\.descriptors"/],
  [[{ type: 'rights', descriptors: [-1] }], 'ERR_OUT_OF_RANGE', /descriptors\[0\]/],
  [[{ type: 'rights', descriptors: [1, '2'] }], 'ERR_INVALID_ARG_TYPE', /descriptors\[1\]/],
  [
    [{ type: 'rights', descriptors: Array.from({ length: 254 }, () => 1) }],
    'ERR_OUT_OF_RANGE',
    /at most 253/,
  ],
  [[{ type: 'credentials', pid: -1, uid: 0, gid: 0 }], 'ERR_OUT_OF_RANGE', /\.pid/],
  [[{ type: 'credentials', pid: 1, uid: 2 ** 32, gid: 0 }], 'ERR_OUT_OF_RANGE', /\.uid/],
  [[{ type: 'credentials', pid: 1, uid: 0 }], 'ERR_INVALID_ARG_TYPE', /\.gid/],
  [[{ type: 'pktinfo', specDst: '::1' }], 'ERR_INVALID_ADDRESS', /'::1'/],
  [[{ type: 'pktinfo', specDst: 1 }], 'ERR_INVALID_ARG_TYPE', /\.specDst/],
  [[{ type: 'pktinfo', ifindex: -1 }], 'ERR_OUT_OF_RANGE', /\.ifindex/],
  [[{ type: 'pktinfo6', addr: '1.2.3.4' }], 'ERR_INVALID_ADDRESS', /1\.2/],
  [[{ type: 'pktinfo6', addr: null }], 'ERR_INVALID_ARG_TYPE', /\.addr/],
  [[{ type: 'segment', size: 0 }], 'ERR_OUT_OF_RANGE', /from 1 to 65535/],
  [[{ type: 'segment', size: 65536 }], 'ERR_OUT_OF_RANGE', /\.size/],
  [[{ type: 'ttl', value: 0 }], 'ERR_OUT_OF_RANGE', /from 1 to 255/],
  [[{ type: 'tos', value: 256 }], 'ERR_OUT_OF_RANGE', /from 0 to 255/],
  [[{ type: 'hoplimit', value: -2 }], 'ERR_OUT_OF_RANGE', /from -1 to 255/],
  [[{ type: 'tclass', value: 1.5 }], 'ERR_OUT_OF_RANGE', /\.value/],
  [[{ type: 'tclass' }], 'ERR_INVALID_ARG_TYPE', /\.value/],
  [[{ level: 1, type: 1 }], 'ERR_INVALID_ARG_TYPE', /"control\[0\]\.data"/],
  [[{ level: 1, type: 1, data: [1] }], 'ERR_INVALID_ARG_TYPE', /\.data/],
  [[{ level: -1, type: 1, data: new Uint8Array(1) }], 'ERR_OUT_OF_RANGE', /\.level/],
  [[{ type: 1, data: new Uint8Array(1) }], 'ERR_INVALID_ARG_TYPE', /\.level/],
  [[{ level: 1, type: 1.5, data: new Uint8Array(1) }], 'ERR_OUT_OF_RANGE', /\.type/],
]

test('what is no control message is refused by a typed error', (t) => {
  const into = new Uint8Array(2048)
  for (const [value, code, message] of REFUSED) {
    const error = thrown(t, () => encode(value as unknown[])(into, 0))
    t.is(error.code, code, inspect(value))
    t.regex(error.message, message)
  }
})

test('messages that do not fit are refused, and nothing beyond the room is written', (t) => {
  const start = seed()
  t.log(`seed ${start} (URING_TEST_SEED)`)
  const dice = new Dice(start)
  for (let round = 0; round < scaled(3000, 300); round++) {
    const messages = Array.from({ length: 1 + dice.below(4) }, () => roll(dice)[0])
    const length = controlLength(messages)
    const room = dice.below(length)
    const into = new Uint8Array(600).fill(0xa5)
    const error = thrown(t, () => encodeControl(messages, into, 128, room))
    t.is(error.code, 'ERR_OUT_OF_RANGE')
    t.true(error.message.endsWith(`at most ${room} bytes when encoded. Received ${length}`))
    t.true(into.subarray(0, 128).every((byte) => byte === 0xa5))
    t.true(into.subarray(128 + room).every((byte) => byte === 0xa5))
    t.is(encodeControl(messages, into, 128, length), length, 'it takes no more than it says')
    t.throws(() => encodeControl(messages, into.subarray(0, 128 + room), 128, 4096))
  }
  t.is(controlSpace(0), 16)
  t.is(controlSpace(1), 24)
  t.is(controlSpace(8), 24)
})

test('objects that answer otherwise when they are asked again write within the room', (t) => {
  let asked = 0
  const shifty = {
    get type(): string {
      return asked++ % 2 === 0 ? 'segment' : 'pktinfo6'
    },
    get data(): Uint8Array {
      return new Uint8Array(asked++ * 100)
    },
    size: 1,
    level: 1,
  }
  class Liar extends Uint8Array {
    override get byteLength(): number {
      return 4
    }
  }
  for (const messages of [[shifty], [{ level: 1, type: 7, data: new Liar(500).fill(1) }]]) {
    const into = new Uint8Array(600).fill(0xa5)
    const length = encode(messages)(into, 0)
    t.is(length, 24)
    t.true(into.subarray(24).every((byte) => byte === 0xa5))
  }
})

test('every prefix decodes to a prefix of the messages, the last as far as it is there', (t) => {
  const line = 'control ttl 5|rights 3 4 5 6|timestamp 1 2|raw 9 9 010203|rights 7'
  const whole = unhex(askOne(line))
  const all = decodeControl(whole, 0, whole.length)
  t.is(all.length, 5)
  for (let length = 0; length <= whole.length; length++) {
    const messages = decoded(t, whole.slice(0, length), decodeControl)
    t.deepEqual(messages.slice(0, -1), all.slice(0, Math.max(0, messages.length - 1)))
    const open = [3, 4, 5, 6, 7].filter((_, nth) => length >= [44, 48, 52, 56, 132][nth]!)
    t.deepEqual(descriptorsIn(messages), open, `${length} bytes`)
  }
})

test('random bytes decode without an error and without looking around', (t) => {
  const start = seed()
  t.log(`seed ${start} (URING_TEST_SEED)`)
  const dice = new Dice(start)
  for (let round = 0; round < scaled(10_000, 1000); round++) {
    const bytes = randomBytes(dice, dice.below(200))
    // headers that are nearly right, where random ones would end the reading at once
    for (let at = 0; at + 16 <= bytes.length; at += 8 * (1 + dice.below(6))) {
      bytes.fill(0, at, at + 16)
      bytes[at] = dice.pick([0, 8, 15, 16, 17, 20, 28, 64, 255])
      if (dice.below(20) === 0) bytes[at + 7] = dice.pick([0x7f, 0xff])
      bytes[at + 8] = dice.pick([0, 1, 17, 41, 255])
      bytes[at + 12] = dice.pick([1, 2, 4, 8, 29, 35, 37, 50, 52, 64, 65, 67, 103, 104])
    }
    const messages = decoded(t, bytes, decodeControl)
    const size = messages.reduce((sum, one) => sum + ('data' in one ? one.data.length : 0), 0)
    t.true(size <= bytes.length && messages.length <= bytes.length / 16)
    t.true(descriptorsIn(messages).every((descriptor) => descriptor >= 0))
  }
  for (const [at, length] of [
    [-1, 40],
    [0, -1],
    [0, Number.NaN],
    [Number.NaN, 40],
    [1e9, 40],
  ] as const)
    t.deepEqual(decodeControl(new Uint8Array(40).fill(20), at, length), [])
})

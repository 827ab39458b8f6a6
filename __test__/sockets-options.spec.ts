// Socket options: their numbers in the system's headers, their values set and read on real sockets, and
// what is refused.

import { execFileSync } from 'node:child_process'
import { inspect } from 'node:util'
import test from 'ava'
import { decodeOption, encodeOption, optionOf, optionRoom } from '../src/sockets/options'
import { socketOptions, type OptionKind } from '../src/sockets/option-table'
import type {
  OptionInput,
  OptionName,
  OptionValue,
  ReadableOption,
  WritableOption,
} from '../src/sockets/option-values'
import { thrown } from './helpers/errors'
import { Dice, seed } from './helpers/scale'
import { ask, askOne, compileC, decoded, hex, randomBytes, unhex, written } from './helpers/sockets'
import { opened } from './helpers/temp'

const NAMES = Object.keys(socketOptions) as OptionName[]
const READABLE = NAMES.filter((name) => optionOf(name).access !== 'write only') as ReadableOption[]

/** Options that are younger than some headers the tests are compiled with. */
const YOUNG: ReadonlySet<string> = new Set<OptionName>([
  'SO_PASSPIDFD',
  'SO_PEERPIDFD',
  'SO_RCVPRIORITY',
  'SO_PASSRIGHTS',
  'IP_LOCAL_PORT_RANGE',
])

const encode = (name: OptionName, value: unknown) => (into: Uint8Array, at: number) =>
  encodeOption(name as WritableOption, value as never, into, at)
const decode = (name: ReadableOption) => (bytes: Uint8Array, at: number, length: number) =>
  decodeOption(name, bytes, at, length) as unknown

test('every number is that of the system headers', (t) => {
  const levels = ['SOL_SOCKET', 'IPPROTO_IP', 'IPPROTO_TCP', 'IPPROTO_UDP', 'IPPROTO_IPV6'] as const
  const rows = NAMES.map((name) => `#ifdef ${name}\n  printf("${name} %d\\n", ${name});\n#endif`)
  const text = `#include <stdio.h>
#include <asm/socket.h>
#include <netinet/in.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
int main(void) {
${levels.map((level) => `  printf("${level} %d\\n", ${level});`).join('\n')}
${rows.join('\n')}
  return 0;
}`
  // the kernel's own headers, where the C library's have not got everything: in two programs, since both cannot be had at once
  const library = text
    .replace(/#include <(asm\/socket|linux\/\w+)\.h>\n/g, '')
    .replace(
      '#include <netinet/in.h>',
      '#include <sys/socket.h>\n#include <netinet/in.h>\n#include <netinet/tcp.h>\n#include <netinet/udp.h>',
    )
  const kernel = text
    .replace('#include <netinet/in.h>\n', '')
    .replace(/(int main)/, '#ifndef SOL_SOCKET\n#error\n#endif\n$1')
  const theirs = new Map<string, Set<number>>()
  for (const [name, source] of [
    ['library', library],
    ['kernel', kernel],
  ] as const) {
    const output = execFileSync(compileC(name, { text: source }), { encoding: 'utf8' })
    for (const line of output.trimEnd().split('\n')) {
      const [option, number] = line.split(' ') as [string, string]
      theirs.set(option, (theirs.get(option) ?? new Set()).add(Number(number)))
    }
  }
  const numbers = new Map(levels.map((level) => [level, [...(theirs.get(level) ?? [])]]))
  const prefixes = {
    SO: 'SOL_SOCKET',
    TCP: 'IPPROTO_TCP',
    IP: 'IPPROTO_IP',
    IPV6: 'IPPROTO_IPV6',
    UDP: 'IPPROTO_UDP',
  } as const
  const missing: string[] = []
  for (const name of NAMES) {
    const { level, name: number } = optionOf(name)
    const prefix = name.slice(0, name.indexOf('_')) as keyof typeof prefixes
    t.deepEqual(numbers.get(prefixes[prefix]), [level], name)
    const found = theirs.get(name)
    if (found === undefined) missing.push(name)
    else t.deepEqual([...found], [number], name)
  }
  t.log(
    `${NAMES.length - missing.length} of ${NAMES.length} names; not in these headers: ${missing.join(', ')}`,
  )
  t.deepEqual(
    missing.filter((name) => !YOUNG.has(name)),
    [],
  )
})

const [INET, INET6, UNIX, STREAM, DGRAM] = [2, 10, 1, 1, 2]

/** Where an option of this name is at home. */
function home(name: OptionName): [family: number, type: number] {
  if (name.startsWith('TCP_')) return [INET, STREAM]
  if (name.startsWith('IPV6_')) return [INET6, DGRAM]
  if (/^SO_(PASSSEC|PEERSEC|PASSCRED|PASSPIDFD|PASSRIGHTS|PEEK_OFF)$/.test(name))
    return [UNIX, STREAM]
  return [INET, /^SO_(RCVLOWAT|ZEROCOPY|TXREHASH)$/.test(name) ? STREAM : DGRAM]
}

/** What the kernel answers to setting an option (or `-`) and reading it back. */
function asked(name: OptionName, value: string, room: number): string {
  const { level, name: number } = optionOf(name)
  return `option ${home(name).join(' ')} ${level} ${number} ${value} ${room}`
}

const TYPES: Partial<Record<OptionKind, 'boolean' | 'bigint' | 'string' | 'object'>> = {
  boolean: 'boolean',
  uint64: 'bigint',
  string: 'string',
  ipv4: 'string',
  linger: 'object',
  timeval: 'object',
  bytes: 'object',
  credentials: 'object',
  txtime: 'object',
}

test('every option that can be read is read on a real socket, or refused by the kernel by name', (t) => {
  const answers = ask(READABLE.map((name) => asked(name, '-', optionRoom(name))))
  const refused: string[] = []
  for (const [index, name] of READABLE.entries()) {
    const answer = answers[index] as string
    if (answer.startsWith('errno')) refused.push(`${name} (${answer})`)
    else {
      const value = decoded(t, unhex(answer), decode(name))
      const { kind } = optionOf(name)
      t.is(typeof value, TYPES[kind] ?? 'number', `${name}: ${inspect(value)}`)
    }
  }
  t.log(`refused: ${refused.join(', ')}`)
  t.true(refused.length < READABLE.length / 4)
})

type Case = {
  [N in WritableOption & ReadableOption]: readonly [N, OptionInput<N>, OptionValue<N>?]
}[WritableOption & ReadableOption]

test('what is set is what is read', (t) => {
  const cases: readonly Case[] = [
    ['SO_REUSEADDR', true],
    ['SO_REUSEADDR', false],
    ['SO_KEEPALIVE', true],
    ['SO_BROADCAST', true],
    ['SO_PRIORITY', 5],
    ['SO_MARK', 0xffff_fffe],
    ['SO_LINGER', { on: true, seconds: 5 }],
    ['SO_LINGER', { on: false, seconds: 0 }],
    ['SO_RCVTIMEO', 1500, { seconds: 1, nanoseconds: 500_000_000 }],
    ['SO_SNDTIMEO', { seconds: 3, nanoseconds: 8_000_000 }],
    ['SO_RCVTIMEO', 0, { seconds: 0, nanoseconds: 0 }],
    ['SO_BINDTODEVICE', 'lo'],
    ['SO_BINDTODEVICE', ''],
    ['SO_BINDTOIFINDEX', Number(askOne('index lo'))],
    ['SO_MAX_PACING_RATE', 10_000_000_000n],
    ['SO_MAX_PACING_RATE', 1_000_000, 1_000_000n],
    ['SO_TIMESTAMPING', 0x12],
    ['SO_TIMESTAMPNS', true],
    ['SO_TXTIME', { clockid: 11, flags: 2 }],
    ['SO_PEEK_OFF', -1],
    ['SO_ZEROCOPY', true],
    ['SO_RCVLOWAT', 77],
    ['SO_BUSY_POLL', 50],
    ['TCP_NODELAY', true],
    ['TCP_NODELAY', false],
    ['TCP_CORK', true],
    ['TCP_KEEPIDLE', 77],
    ['TCP_USER_TIMEOUT', 4_000_000],
    ['TCP_CONGESTION', 'reno'],
    ['TCP_NOTSENT_LOWAT', 0xffff_ffff],
    ['TCP_FASTOPEN_KEY', new Uint8Array(16).fill(7)],
    ['TCP_FASTOPEN_CONNECT', true],
    ['IP_TOS', 0x10],
    ['IP_TTL', 33],
    ['IP_PKTINFO', true],
    ['IP_RECVERR', true],
    ['IP_MTU_DISCOVER', 2],
    ['IP_FREEBIND', true],
    ['IP_MULTICAST_TTL', 7],
    ['IP_MULTICAST_LOOP', false],
    ['IP_MULTICAST_IF', '127.0.0.1'],
    ['IP_UNICAST_IF', Number(askOne('index lo'))],
    ['IPV6_V6ONLY', true],
    ['IPV6_UNICAST_HOPS', 12],
    ['IPV6_MULTICAST_IF', Number(askOne('index lo'))],
    ['IPV6_TCLASS', 0x20],
    ['IPV6_RECVPKTINFO', true],
    ['IPV6_UNICAST_IF', Number(askOne('index lo'))],
    ['UDP_CORK', true],
    ['UDP_SEGMENT', 1200],
    ['UDP_GRO', true],
  ]
  const lines = cases.map(([name, value]) =>
    asked(name, hex(written(t, encode(name, value))), optionRoom(name)),
  )
  for (const [index, answer] of ask(lines).entries()) {
    const [name, value, read = value] = cases[index] as Case
    t.false(answer.startsWith('errno'), `${name}: ${answer}`)
    t.deepEqual(decoded(t, unhex(answer), decode(name)), read, `${name} ${inspect(value)}`)
  }
})

test('groups are joined and left, on the interface and from the source that is named', (t) => {
  const index = Number(askOne('index lo'))
  const group = { multiaddr: '239.1.2.3', address: '127.0.0.1', ifindex: index }
  const source = { multiaddr: '232.1.2.3', sourceaddr: '127.0.0.2', interface: '127.0.0.1' }
  const group6 = { multiaddr: 'ff02::1:2', ifindex: index }
  // glibc: ip_mreqn is group, address, index; ip_mreq_source is group, interface, source
  t.is(hex(written(t, encode('IP_ADD_MEMBERSHIP', group))), `ef0102037f000001${le32(index)}`)
  t.is(hex(written(t, encode('IP_ADD_SOURCE_MEMBERSHIP', source))), 'e80102037f0000017f000002')
  t.is(
    hex(written(t, encode('IPV6_ADD_MEMBERSHIP', group6))),
    `ff020000000000000000000000010002${le32(index)}`,
  )
  const joined: readonly [OptionName, unknown, string][] = [
    ['IP_ADD_MEMBERSHIP', group, 'set'],
    ['IP_ADD_MEMBERSHIP', { multiaddr: '239.1.2.3', ifindex: index }, 'set'],
    ['IP_ADD_SOURCE_MEMBERSHIP', source, 'set'],
    ['IPV6_ADD_MEMBERSHIP', group6, 'set'],
    ['IP_ADD_MEMBERSHIP', { multiaddr: '127.0.0.1', ifindex: index }, 'errno 22'],
    ['IP_DROP_MEMBERSHIP', group, 'errno 99'],
    ['IP_DROP_SOURCE_MEMBERSHIP', source, 'errno 22'],
    ['IPV6_DROP_MEMBERSHIP', group6, 'errno 99'],
  ]
  const answers = ask(
    joined.map(([name, value]) => asked(name, hex(written(t, encode(name, value))), 0)),
  )
  t.deepEqual(
    answers,
    joined.map(([, , answer]) => answer),
  )
})

function le32(value: number): string {
  return hex(new Uint8Array(Uint32Array.of(value).buffer))
}

test('an option that is a program takes its descriptor', (t) => {
  const fd = opened(t)
  const bytes = written(t, encode('SO_ATTACH_BPF', { fd }))
  t.is(hex(bytes), le32(fd))
  t.is(askOne(asked('SO_ATTACH_BPF', hex(bytes), 0)), 'errno 9', 'not one of that process')
})

test('a time limit that is not zero never becomes zero', (t) => {
  const read = (value: OptionInput<'SO_RCVTIMEO'>) => {
    const bytes = written(t, encode('SO_RCVTIMEO', value))
    return decodeOption('SO_RCVTIMEO', bytes, 0, bytes.length)
  }
  t.deepEqual(read({ seconds: 0, nanoseconds: 1 }), { seconds: 0, nanoseconds: 1000 })
  t.deepEqual(read({ seconds: 1, nanoseconds: 999_999_001 }), { seconds: 2, nanoseconds: 0 })
  t.deepEqual(read({ seconds: 0xffff_ffff }), { seconds: 0xffff_ffff, nanoseconds: 0 })
})

const REFUSED: readonly [name: unknown, value: unknown, code: string, message: RegExp][] = [
  [7, 1, 'ERR_INVALID_ARG_TYPE', /"name" argument must be a string/],
  ['SO_NOTHING', 1, 'ERR_INVALID_ARG_VALUE', /name of a socket option.*'SO_NOTHING'/],
  ['constructor', 1, 'ERR_INVALID_ARG_VALUE', /'constructor'/],
  ['__proto__', 1, 'ERR_INVALID_ARG_VALUE', /'__proto__'/],
  ['SO_ERROR', 1, 'ERR_INVALID_ARG_VALUE', /that can be set/],
  ['TCP_NODELAY', 1, 'ERR_INVALID_ARG_TYPE', /"TCP_NODELAY" argument must be a boolean/],
  ['SO_RCVBUF', '1', 'ERR_INVALID_ARG_TYPE', /"SO_RCVBUF" argument must be a number/],
  ['SO_RCVBUF', 2 ** 31, 'ERR_OUT_OF_RANGE', /"SO_RCVBUF"/],
  ['SO_RCVBUF', 0.5, 'ERR_OUT_OF_RANGE', /integer/],
  ['SO_MARK', -1, 'ERR_OUT_OF_RANGE', /"SO_MARK"/],
  ['SO_MAX_PACING_RATE', 2n ** 64n, 'ERR_OUT_OF_RANGE', /2\^64/],
  ['SO_MAX_PACING_RATE', -1n, 'ERR_OUT_OF_RANGE', /2\^64/],
  ['SO_MAX_PACING_RATE', 2 ** 53, 'ERR_OUT_OF_RANGE', /MAX_PACING/],
  ['SO_MAX_PACING_RATE', '1', 'ERR_INVALID_ARG_TYPE', /bigint/],
  ['SO_LINGER', null, 'ERR_INVALID_ARG_TYPE', /"SO_LINGER" argument must be an object/],
  ['SO_LINGER', true, 'ERR_INVALID_ARG_TYPE', /an object/],
  ['SO_LINGER', {}, 'ERR_INVALID_ARG_TYPE', /"SO_LINGER\.on"/],
  ['SO_LINGER', { on: true }, 'ERR_INVALID_ARG_TYPE', /"SO_LINGER\.seconds"/],
  ['SO_LINGER', { on: true, seconds: -1 }, 'ERR_OUT_OF_RANGE', /seconds/],
  ['SO_RCVTIMEO', '1', 'ERR_INVALID_ARG_TYPE', /milliseconds/],
  ['SO_RCVTIMEO', -1, 'ERR_OUT_OF_RANGE', /milliseconds/],
  ['SO_BINDTODEVICE', 5, 'ERR_INVALID_ARG_TYPE', /a string/],
  ['SO_BINDTODEVICE', 'x'.repeat(16), 'ERR_OUT_OF_RANGE', /at most 15 bytes/],
  ['SO_BINDTODEVICE', 'lo\0', 'ERR_INVALID_ARG_VALUE', /null bytes/],
  ['TCP_FASTOPEN_KEY', 'key', 'ERR_INVALID_ARG_TYPE', /TypedArray/],
  ['SO_ATTACH_BPF', -1, 'ERR_OUT_OF_RANGE', /SO_ATTACH_BPF/],
  ['SO_TXTIME', { clockid: 1 }, 'ERR_INVALID_ARG_TYPE', /flags/],
  ['IP_MULTICAST_IF', '::1', 'ERR_INVALID_ADDRESS', /'::1'/],
  ['IP_MULTICAST_IF', 1, 'ERR_INVALID_ARG_TYPE', /a string/],
  ['IP_ADD_MEMBERSHIP', {}, 'ERR_INVALID_ARG_TYPE', /multiaddr/],
  ['IP_ADD_MEMBERSHIP', { multiaddr: '224.0.0.1', ifindex: -1 }, 'ERR_OUT_OF_RANGE', /ifindex/],
  ['IP_ADD_SOURCE_MEMBERSHIP', { multiaddr: '224.0.0.1' }, 'ERR_INVALID_ARG_TYPE', /sourceaddr/],
  ['IPV6_ADD_MEMBERSHIP', { multiaddr: '1.2.3.4' }, 'ERR_INVALID_ADDRESS', /1\.2/],
  ['IPV6_ADD_MEMBERSHIP', { multiaddr: 7 }, 'ERR_INVALID_ARG_TYPE', /multiaddr/],
  ['IP_UNICAST_IF', -1, 'ERR_OUT_OF_RANGE', /UNICAST/],
]

test('what an option cannot be is refused by a typed error, and nothing is written', (t) => {
  const into = new Uint8Array(64).fill(0xa5)
  for (const [name, value, code, message] of REFUSED) {
    const error = thrown(t, () => encode(name as OptionName, value)(into, 0))
    t.is(error.code, code, `${String(name)} ${inspect(value)}`)
    t.regex(error.message, message)
  }
  t.is(
    thrown(t, () => optionRoom('IP_ADD_MEMBERSHIP' as ReadableOption)).code,
    'ERR_INVALID_ARG_VALUE',
  )
  for (const at of [61, 64, -1, Number.NaN])
    t.is(thrown(t, () => encodeOption('SO_RCVBUF', 1, into, at)).code, 'ERR_OUT_OF_RANGE')
  t.true(into.every((byte) => byte === 0xa5))
})

test('too few bytes are a typed error, and random ones a value', (t) => {
  const start = seed()
  t.log(`seed ${start} (URING_TEST_SEED)`)
  const dice = new Dice(start)
  for (const name of READABLE) {
    const whole = randomBytes(dice, optionRoom(name))
    t.notThrows(() => decoded(t, whole, decode(name)), name)
    const { kind } = optionOf(name)
    for (let length = 0; length < whole.length; length++) {
      const cut = whole.slice(0, length)
      if (kind === 'bytes' || kind === 'string') t.notThrows(() => decode(name)(cut, 0, 999))
      else t.is(thrown(t, () => decode(name)(cut, 0, 999)).code, 'ERR_OUT_OF_RANGE', name)
    }
    for (const at of [-1, Number.NaN])
      t.is(thrown(t, () => decode(name)(whole, at, 16)).code, 'ERR_OUT_OF_RANGE', name)
  }
})

test('options are typed by their names', (t) => {
  const bytes = new Uint8Array(256)
  const flag: boolean = decodeOption('TCP_NODELAY', bytes, 0, 4)
  const time: { seconds: number } = decodeOption('SO_RCVTIMEO', bytes, 0, 16)
  const cookie: bigint = decodeOption('SO_COOKIE', bytes, 0, 8)
  t.deepEqual([flag, time.seconds, cookie], [false, 0, 0n])
  // @ts-expect-error: not a number
  t.throws(() => encodeOption('SO_LINGER', 5, bytes, 0))
  // @ts-expect-error: read only
  t.throws(() => encodeOption('SO_ERROR', 5, bytes, 0))
  // @ts-expect-error: write only
  t.throws(() => decodeOption('IP_ADD_MEMBERSHIP', bytes, 0, 12))
  // @ts-expect-error: no such option
  t.throws(() => encodeOption('SO_NOTHING', 5, bytes, 0))
})

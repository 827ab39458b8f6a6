// Socket addresses as bytes, beside those that the C library fills in and the kernel accepts; what is
// refused; and what bytes that nobody checked decode to.

import { SocketAddress } from 'node:net'
import { networkInterfaces } from 'node:os'
import { inspect } from 'node:util'
import test from 'ava'
import {
  Address,
  ADDRESS_MAX,
  decodeAddress,
  encodeAddress,
  type AddressLike,
} from '../src/sockets/address'
import { printIPv4, printIPv6 } from '../src/sockets/ip'
import { thrown } from './helpers/errors'
import { Dice, scaled, seed } from './helpers/scale'
import { ask, askOne, decoded, hex, randomBytes, same, unhex, written } from './helpers/sockets'
import { folder } from './helpers/temp'

const ipv4 = (address: string, port: number) =>
  ({ family: 'ipv4', address, port, flowlabel: 0, scopeid: 0 }) as const
const ipv6 = (address: string, port: number, flowlabel = 0, scopeid = 0) =>
  ({ family: 'ipv6', address, port, flowlabel, scopeid }) as const

const encode = (value: unknown) => (into: Uint8Array, at: number) =>
  encodeAddress(value as AddressLike, into, at)

/** A decoded address as a plain object; every one that is decoded has its bytes. */
function plain(bytes: Uint8Array, at: number, length: number): object | undefined {
  const address = decodeAddress(bytes, at, length)
  if (address === undefined) return undefined
  return 'bytes' in address
    ? { family: address.family, bytes: address.bytes }
    : { ...address, sockaddr: hex(address.toBytes()) }
}

test('IP addresses have the bytes that C programs fill in, and come back from them', (t) => {
  const start = seed()
  t.log(`seed ${start} (URING_TEST_SEED)`)
  const dice = new Dice(start)
  const values = Array.from({ length: 300 }, () => {
    const port = dice.pick([0, 1, 80, 255, 256, 65535, dice.below(65536)])
    if (dice.below(2) === 0) return ipv4(printIPv4(randomBytes(dice, 4), 0), port)
    const text = printIPv6(randomBytes(dice, 16), 0)
    const flow = dice.pick([0, 1, 0xfffff, 0xffff_ffff])
    return ipv6(text, port, flow, dice.pick([0, 1, 77, 0xffff_ffff]))
  })
  const lines = values.map(({ family, address, port, flowlabel, scopeid }) =>
    family === 'ipv4'
      ? `inet ${address} ${port}`
      : `inet6 ${address} ${port} ${flowlabel} ${scopeid}`,
  )
  for (const [index, bytes] of ask(lines).entries()) {
    const value = values[index] as (typeof values)[number]
    t.is(hex(written(t, encode(value))), bytes, lines[index])
    t.deepEqual(decoded(t, unhex(bytes), plain), { ...value, sockaddr: bytes })
  }
})

test('names of the Unix domain have the bytes that C programs fill in, and come back from them', (t) => {
  const paths = [
    '',
    'a',
    '/tmp/socket',
    '/tmp/ü🙂',
    '\ufeffmark',
    '/'.padEnd(107, 'x'),
    '\0',
    '\0abstract',
    '\0a\0b\0',
    '\0'.padEnd(108, 'y'),
    'ü'.repeat(53),
  ]
  const answers = ask(paths.map((path) => `unix ${hex(Buffer.from(path))}`))
  for (const [index, path] of paths.entries()) {
    const bytes = answers[index] as string
    t.is(hex(written(t, encode({ path }))), bytes, inspect(path))
    t.is(hex(written(t, encode({ path: Buffer.from(path) }))), bytes)
    t.is(hex(written(t, encode({ family: 'unix', path }))), bytes)
    t.deepEqual(decoded(t, unhex(bytes), plain), { family: 'unix', path, sockaddr: bytes })
  }
})

test('the kernel binds to what was encoded, and its answer decodes to the same address', (t) => {
  const path = `${folder(t)}/socket`
  const linkLocal = Object.values(networkInterfaces())
    .flat()
    .find((one) => one?.family === 'IPv6' && one.scopeid > 0)
  const values: AddressLike[] = [
    { address: '127.0.0.1', port: 0 },
    { address: '127.8.9.10', port: 0 },
    { address: '::1', port: 0 },
    { address: '::ffff:127.0.0.1', port: 0 },
    { path },
    { path: `\0uring-${process.pid}` },
    { path: `\0${process.pid}`.padEnd(108, 'z') },
  ]
  if (linkLocal?.family === 'IPv6') {
    const { address, scopeid } = linkLocal
    values.push({ address: `${address}%${scopeid}`, port: 0 }, { address, port: 0, scopeid })
  }
  const answers = ask(values.map((value) => `bind ${hex(written(t, encode(value)))}`))
  for (const [index, value] of values.entries()) {
    const bytes = unhex(answers[index] as string)
    const mine = Address.from(value)
    const theirs = decodeAddress(bytes, 0, bytes.length) as Address
    if (!('port' in theirs)) t.deepEqual(theirs, mine, inspect(value))
    else {
      t.true(theirs.port > 0, 'the kernel chose one')
      t.deepEqual({ ...theirs, port: 0 } as object, { ...mine }, inspect(value))
    }
  }
})

test('the unnamed address binds to a name that the kernel chooses', (t) => {
  const bytes = unhex(askOne(`bind ${hex(written(t, encode({ path: '' })))}`))
  const { path } = decodeAddress(bytes, 0, bytes.length) as { path: string }
  t.regex(path, /^\0[0-9a-f]{5}$/)
})

test('net.SocketAddress, rinfo of dgram, a family derived: the same bytes', (t) => {
  const ip4 = hex(written(t, encode({ address: '10.1.2.3', port: 99 })))
  const ip6 = hex(written(t, encode({ address: 'fe80::7', port: 99, flowlabel: 5 })))
  const same4 = [
    new SocketAddress({ address: '10.1.2.3', port: 99 }),
    { address: '10.1.2.3', family: 'IPv4', port: 99, size: 12 },
    { address: '10.1.2.3', family: 'ipv4', port: 99, flowlabel: 0, scopeid: undefined },
    Object.create({ address: '10.1.2.3', port: 99 }),
    new Proxy({ address: '10.1.2.3', port: 99 }, {}),
    Address.from({ address: '10.1.2.3', port: 99 }),
  ]
  for (const value of same4) t.is(hex(written(t, encode(value))), ip4, inspect(value))
  const same6 = [
    new SocketAddress({ address: 'fe80::7', family: 'ipv6', port: 99, flowlabel: 5 }),
    { address: 'FE80:0::7', family: 'IPv6', port: 99, flowlabel: 5 },
    Address.from({ address: 'fe80::7', port: 99, flowlabel: 5 }),
  ]
  for (const value of same6) t.is(hex(written(t, encode(value))), ip6, inspect(value))
  const back = new SocketAddress(Address.from({ address: '10.1.2.3', port: 99 }) as SocketAddress)
  t.is(back.address, '10.1.2.3', 'and net.SocketAddress takes an Address')
})

test('a zone names the interface; one that does not exist is an invalid address', (t) => {
  const index = Number(askOne('index lo'))
  const expected = { ...ipv6('fe80::1', 5, 0, index) } as object
  t.deepEqual({ ...Address.from({ address: 'fe80::1%lo', port: 5 }) } as object, expected)
  t.deepEqual({ ...Address.from({ address: `fe80::1%${index}`, port: 5 }) } as object, expected)
  const both = { address: 'fe80::1%lo', port: 5, scopeid: index }
  t.deepEqual({ ...Address.from(both) } as object, expected)
  const other = thrown(t, () => Address.from({ ...both, scopeid: index + 1 }))
  t.is(other.code, 'ERR_INVALID_ARG_VALUE')
})

test('an address of another family goes out and comes back as bytes', (t) => {
  for (const [family, length] of [
    [0, 0],
    [0, 14],
    [16, 10],
    [40, 14],
    [65535, ADDRESS_MAX - 2],
  ] as const) {
    const bytes = new Uint8Array(length).fill(7)
    const sent = written(t, encode({ family, bytes }))
    t.is(sent.length, length + 2)
    t.deepEqual(decoded(t, sent, plain), { family, bytes })
    t.is(hex(written(t, encode(decodeAddress(sent, 0, sent.length)))), hex(sent))
  }
  t.is(hex(written(t, encode({ family: 0 }))), '0000', 'AF_UNSPEC ends the association of a socket')
})

const REFUSED: readonly [value: unknown, code: string, message: RegExp][] = [
  [undefined, 'ERR_INVALID_ARG_TYPE', /"address" argument must be an Address/],
  [null, 'ERR_INVALID_ARG_TYPE', /Received null/],
  ['127.0.0.1', 'ERR_INVALID_ARG_TYPE', /Received '127/],
  [{}, 'ERR_INVALID_ARG_TYPE', /an instance of Object/],
  [{ port: 80 }, 'ERR_INVALID_ARG_TYPE', /"address" argument/],
  [{ family: 'ipv4', port: 80 }, 'ERR_INVALID_ARG_TYPE', /"address" argument/],
  [
    { address: 1, port: 80 },
    'ERR_INVALID_ARG_TYPE',
    /"address\.address" argument must be a string/,
  ],
  [{ address: '1.2.3.4' }, 'ERR_INVALID_ARG_TYPE', /"address\.port" argument must be a number/],
  [{ address: '1.2.3.4', port: '80' }, 'ERR_INVALID_ARG_TYPE', /"address\.port"/],
  [{ address: '1.2.3.4', port: -1 }, 'ERR_OUT_OF_RANGE', /"address\.port".*from 0 to 65535/],
  [{ address: '1.2.3.4', port: 65536 }, 'ERR_OUT_OF_RANGE', /Received 65536/],
  [{ address: '1.2.3.4', port: 1.5 }, 'ERR_OUT_OF_RANGE', /an integer/],
  [{ address: '1.2.3.4', port: Number.NaN }, 'ERR_OUT_OF_RANGE', /Received NaN/],
  [{ address: '1.2.3', port: 1 }, 'ERR_INVALID_ADDRESS', /Invalid socket address/],
  [{ address: 'localhost', port: 1 }, 'ERR_INVALID_ADDRESS', /'localhost'/],
  [{ address: '', port: 1 }, 'ERR_INVALID_ADDRESS', /''/],
  [{ address: '1.2.3.4\0', port: 1 }, 'ERR_INVALID_ADDRESS', /Invalid/],
  [{ address: '::1\0', port: 1 }, 'ERR_INVALID_ADDRESS', /Invalid/],
  [{ address: 'fe80::1%', port: 1 }, 'ERR_INVALID_ADDRESS', /Invalid/],
  [{ address: 'fe80::1%nothere', port: 1 }, 'ERR_INVALID_ADDRESS', /nothere/],
  [{ address: '::1', family: 'ipv4', port: 1 }, 'ERR_INVALID_ADDRESS', /'::1'/],
  [{ address: '1.2.3.4', family: 'ipv6', port: 1 }, 'ERR_INVALID_ADDRESS', /'1\.2/],
  [{ address: '::1', family: 'inet6', port: 1 }, 'ERR_INVALID_ARG_VALUE', /"address\.family"/],
  [{ address: '::1', family: 10, port: 1 }, 'ERR_INVALID_ARG_TYPE', /"address\.family"/],
  [{ address: '::1', port: 1, flowlabel: -1 }, 'ERR_OUT_OF_RANGE', /"address\.flowlabel"/],
  [{ address: '::1', port: 1, flowlabel: '1' }, 'ERR_INVALID_ARG_TYPE', /"address\.flowlabel"/],
  [{ address: '::1', port: 1, scopeid: 2 ** 32 }, 'ERR_OUT_OF_RANGE', /"address\.scopeid"/],
  [{ address: '::1', port: 1, path: '/a' }, 'ERR_INVALID_ARG_VALUE', /"address" and a "path"/],
  [{ path: 5 }, 'ERR_INVALID_ARG_TYPE', /"address\.path" argument must be a string/],
  [{ path: null }, 'ERR_INVALID_ARG_TYPE', /Received null/],
  [{ path: '/a', family: 'ipv4' }, 'ERR_INVALID_ARG_VALUE', /"address\.family"/],
  [{ path: '/a\0b' }, 'ERR_INVALID_ARG_VALUE', /without null bytes/],
  [{ path: '/a\0' }, 'ERR_INVALID_ARG_VALUE', /without null bytes/],
  [{ path: '/'.padEnd(108, 'x') }, 'ERR_OUT_OF_RANGE', /at most 107 bytes long\. Received 108/],
  [{ path: 'ü'.repeat(54) }, 'ERR_OUT_OF_RANGE', /Received 108/],
  [{ path: `${'x'.repeat(107)}🙂` }, 'ERR_OUT_OF_RANGE', /Received 111/],
  [{ path: 'x'.repeat(100_000) }, 'ERR_OUT_OF_RANGE', /Received 100000/],
  [{ path: '\0'.padEnd(109, 'x') }, 'ERR_OUT_OF_RANGE', /at most 108 bytes with.*Received 109/],
  [{ path: new Uint8Array(108).fill(120) }, 'ERR_OUT_OF_RANGE', /Received 108/],
  [{ path: new Uint8Array(109) }, 'ERR_OUT_OF_RANGE', /Received 109/],
  [{ path: new Uint16Array(4) }, 'ERR_INVALID_ARG_TYPE', /"address\.path"/],
  [{ path: Object.create(Uint8Array.prototype) }, 'ERR_INVALID_ARG_TYPE', /"address\.path"/],
  [{ family: -1 }, 'ERR_OUT_OF_RANGE', /"address\.family"/],
  [{ family: 65536 }, 'ERR_OUT_OF_RANGE', /"address\.family"/],
  [{ family: 16, bytes: 'abc' }, 'ERR_INVALID_ARG_TYPE', /"address\.bytes"/],
  [{ family: 16, bytes: new Uint8Array(127) }, 'ERR_OUT_OF_RANGE', /at most 126 bytes/],
]

test('what is no address is refused, by a typed error, and nothing is written', (t) => {
  const into = new Uint8Array(256).fill(0xa5)
  for (const [value, code, message] of REFUSED) {
    for (const call of [encode(value), () => Address.from(value as AddressLike)]) {
      const error = thrown(t, () => call(into, 0))
      t.is(error.code, code, inspect(value))
      t.regex(error.message, message)
    }
  }
  t.true(into.every((byte) => byte === 0xa5))
})

test('an address that does not fit behind its offset is refused', (t) => {
  const into = new Uint8Array(64).fill(0xa5)
  for (const value of [
    { address: '1.2.3.4', port: 1 },
    { address: '::1', port: 1 },
    { path: '/tmp/socket.with.a.name' },
    { family: 16, bytes: new Uint8Array(30) },
    Address.from({ address: '1.2.3.4', port: 1 }),
  ])
    for (const at of [-1, 50, 64, 1e9, Number.NaN])
      t.is(thrown(t, () => encodeAddress(value, into, at)).code, 'ERR_OUT_OF_RANGE')
  t.true(into.every((byte) => byte === 0xa5))
})

test('every prefix of an address decodes, to the address only if nothing is missing', (t) => {
  for (const value of [
    { address: '1.2.3.4', port: 5 },
    { address: 'fe80::1', port: 5, scopeid: 3 },
    { path: '/tmp/socket' },
    { path: '\0abstract' },
    { family: 40, bytes: new Uint8Array(14).fill(1) },
  ]) {
    const whole = written(t, encode(value))
    for (let length = 0; length < whole.length; length++) {
      const cut = whole.slice(0, length)
      const address = decoded(t, cut, plain) as { family: unknown } | undefined
      if (length < 2) t.is(address, undefined)
      else if ('path' in value) t.is(address?.family, 'unix')
      else t.deepEqual(address, { family: whole[0], bytes: cut.slice(2) })
    }
  }
})

test('a path ends at its NUL or at its 108 bytes, whatever the length says', (t) => {
  const path = Buffer.alloc(126, 'p')
  t.deepEqual(
    decodeAddress(Buffer.concat([Buffer.from([1, 0]), path]), 0, 128)?.toBytes().length,
    110,
  )
  const early = Buffer.from('01002f610062626262', 'hex')
  t.deepEqual({ ...decodeAddress(early, 0, early.length) } as object, {
    family: 'unix',
    path: '/a',
  })
  const open = Buffer.from('01002f61', 'hex')
  t.is(hex(decodeAddress(open, 0, 4)?.toBytes() as Uint8Array), '01002f6100')
})

test('a name that is no UTF-8 is still the address of its bytes', (t) => {
  const bytes = unhex('01002fff00')
  const address = decodeAddress(bytes, 0, bytes.length) as Address
  t.is((address as { path: string }).path, '/\ufffd')
  t.is(hex(written(t, encode(address))), '01002fff00')
})

test('nothing and nonsense: no bytes, offsets outside, lengths that lie', (t) => {
  const bytes = written(t, encode({ address: '1.2.3.4', port: 5 }))
  for (const [at, length] of [
    [0, 0],
    [0, 1],
    [0, -5],
    [0, Number.NaN],
    [Number.NaN, 16],
    [-1, 16],
    [15, 16],
    [16, 16],
    [1e9, 16],
  ] as const)
    t.is(decodeAddress(bytes, at, length), undefined, `${at} ${length}`)
})

test('random bytes decode to something that encodes to bytes of the same meaning', (t) => {
  const start = seed()
  t.log(`seed ${start} (URING_TEST_SEED)`)
  const dice = new Dice(start)
  for (let round = 0; round < scaled(20_000, 1000); round++) {
    const bytes = randomBytes(dice, dice.below(ADDRESS_MAX + 20))
    if (bytes.length >= 2) bytes.set([dice.pick([0, 1, 2, 10, 40]), 0])
    if (bytes.length > 2 && dice.below(4) === 0) bytes[2] = 0
    const address = decodeAddress(bytes, 0, bytes.length)
    if (address === undefined) {
      t.true(bytes.length < 2)
      continue
    }
    const again = new Uint8Array(ADDRESS_MAX)
    const length = encodeAddress(address, again, 0)
    t.true(length <= ADDRESS_MAX)
    same(t, plain(again, 0, length), plain(bytes, 0, bytes.length))
  }
})

// IP addresses between text and bytes, beside what Node and the C library make of the same texts.

import { readdirSync } from 'node:fs'
import { isIPv4, isIPv6, SocketAddress } from 'node:net'
import { networkInterfaces } from 'node:os'
import test from 'ava'
import { parseIPv4, printIPv4, printIPv6, scopeOf, writeIPv6 } from '../src/sockets/ip'
import { Dice, scaled, seed } from './helpers/scale'
import { ask, hex, randomBytes, unhex, written } from './helpers/sockets'

const IPV4 = ['0.0.0.0', '127.0.0.1', '255.255.255.255', '1.2.3.4', '10.0.0.1', '192.168.100.200']
const IPV6 = [
  '::',
  '::1',
  '1::',
  'fe80::1',
  '2001:db8::8a2e:370:7334',
  '1:2:3:4:5:6:7:8',
  '1:2:3:4:5:6:7::',
  '::2:3:4:5:6:7:8',
  '1:0:0:4:0:0:0:8',
  'FFFF:abcd:ABCD::ffff',
  '::ffff:1.2.3.4',
  '::1.2.3.4',
  '64:ff9b::255.255.255.255',
  '1:2:3:4:5:6:1.2.3.4',
]

/** Texts that are addresses, almost: one or two characters changed, added or taken away. */
function* mutations(dice: Dice, of: readonly string[], count: number): Generator<string> {
  const characters = ['0', '1', '9', 'f', 'g', ':', '.', '%', ' ', '-', '\0', 'é', '256', '::']
  for (let made = 0; made < count; made++) {
    let text = dice.pick(of)
    for (let change = dice.below(3); change > 0; change--) {
      const at = dice.below(text.length + 1)
      text = text.slice(0, at) + dice.pick(['', ...characters]) + text.slice(at + dice.below(3))
    }
    yield text
  }
}

test('exactly the texts that net.isIPv4 accepts are IPv4 addresses', (t) => {
  const start = seed()
  t.log(`seed ${start} (URING_TEST_SEED)`)
  const dice = new Dice(start)
  const edges = [
    '',
    '1',
    '1.2.3',
    '1.2.3.',
    '.1.2.3',
    '1..2.3',
    '1.2.3.4.5',
    '1.2.3.4 ',
    '+1.2.3.4',
  ]
  const octets = ['00.0.0.0', '01.2.3.4', '1.2.3.04', '256.0.0.0', '1.2.3.999', '0x1.2.3.4']
  for (const text of [...edges, ...octets, ...IPV4, ...IPV6, ...mutations(dice, IPV4, 20_000)])
    t.is(parseIPv4(text) >= 0, isIPv4(text), JSON.stringify(text))
})

test('exactly the texts that net.isIPv6 accepts, without a zone and without a NUL, are IPv6 addresses', (t) => {
  const start = seed()
  t.log(`seed ${start} (URING_TEST_SEED)`)
  const dice = new Dice(start)
  const edges = ['', ':', ':::', '1', '1::2::3', '12345::', '1:2:3:4:5:6:7:8:9', '::1%lo', '::1\0']
  const into = new Uint8Array(16)
  for (const text of [...edges, ...IPV6, ...IPV4, ...mutations(dice, IPV6, 20_000)]) {
    into.fill(0xa5)
    const plain = !text.includes('%') && !text.includes('\0')
    t.is(writeIPv6(text, into, 0), plain && isIPv6(text), JSON.stringify(text))
    if (!plain || !isIPv6(text))
      t.true(
        into.every((byte) => byte === 0xa5),
        'nothing was written',
      )
  }
})

test('addresses have the bytes that inet_pton(3) gives them', (t) => {
  const start = seed()
  t.log(`seed ${start} (URING_TEST_SEED)`)
  const dice = new Dice(start)
  const ipv4 = [...IPV4, ...mutations(dice, IPV4, 500)].filter((text) => isIPv4(text))
  const ipv6 = [...IPV6, ...mutations(dice, IPV6, 500)].filter(
    (text) => isIPv6(text) && !text.includes('%'),
  )
  const answers = ask([
    ...ipv4.map((text) => `inet ${text} 0`),
    ...ipv6.map((text) => `inet6 ${text} 0 0 0`),
  ])
  t.is(answers.length, ipv4.length + ipv6.length)
  for (const [index, text] of ipv4.entries()) {
    const number = parseIPv4(text).toString(16).padStart(8, '0')
    t.is(number, (answers[index] as string).slice(8, 16), text)
    t.is(printIPv4(unhex(number), 0), text)
  }
  for (const [index, text] of ipv6.entries()) {
    const bytes = written(t, (into, at) => (writeIPv6(text, into, at) ? 16 : 0))
    t.is(hex(bytes), (answers[ipv4.length + index] as string).slice(16, 48), text)
  }
})

test('IPv6 addresses are printed as net.SocketAddress prints them, and read back', (t) => {
  const start = seed()
  t.log(`seed ${start} (URING_TEST_SEED)`)
  const dice = new Dice(start)
  for (let round = 0; round < scaled(20_000, 1000); round++) {
    const bytes = randomBytes(dice, 16)
    // mostly zeros: where the runs of them are is what printing is about
    for (let group = 0; group < 8; group++) {
      const kind = dice.below(6)
      if (kind < 3) bytes.fill(0, group * 2, group * 2 + 2)
      if (kind === 3) bytes.fill(0xff, group * 2, group * 2 + 2)
      if (kind === 4) bytes.set([0, 1], group * 2)
    }
    const groups = hex(bytes).match(/.{4}/g)?.join(':') as string
    const text = printIPv6(bytes, 0)
    t.is(text, new SocketAddress({ address: groups, family: 'ipv6' }).address, groups)
    const back = new Uint8Array(16).fill(0xa5)
    t.true(writeIPv6(text, back, 0))
    t.deepEqual(back, bytes)
  }
})

test('a zone is the number of an interface, or its name', (t) => {
  const names = readdirSync('/sys/class/net').filter((name) => /^[a-z0-9]+$/.test(name))
  t.true(names.includes('lo'))
  const indexes = ask(names.map((name) => `index ${name}`))
  for (const [index, name] of names.entries()) t.is(scopeOf(name), Number(indexes[index]), name)
  for (const addresses of Object.values(networkInterfaces()))
    for (const one of addresses ?? [])
      if (one.family === 'IPv6' && one.scopeid > 0) t.is(scopeOf(String(one.scopeid)), one.scopeid)
  t.is(scopeOf('4294967295'), 4294967295)
  const none = [
    '',
    'nothere',
    '4294967296',
    '-1',
    '..',
    '.',
    '../net/lo',
    'lo/',
    '/lo',
    'lo\0',
    '__proto__',
  ]
  for (const zone of none) t.is(scopeOf(zone), 0, JSON.stringify(zone))
})

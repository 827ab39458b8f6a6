// Addresses as objects: they cannot be changed or forged, those of known peers are the same object, and
// objects that lie about themselves do no harm.

import test from 'ava'
import { Address, decodeAddress, encodeAddress, type AddressLike } from '../src/sockets/address'
import { thrown } from './helpers/errors'
import { Dice, scaled, seed } from './helpers/scale'
import { hex, randomBytes, same, written } from './helpers/sockets'

const encode = (value: unknown) => (into: Uint8Array, at: number) =>
  encodeAddress(value as AddressLike, into, at)

test('an Address cannot be changed, and cannot be made by anybody else', (t) => {
  const address = Address.from({ address: '10.0.0.1', port: 80 })
  t.true(Address.is(address))
  t.is(Address.from(address), address, 'as it is')
  t.throws(() => Object.assign(address, { port: 81 }), { instanceOf: TypeError })
  address.toBytes().fill(0)
  t.is(hex(address.toBytes()), '020000500a0000010000000000000000')
  const Class = address.constructor as new (...given: unknown[]) => unknown
  for (const given of [[], [Symbol('address'), new Uint8Array(200)], [address, new Uint8Array(16)]])
    t.is(thrown(t, () => new Class(...given)).code, 'ERR_ILLEGAL_CONSTRUCTOR')
  const other = Address.from({ family: 16, bytes: new Uint8Array(4) })
  ;(other as { bytes: Uint8Array }).bytes.fill(9)
  t.is(hex(other.toBytes()), '100000000000')
})

test('what only looks like an Address is read as any other object', (t) => {
  const address = Address.from({ address: '10.0.0.1', port: 80 })
  const forged: unknown[] = [
    new Proxy(address, {}),
    Object.create(address),
    Object.setPrototypeOf({ ...address }, Object.getPrototypeOf(address) as object),
    { ...address, toBytes: () => new Uint8Array(4000), length: 4000 },
  ]
  for (const value of forged) {
    t.false(Address.is(value))
    t.is(hex(written(t, encode(value))), hex(address.toBytes()))
  }
})

test('views that lie about their length write no more than they say', (t) => {
  class Liar extends Uint8Array {
    override get byteLength(): number {
      return 4
    }
    override subarray(): Liar {
      return new Liar(500)
    }
  }
  const lie = new Liar(500).fill(1)
  t.is(hex(written(t, encode({ family: 16, bytes: lie }))), '100001010101')
  t.is(hex(written(t, encode({ path: lie }))), '01000101010100')
})

test('a getter that encodes another address disturbs nothing', (t) => {
  const into = new Uint8Array(512)
  const nested = (address: string) => ({
    get port(): number {
      encodeAddress({ address: '::2', port: 2, scopeid: 9, flowlabel: 9 }, into, 256)
      encodeAddress({ path: '/nested' }, into, 256)
      return 1
    },
    address,
  })
  t.is(hex(written(t, encode(nested('::1')))), hex(written(t, encode({ address: '::1', port: 1 }))))
  t.is(
    hex(written(t, encode(nested('1.2.3.4')))),
    hex(written(t, encode({ address: '1.2.3.4', port: 1 }))),
  )
})

test('a peer that was heard before is the same object; many peers are told apart', (t) => {
  const start = seed()
  t.log(`seed ${start} (URING_TEST_SEED)`)
  const dice = new Dice(start)
  const bytes = new Uint8Array(16)
  for (let round = 0; round < scaled(30_000, 3000); round++) {
    const address = `10.0.${dice.below(20)}.${dice.below(256)}`
    const peer = { family: 'ipv4', address, port: dice.below(4), flowlabel: 0, scopeid: 0 } as const
    const length = encodeAddress(peer, bytes, 0)
    bytes.set(randomBytes(dice, 8), 8)
    const first = decodeAddress(bytes, 0, length)
    same(t, { ...first }, peer)
    bytes.set(randomBytes(dice, 8), 8)
    t.is(decodeAddress(bytes, 0, length), first, 'the padding means nothing')
    same(t, first?.toBytes().subarray(8), new Uint8Array(8))
  }
})

test('an abstract name is told apart from its own beginnings', (t) => {
  const start = seed()
  t.log(`seed ${start} (URING_TEST_SEED)`)
  const dice = new Dice(start)
  const bytes = new Uint8Array(110)
  bytes[0] = 1
  for (let round = 0; round < scaled(30_000, 3000); round++) {
    bytes.set(randomBytes(dice, 8), 3)
    for (const length of [11, 10, 9]) {
      const address = decodeAddress(bytes, 0, length)
      if (address?.toBytes().length !== length) t.fail(`round ${round}, ${length} bytes`)
    }
  }
  t.pass()
})

// The errors that only sockets have, with Node's codes and wording: a text that is no address, a
// constructor that is not for callers, an offset with too little memory behind it. Proved by
// __test__/sockets-address.spec.ts and __test__/sockets-trust.spec.ts.

import { outOfRange } from '../errors'

/** Error for a text that is no IP address of its family, as `net.SocketAddress` throws it. */
export function invalidAddress(address: string): Error & { code: string } {
  const message = `Invalid socket address. Received '${address}'`
  return Object.assign(new Error(message), { code: 'ERR_INVALID_ADDRESS' })
}

/** TypeError for `new` on a class whose objects only this package makes. */
export function illegalConstructor(): TypeError & { code: string } {
  return Object.assign(new TypeError('Illegal constructor'), { code: 'ERR_ILLEGAL_CONSTRUCTOR' })
}

/** RangeError for `length` bytes that do not fit into `into` at `at`. */
export function noRoom(length: number, into: Uint8Array, at: number): RangeError {
  return outOfRange('at', `an offset with ${length} bytes of ${into.length} behind it`, at)
}

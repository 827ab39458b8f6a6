// Numbers in the byte order of the kernel's structures: little-endian, as on all supported machines,
// or network order where the name ends in BE. The callers check that the bytes are there. Proved by
// the specs of the codecs that stand on it (__test__/sockets-*.spec.ts).

const TWO_32 = 0x1_0000_0000

/** Returns whether `size` bytes at `at` lie within `bytes`. */
export function holds(bytes: Uint8Array, at: number, size: number): boolean {
  return at >= 0 && at + size <= bytes.length
}

export function readUint16(bytes: Uint8Array, at: number): number {
  return (bytes[at] as number) | ((bytes[at + 1] as number) << 8)
}

export function readUint16BE(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number)
}

export function readInt32(bytes: Uint8Array, at: number): number {
  return readUint16(bytes, at) | (readUint16(bytes, at + 2) << 16)
}

export function readUint32(bytes: Uint8Array, at: number): number {
  return readInt32(bytes, at) >>> 0
}

export function readUint32BE(bytes: Uint8Array, at: number): number {
  return ((readUint16BE(bytes, at) << 16) | readUint16BE(bytes, at + 2)) >>> 0
}

/** An unsigned integer of 64 bits; above 2^53 the nearest number. */
export function readUint64(bytes: Uint8Array, at: number): number {
  return readUint32(bytes, at) + readUint32(bytes, at + 4) * TWO_32
}

export function readBigUint64(bytes: Uint8Array, at: number): bigint {
  return (BigInt(readUint32(bytes, at + 4)) << 32n) | BigInt(readUint32(bytes, at))
}

export function readBigInt64(bytes: Uint8Array, at: number): bigint {
  return (BigInt(readInt32(bytes, at + 4)) << 32n) | BigInt(readUint32(bytes, at))
}

export function writeUint16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value
  bytes[at + 1] = value >>> 8
}

export function writeUint16BE(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8
  bytes[at + 1] = value
}

/** Writes the low 32 bits of an integer, signed or not. */
export function writeInt32(bytes: Uint8Array, at: number, value: number): void {
  writeUint16(bytes, at, value)
  writeUint16(bytes, at + 2, value >>> 16)
}

export function writeInt32BE(bytes: Uint8Array, at: number, value: number): void {
  writeUint16BE(bytes, at, value >>> 16)
  writeUint16BE(bytes, at + 2, value)
}

/** Writes a whole number from 0 to 2^53 - 1 as 64 bits. */
export function writeUint64(bytes: Uint8Array, at: number, value: number): void {
  writeInt32(bytes, at, value)
  writeInt32(bytes, at + 4, Math.floor(value / TWO_32))
}

export function writeBigUint64(bytes: Uint8Array, at: number, value: bigint): void {
  writeInt32(bytes, at, Number(value & 0xffff_ffffn))
  writeInt32(bytes, at + 4, Number((value >> 32n) & 0xffff_ffffn))
}

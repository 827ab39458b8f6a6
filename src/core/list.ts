// Arrays of the package's own that code of the caller's must never run in. An accessor that was planted
// on Array.prototype under an index runs where an ordinary array is filled, and later where the addon
// reads the hole that this left: inside a flush, between the look-up of an address and its use.
//
// A list therefore has no prototype. It is filled and read by index, and has no methods.
//
// Proved by __test__/forged.spec.ts.

/** An array without a prototype. */
export type List<T> = { readonly length: number; [index: number]: T }

/** Returns an empty list. */
export function listOf<T>(): List<T> {
  return Object.setPrototypeOf([], null) as List<T>
}

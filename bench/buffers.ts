// Page-aligned buffers, so that O_DIRECT takes them and every column copies to equally good memory.
// The memory of a WebAssembly instance always begins on a page; an ordinary ArrayBuffer does not.

const PAGE = 4096
const WASM_PAGE = 65_536

/** `count` views of `size` bytes, each beginning on a page boundary. */
export function alignedBuffers(count: number, size: number): Uint8Array[] {
  const stride = Math.ceil(size / PAGE) * PAGE
  const initial = Math.ceil((count * stride) / WASM_PAGE)
  const { buffer } = new WebAssembly.Memory({ initial })
  return Array.from({ length: count }, (_, slot) => new Uint8Array(buffer, slot * stride, size))
}

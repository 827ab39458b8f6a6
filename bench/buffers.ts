// Page-aligned buffers: O_DIRECT requires them, and every column then copies to equally aligned memory.
// WebAssembly memory always begins on a page; an ordinary ArrayBuffer does not.

const PAGE = 4096
const WASM_PAGE = 65_536

/** Returns `count` views of `size` bytes, each beginning on a page boundary. */
export function alignedBuffers(count: number, size: number): Uint8Array[] {
  const stride = Math.ceil(size / PAGE) * PAGE
  const initial = Math.ceil((count * stride) / WASM_PAGE)
  const { buffer } = new WebAssembly.Memory({ initial })
  return Array.from({ length: count }, (_, slot) => new Uint8Array(buffer, slot * stride, size))
}

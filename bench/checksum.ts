// FNV-1a over what a column read, summed so that the order of completions does not matter. The same as
// in `crates/bench/src/checksum.rs`. Used once per column, before anything is timed.

export class Checksum {
  sum = 0

  bytes(view: Uint8Array): void {
    let hash = 0x811c9dc5
    for (let i = 0; i < view.length; i++) {
      hash = Math.imul(hash ^ view[i]!, 0x01000193)
    }
    this.number(hash)
  }

  number(value: number): void {
    this.sum = (this.sum + value) >>> 0
  }
}

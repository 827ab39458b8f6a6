// Reads and writes whole buffers through the ring: a single operation may transfer less than asked.

import type { Ring } from 'uring'

/** Fills `buffer` from `position` on. Resolves to the bytes read: fewer only at the end of the file. */
export async function readAll(
  ring: Ring,
  fd: number,
  buffer: Uint8Array,
  position: number,
): Promise<number> {
  let done = await ring.read(fd, buffer, position)
  while (done < buffer.length) {
    const more = await ring.read(fd, buffer.subarray(done), position + done)
    if (more === 0) break
    done += more
  }
  return done
}

export async function writeAll(
  ring: Ring,
  fd: number,
  buffer: Uint8Array,
  position: number,
): Promise<void> {
  let done = await ring.write(fd, buffer, position)
  while (done < buffer.length) {
    done += await ring.write(fd, buffer.subarray(done), position + done)
  }
}

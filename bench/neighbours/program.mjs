// The program that other runtimes run: whole small files by their own `fs.promises.readFile`, asked for as the native
// program is. Plain JavaScript, so that every runtime reads it as it stands.
//
// Answers a line `{ file, depth, count, check }` with `{ seconds, checksum }`.

import { readFileSync, promises as fs } from 'node:fs'
import { createInterface } from 'node:readline'

async function readFiles({ file, depth, count, check }) {
  const paths = readFileSync(file, 'utf8').trimEnd().split('\n')
  let next = 0
  let left = count
  let checksum = 0
  const begin = performance.now()
  const coroutine = async () => {
    while (left-- > 0) {
      const contents = await fs.readFile(paths[next++ % paths.length])
      if (check) checksum = (checksum + fnv1a(contents)) >>> 0
    }
  }
  await Promise.all(Array.from({ length: depth }, coroutine))
  return { seconds: (performance.now() - begin) / 1000, checksum }
}

/** The same as in bench/checksum.ts. */
function fnv1a(bytes) {
  let hash = 0x811c9dc5
  for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193)
  return hash
}

for await (const line of createInterface({ input: process.stdin })) {
  let reply
  try {
    reply = await readFiles(JSON.parse(line))
  } catch (error) {
    reply = { error: String(error) }
  }
  process.stdout.write(`${JSON.stringify(reply)}\n`)
}

// A user's program, ES module: named imports and the default import, reads itself, and says "smoke ok".
import assert from 'node:assert/strict'
import { open } from 'node:fs/promises'
import uring, { availability, constants, Ring } from 'uring'

assert.equal(Reflect.get(uring, 'Ring'), Ring)
const state = availability()
assert.equal(state.available, true, JSON.stringify(state))
const ring = new Ring({ entries: 8 })
const file = await open(new URL(import.meta.url), 'r')
const head = Buffer.alloc(19)
assert.equal(await ring.read(file, head, 0), 19)
assert.equal(head.toString(), "// A user's program")
assert.equal(typeof constants.IORING_FEAT_NODROP, 'number')
await file.close()
await ring.dispose()
console.log(`smoke ok: ${import.meta.url}`)

// A user's program, CommonJS: writes a file through the ring, reads it back, and says "smoke ok".
const assert = require('node:assert/strict')
const { join } = require('node:path')
const { availability, constants, Ring } = require('uring')

async function main() {
  const state = availability()
  assert.equal(state.available, true, JSON.stringify(state))
  const ring = new Ring({ entries: 8 })
  const path = join(__dirname, 'smoke-cjs.txt')
  const fd = await ring.openat(
    constants.AT_FDCWD,
    path,
    constants.O_RDWR | constants.O_CREAT | constants.O_TRUNC,
    0o600,
  )
  assert.equal(await ring.write(fd, Buffer.from('through the ring'), 0), 16)
  const back = Buffer.alloc(32)
  assert.equal(await ring.read(fd, back, 0), 16)
  assert.equal(back.toString('utf8', 0, 16), 'through the ring')
  await ring.close(fd)
  await assert.rejects(ring.openat(constants.AT_FDCWD, `${path}.none`, constants.O_RDONLY), {
    code: 'ENOENT',
  })
  await ring.dispose()
  console.log(`smoke ok: ${__filename}`)
}

main().catch((error) => {
  console.error(error)
  process.exitCode = 1
})

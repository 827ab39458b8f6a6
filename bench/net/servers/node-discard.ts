// Counts what a connection sends and answers its end with the count, with node:net.

import { crc32 } from 'node:zlib'
import { listen } from './node-net'
import { answer, serverOptions } from './program'

const { check } = serverOptions()

listen({ noDelay: true, allowHalfOpen: true }, (socket, served) => {
  let count = 0
  let checksum = 0
  socket.on('data', (chunk) => {
    count += chunk.length
    served.bytes += chunk.length
    if (check) checksum = crc32(chunk, checksum)
  })
  socket.on('end', () => socket.end(answer(count, checksum)))
})

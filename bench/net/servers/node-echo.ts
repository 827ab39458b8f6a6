// Sends back what a connection sends, with node:net.

import { listen } from './node-net'

listen({ noDelay: true }, (socket, served) => {
  socket.on('data', (chunk) => {
    served.bytes += chunk.length
    socket.write(chunk)
  })
})

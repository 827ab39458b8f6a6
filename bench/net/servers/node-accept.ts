// Closes every connection as soon as it is accepted, with node:net.

import { listen } from './node-net'

listen({}, (socket) => {
  socket.destroy()
})

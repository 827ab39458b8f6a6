// Sends every datagram back to where it came from, with node:dgram.

import * as dgram from 'node:dgram'
import { HOST, serveUntilInputEnds, type Served } from './program'

const served: Served = { arrivals: 0, bytes: 0 }
const socket = dgram.createSocket('udp4')
socket.on('message', (message, from) => {
  served.arrivals++
  served.bytes += message.length
  socket.send(message, from.port, from.address)
})
socket.bind(0, HOST, () => serveUntilInputEnds(socket.address().port, served))

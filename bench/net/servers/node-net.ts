// Listens with node:net, for the server programs that use it.

import * as net from 'node:net'
import { BACKLOG, HOST, serveUntilInputEnds, type Served } from './program'

/** Serves connections with `onConnection`, which counts what it receives in `served`. */
export function listen(
  options: net.ServerOpts,
  onConnection: (socket: net.Socket, served: Served) => void,
): void {
  const served: Served = { arrivals: 0, bytes: 0 }
  const server = net.createServer(options, (socket) => {
    served.arrivals++
    onConnection(socket, served)
  })
  server.listen({ port: 0, host: HOST, backlog: BACKLOG }, () => {
    serveUntilInputEnds((server.address() as net.AddressInfo).port, served)
  })
}

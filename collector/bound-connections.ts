// Bounds the open connections. When there are too many, the one that has been idle longest is closed: a client
// that opens thousands and sends nothing, or half a header on each, shuts nobody out.

import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/** Taken while the one that makes room is still being closed. */
const SPARE_CONNECTIONS = 64

export function boundConnections(server: Server, connectionsMax: number): void {
  /** Without a whole request in flight, longest first. */
  const idle = new Set<Socket>()
  let open = 0
  server.maxConnections = connectionsMax + SPARE_CONNECTIONS
  server.on('connection', (socket) => {
    open += 1
    idle.add(socket)
    socket.once('close', () => {
      open -= 1
      idle.delete(socket)
    })
    if (open > connectionsMax) {
      const [longest] = idle
      longest?.destroy()
    }
  })
  server.on('request', ({ socket }, response) => {
    idle.delete(socket)
    response.once('close', () => {
      if (!socket.destroyed) idle.add(socket)
    })
  })
}

// Connections are bounded, and whoever holds many without asking anything shuts nobody out.

import { createServer } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { boundConnections } from '../../collector/bound-connections.ts'

const CONNECTIONS_MAX = 20

async function startServer(t: Test): Promise<number> {
  const server = createServer(async (request, response) => {
    if (request.url === '/slow') await sleep(300)
    response.end('answered')
  })
  boundConnections(server, CONNECTIONS_MAX)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

async function open(t: Test, port: number, text: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  t.teardown(() => socket.destroy())
  await new Promise<void>((resolve) => socket.once('connect', resolve))
  socket.write(text)
  return socket
}

t.test('half a header on every connection, and the next one is answered', async (t) => {
  const port = await startServer(t)
  const held: Socket[] = []
  for (let count = 0; count < 3 * CONNECTIONS_MAX; count += 1) {
    held.push(await open(t, port, 'POST /v1/traces HTTP/1.1\r\nHost: 127.0.0.1\r\nX: '))
  }
  for (let count = 0; count < 5; count += 1) {
    const answer = await fetch(`http://127.0.0.1:${port}/livez`)
    t.equal(await answer.text(), 'answered')
  }
  await sleep(50)
  const left = held.filter((socket) => !socket.closed && !socket.readableEnded)
  t.ok(left.length <= CONNECTIONS_MAX, `${left.length} are left`)
  t.notOk(left.includes(held[0] as Socket), 'the one that waited longest made room')
})

t.test('a request in flight makes no room', async (t) => {
  const port = await startServer(t)
  const slow = await open(t, port, 'GET /slow HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n')
  let answer = ''
  slow.on('data', (chunk) => {
    answer += String(chunk)
  })
  for (let count = 0; count < 2 * CONNECTIONS_MAX; count += 1) await open(t, port, 'GET / HT')
  await sleep(500)
  t.match(answer, 'answered')
})

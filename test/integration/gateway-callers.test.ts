// Callers at the edges of the ClickHouse interface: who leaves before the statement starts, whose key is revoked
// while it runs, and who says two things at once. Sockets are real; the engine is a sink that says what reached it.

import { connect, type AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import Fastify, { type FastifyInstance } from 'fastify'
import { pino } from 'pino'
import t from 'tap'
import { createMetrics } from '../../collector/collector.ts'
import { gatewayPlugin, type AccessVerdict, type Caller } from '../../collector/gateway/index.ts'
import type { ReadOnlyQuery } from '../../collector/model/index.ts'

interface Started {
  readonly app: FastifyInstance
  readonly port: number
  readonly statements: readonly string[]
}

interface StartOptions {
  readonly judgeAccess?: (caller: Caller) => AccessVerdict
  readonly run?: () => Promise<unknown>
  /** Before the handler. */
  readonly delay?: (gone: Promise<void>) => Promise<void>
}

async function start(
  t: { teardown(gone: () => unknown): void },
  { judgeAccess = () => 'granted', run = async () => undefined, delay }: StartOptions
): Promise<Started> {
  const statements: string[] = []
  const metrics = createMetrics()
  const app = Fastify()
  if (delay !== undefined) {
    app.addHook('preHandler', async (_request, reply) => {
      await delay(new Promise((resolve) => reply.raw.once('close', () => resolve())))
    })
  }
  const query = async ({ statement, database }: ReadOnlyQuery) => {
    // The catalog of the engine, which is read at the start.
    if (database === 'system') return { bytes: Buffer.alloc(0), rowsRead: 0, bytesRead: 0 }
    statements.push(statement)
    await run()
    return { bytes: Buffer.from('1\n'), rowsRead: 1, bytesRead: 1 }
  }
  await app.register(gatewayPlugin, {
    queries: { query },
    database: 'otel',
    judgeAccess,
    meter: metrics.meter('gateway'),
    logger: pino({ level: 'silent' })
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  t.teardown(async () => {
    await app.close()
    await metrics.close()
  })
  const address = app.server.address() as AddressInfo
  return { app, port: address.port, statements }
}

/** Lines as they are; the answer as it comes. */
function send(port: number, lines: readonly string[]): ReturnType<typeof connect> {
  const socket = connect(port, '127.0.0.1')
  socket.write(
    `GET /?query=SELECT+1 HTTP/1.1\r\n${lines.join('\r\n')}\r\nconnection: close\r\n\r\n`
  )
  return socket
}

t.test(
  'a client that has gone before its statement starts asks nothing of the engine',
  async (t) => {
    const handled = Promise.withResolvers<void>()
    const arrived = Promise.withResolvers<void>()
    const { app, port, statements } = await start(t, {
      delay: async (gone) => {
        arrived.resolve()
        await gone
        // Whoever heard of it has.
        setImmediate(() => setImmediate(handled.resolve))
      }
    })
    const socket = send(port, ['host: localhost'])
    await arrived.promise
    socket.destroy()
    await handled.promise
    await app.close()
    t.same(statements, [])
  }
)

t.test('a key that is revoked while a statement runs gets no answer of it', async (t) => {
  let verdict: AccessVerdict = 'granted'
  const { port } = await start(t, {
    judgeAccess: () => verdict,
    run: async () => {
      verdict = 'key_unknown'
      await sleep(1_050)
    }
  })
  const answer = await text(send(port, ['host: localhost']))
  t.match(answer, /^HTTP\/1\.1 403 /)
  t.match(answer, /AUTHENTICATION_FAILED/)
})

t.test('of two hosts or two passwords none is taken', async (t) => {
  const callers: Caller[] = []
  const { port } = await start(t, {
    judgeAccess: (caller) => {
      callers.push(caller)
      return 'granted'
    }
  })
  await text(send(port, ['host: localhost', 'authorization: Bearer a', 'host: evil.example']))
  await text(send(port, ['host: localhost', 'authorization: Bearer a', 'authorization: Bearer b']))
  await text(send(port, ['host: localhost', 'x-clickhouse-key: a', 'x-clickhouse-key: b']))
  const one = await text(send(port, ['host: localhost', 'authorization: Bearer a']))
  t.match(one, /^HTTP\/1\.1 200 /)
  t.match(callers.slice(1), [
    { host: 'localhost', key: undefined },
    { host: 'localhost', key: undefined },
    { host: 'localhost', key: 'a' }
  ])
  t.equal(callers[0]?.host, undefined)
})

// The parts of the gateway that need no engine: turns, keys, requests, layouts of types.

import { setTimeout as sleep } from 'node:timers/promises'
import * as fc from 'fast-check'
import t from 'tap'
import { readKey } from '../../collector/gateway/http/read-key.ts'
import { readQueryRequest, type QueryRequest } from '../../collector/gateway/http/read-request.ts'
import { statusOf } from '../../collector/gateway/http/status-of.ts'
import { transcodeNative } from '../../collector/gateway/native/transcode-native.ts'
import { readTypeLayout } from '../../collector/gateway/native/type-layout.ts'
import { Turns } from '../../collector/gateway/turns.ts'
import { QueryError } from '../../collector/model/index.ts'

const NEVER = new AbortController().signal

/** What an error is held against; tap's types know only the fields of Node's errors. */
function coded(engineCode: number): Error {
  return { engineCode } as unknown as Error
}

/** Work that ends when it is told to. */
function aTask(): { readonly work: () => Promise<string>; readonly end: () => void } {
  const { promise, resolve } = Promise.withResolvers<string>()
  return { work: () => promise, end: () => resolve('done') }
}

t.test('whoever waits longest is next', async (t) => {
  const turns = new Turns({ runningMax: 1, waitingMax: 5, waitMsMax: 5_000 })
  const first = aTask()
  const order: string[] = []
  const running = turns.take(NEVER, first.work)
  const waiting = ['a', 'b', 'c'].map((name) =>
    turns.take(NEVER, async () => {
      order.push(name)
    })
  )
  t.same(order, [])
  first.end()
  await Promise.all([running, ...waiting])
  t.same(order, ['a', 'b', 'c'])
})

t.test('whoever has gone already has no turn, though there is one', async (t) => {
  const turns = new Turns({ runningMax: 1, waitingMax: 1, waitMsMax: 20 })
  const task = aTask()
  await t.rejects(turns.take(AbortSignal.abort(), task.work), coded(394))
  t.equal(await turns.take(NEVER, async () => 'still free'), 'still free')
})

t.test('a turn is given back when the work fails, and when the waiting ends', async (t) => {
  const turns = new Turns({ runningMax: 1, waitingMax: 1, waitMsMax: 20 })
  await t.rejects(
    turns.take(NEVER, () => Promise.reject(new Error('x'))),
    { message: 'x' }
  )
  const task = aTask()
  const running = turns.take(NEVER, task.work)
  const waiting = turns.take(NEVER, task.work)
  await t.rejects(turns.take(NEVER, task.work), coded(202), 'no room to wait')
  await t.rejects(waiting, coded(202), 'waited too long')
  const gone = new AbortController()
  const aborted = turns.take(gone.signal, task.work)
  gone.abort()
  await t.rejects(aborted, coded(394))
  task.end()
  t.equal(await running, 'done')
  t.equal(await turns.take(NEVER, async () => 'free again'), 'free again')
})

t.test('never more run than may, whatever comes when', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ ms: fc.nat(3), leaves: fc.boolean() }), { maxLength: 30 }),
      fc.integer({ min: 1, max: 3 }),
      async (visits, runningMax) => {
        const turns = new Turns({ runningMax, waitingMax: 10, waitMsMax: 1_000 })
        let running = 0
        const results = visits.map(({ ms, leaves }) => {
          const controller = new AbortController()
          const result = turns.take(controller.signal, async () => {
            running += 1
            if (running > runningMax) throw new RangeError('too many')
            await sleep(ms)
            running -= 1
          })
          if (leaves) controller.abort()
          return result
        })
        for (const result of await Promise.allSettled(results)) {
          if (result.status === 'rejected' && !(result.reason instanceof QueryError)) return false
        }
        return (await turns.take(NEVER, async () => running)) === 0
      }
    ),
    { numRuns: 30 }
  )
  t.pass()
})

const basic = (pair: string): string => `Basic ${Buffer.from(pair).toString('base64')}`

const keyOf = (headers: Record<string, string>): string | undefined =>
  readKey({
    headersDistinct: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, [value]])
    )
  })

t.test('the key is the password, in each of the ways it comes', async (t) => {
  t.equal(keyOf({ 'x-clickhouse-key': 'k' }), 'k')
  t.equal(keyOf({ authorization: 'Bearer k' }), 'k')
  t.equal(keyOf({ authorization: basic('user:k:with:colons') }), 'k:with:colons')
  t.equal(keyOf({ authorization: basic('default:') }), undefined)
  t.equal(keyOf({ authorization: basic('nocolon') }), undefined)
  t.equal(keyOf({ authorization: 'Digest x' }), undefined)
})

function readRequest(url: string, body = '', headers = {}): Promise<QueryRequest> {
  return readQueryRequest({ url, headers, body: Buffer.from(body), bodyBytesMax: 1_000 })
}

t.test('a request is sorted into statement, parameters and settings', async (t) => {
  const request = await readRequest(
    '/?query=SELECT&param_x=1&max_threads=2&database=d&default_format=CSV&client_protocol_version=54460&user=u&query_id=q',
    '{x:UInt8}'
  )
  t.same(request, {
    sql: 'SELECT\n{x:UInt8}',
    parameters: new Map([['x', '1']]),
    settings: new Map([['max_threads', '2']]),
    database: 'd',
    format: 'CSV',
    revision: 54_460
  })
  const named = await readRequest('/', 'SELECT 1', { 'x-clickhouse-database': 'h' })
  t.equal(named.database, 'h')
})

t.test('requests that cannot be right are refused with a code', async (t) => {
  const many = Array.from({ length: 1_001 }, (_, at) => `s${at}=1`).join('&')
  const form = { 'content-type': 'multipart/form-data; boundary=x' }
  await t.rejects(readRequest(`/?${many}`), coded(36))
  await t.rejects(readRequest('/?client_protocol_version=-1'), coded(36))
  await t.rejects(readRequest('/?decompress=1', 'no block'), coded(271))
  await t.rejects(readRequest('/', 'no form', form), coded(36))
  await t.rejects(readRequest('/', 'x', { 'content-encoding': 'gzip' }), coded(271))
  const notText = readQueryRequest({
    url: '/',
    headers: {},
    body: Buffer.from([0xff]),
    bodyBytesMax: 1
  })
  await t.rejects(notText, coded(62))
})

t.test('a bomb is let go before it is larger than a request may be', async (t) => {
  const { gzipSync } = await import('node:zlib')
  const bomb = readQueryRequest({
    url: '/',
    headers: { 'content-encoding': 'gzip' },
    body: gzipSync(Buffer.alloc(100_000)),
    bodyBytesMax: 1_000
  })
  await t.rejects(bomb, coded(229))
})

t.test('codes have their statuses, and those nobody listed 500', async (t) => {
  t.same(
    [62, 60, 497, 194, 159, 202, 48, 164, 394, 0].map(statusOf),
    [400, 404, 403, 401, 408, 503, 501, 500, 500, 500]
  )
})

t.test('layouts are read off the names of types', async (t) => {
  t.same(readTypeLayout("Enum8('a, (b' = 1, 'it\\'s' = 2)"), { kind: 'fixed', bytes: 1 })
  t.same(readTypeLayout('Decimal(38, 9)'), { kind: 'fixed', bytes: 16 })
  t.same(readTypeLayout('LowCardinality(Nullable(String))'), {
    kind: 'dictionary',
    of: { kind: 'text' }
  })
  t.same(readTypeLayout('Tuple(`a, b` UInt8, c Tuple(String))'), {
    kind: 'tuple',
    of: [
      { kind: 'fixed', bytes: 1 },
      { kind: 'tuple', of: [{ kind: 'text' }] }
    ]
  })
  for (const type of [
    'Dynamic',
    'Variant(UInt8, String)',
    'AggregateFunction(uniq, String)',
    '',
    'x('
  ]) {
    t.throws(() => readTypeLayout(type), coded(48), type)
  }
  t.throws(() => readTypeLayout(`${'Array('.repeat(500)}UInt8${')'.repeat(500)}`), coded(48))
})

t.test('bytes that are no blocks end with an error and never run on', async (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 60 }), (bytes) => {
      try {
        transcodeNative(bytes, 54_460)
      } catch (error) {
        return error instanceof RangeError || error instanceof QueryError
      }
      return true
    }),
    { numRuns: 3_000 }
  )
  t.pass()
})

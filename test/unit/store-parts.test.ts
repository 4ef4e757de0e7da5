// The bounded pieces of the store that need no engine: cursors, cuts, lanes, the ingest clock, errors.

import t from 'tap'
import { CollectorError, toUnixNano } from '../../collector/model/index.ts'
import {
  isRefusedLogin,
  mayDependOnRows,
  toStoreError
} from '../../collector/store/engine/engine-errors.ts'
import { Lane } from '../../collector/store/engine/lane.ts'
import { IngestClock } from '../../collector/store/ingest-clock.ts'
import { decodeCursor, encodeCursor } from '../../collector/store/read/cursor.ts'
import { takeWithin, toParts } from '../../collector/store/read/parts.ts'
import {
  dayOf,
  INSERT_CHARS_MAX,
  INSERT_PARTITIONS_MAX,
  splitInserts,
  weekOf
} from '../../collector/store/write/split-inserts.ts'

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

const nanosOf = (iso: string) => BigInt(Date.parse(iso)) * 1_000_000n

const POSITION = { time: toUnixNano(1_762_074_000_123_456_789n), runId: 'a"b\n' }

t.test('a cursor comes back as the place it was made of', async (t) => {
  const query = { list: 'runs', service: 'a', since: 5n, outcome: undefined }
  t.strictSame(decodeCursor(query, encodeCursor(query, POSITION)), POSITION)
  t.strictSame(
    decodeCursor({ since: 5n, service: 'a', list: 'runs' }, encodeCursor(query, POSITION)),
    POSITION,
    'the order of filters does not matter'
  )
})

t.test('a cursor of another query, or of nobody, is refused with a reason', async (t) => {
  const cursor = encodeCursor({ list: 'runs', service: 'a' }, POSITION)
  const refuses = (given: string, why: RegExp) =>
    t.throws(() => decodeCursor({ list: 'runs' }, given), {
      code: 'INVALID_ARGUMENT',
      retryable: false,
      message: why
    })
  refuses(cursor, /belongs to a query with other filters/)
  for (const given of [
    '',
    'x',
    '%%%',
    '../../etc',
    'A'.repeat(100_000),
    encode(null),
    encode({}),
    encode(['a', 'b']),
    encode([1, 2, 3]),
    encode(['h', '-1', 'r']),
    encode(['h', '9'.repeat(30), 'r'])
  ]) {
    refuses(given, /cursor is not one that a page of this API gave/)
  }
})

t.test('an insert holds so many partitions, so much text, and every row once', async (t) => {
  const rows = Array.from({ length: 500 }, (_, at) => ({ json: `${at}`, partition: at % 130 }))
  const inserts = splitInserts(rows)
  t.strictSame(
    inserts.flat().toSorted((a, b) => Number(a) - Number(b)),
    rows.map((row) => row.json)
  )
  for (const insert of inserts) {
    t.ok(new Set(insert.map((json) => Number(json) % 130)).size <= INSERT_PARTITIONS_MAX)
  }
  t.equal(inserts.length, 3)

  const half = 'x'.repeat(INSERT_CHARS_MAX / 2 + 1)
  const large = splitInserts(Array.from({ length: 3 }, () => ({ json: half, partition: 1 })))
  t.equal(large.length, 3)
  const huge = splitInserts([{ json: half + half, partition: 1 }])
  t.equal(huge.length, 1, 'a row larger than an insert goes alone')
  t.strictSame(splitInserts([]), [])
})

t.test('days and weeks are those of the calendar', async (t) => {
  t.equal(dayOf(nanosOf('1970-01-01T23:59:59Z')), 0)
  t.equal(dayOf(nanosOf('1970-01-02T00:00:00Z')), 1)
  t.equal(weekOf(nanosOf('2026-11-02T00:00:00Z')), weekOf(nanosOf('2026-11-08T23:59:59Z')))
  t.equal(weekOf(nanosOf('2026-11-09T00:00:00Z')), weekOf(nanosOf('2026-11-08T23:59:59Z')) + 1)
})

t.test(
  'a read is cut where its text would be too large, after the first row at least',
  async (t) => {
    const heads = [5, 5, 5].map((TextChars) => ({ TextChars }))
    t.equal(takeWithin(heads, 15).length, 3)
    t.equal(takeWithin(heads, 10).length, 2)
    t.equal(takeWithin(heads, 1).length, 1)
    t.equal(takeWithin([], 1).length, 0)
    t.strictSame(
      toParts(heads, 2).map((part) => part.length),
      [2, 1]
    )
    const large = [10_000_000, 10_000_000, 1].map((TextChars) => ({ TextChars }))
    t.strictSame(
      toParts(large).map((part) => part.length),
      [1, 2]
    )
  }
)

t.test('a lane runs as many at once as it has connections, others in their order', async (t) => {
  const lane = new Lane('read', ['a', 'b'], 10)
  const order: number[] = []
  let running = 0
  let most = 0
  await Promise.all(
    [0, 1, 2, 3, 4].map((at) =>
      lane.use(async () => {
        running += 1
        most = Math.max(most, running)
        await new Promise((resolve) => setImmediate(resolve))
        order.push(at)
        running -= 1
      })
    )
  )
  t.equal(most, 2)
  t.strictSame(order, [0, 1, 2, 3, 4])
})

t.test('a lane refuses what would wait too long, and goes on after an error', async (t) => {
  const lane = new Lane('read', ['a'], 1)
  const gate = Promise.withResolvers<void>()
  const first = lane.use(() => gate.promise)
  const second = lane.use(() => Promise.reject(new Error('boom')))
  await t.rejects(
    lane.use(() => Promise.resolve()),
    { code: 'STORE_BUSY', retryable: true, retryAfterSeconds: 1 }
  )
  gate.resolve()
  await first
  await t.rejects(second, /boom/)
  t.equal(await lane.use((connection) => Promise.resolve(connection)), 'a')
})

t.test('the ingest clock never says the same time twice, and never goes back', async (t) => {
  let now = 1_000
  const clock = new IngestClock(() => now)
  t.equal(clock.next(), 1_000_000_000n)
  t.equal(clock.next(), 1_000_000_001n)
  now = 500
  t.equal(clock.next(), 1_000_000_002n)
  t.equal(clock.nextAfter(5_000_000_000n), 5_000_000_001n)
  t.equal(clock.next(), 5_000_000_002n)
  now = 10_000
  t.equal(clock.next(), 10_000_000_000n)
})

const clickHouseError = (code: string, message = 'x') => Object.assign(new Error(message), { code })

const refused = (code: string) => toStoreError(clickHouseError(code), 'write')

t.test('what the engine says becomes a code and whether to try again', async (t) => {
  const cases: readonly (readonly [unknown, string, boolean])[] = [
    [clickHouseError('243'), 'STORE_DISK_FULL', true],
    [clickHouseError('1001', 'filesystem error: No space left on device'), 'STORE_DISK_FULL', true],
    [clickHouseError('76', 'Cannot open file, errno: 28, strerror'), 'STORE_DISK_FULL', true],
    [clickHouseError('ECONNREFUSED'), 'STORE_UNAVAILABLE', true],
    [clickHouseError('ECONNRESET'), 'STORE_UNAVAILABLE', true],
    [clickHouseError('210'), 'STORE_UNAVAILABLE', true],
    [new Error('Timeout error.'), 'STORE_UNAVAILABLE', true],
    [new Error('socket hang up'), 'STORE_UNAVAILABLE', true],
    [clickHouseError('516'), 'STORE_UNAVAILABLE', true],
    [clickHouseError('164'), 'STORE_UNAVAILABLE', true],
    [clickHouseError('241'), 'STORE_BUSY', true],
    [clickHouseError('252'), 'STORE_BUSY', true],
    [clickHouseError('159'), 'STORE_BUSY', true],
    [new Error('Code: 202. DB::Exception: Too many simultaneous queries'), 'STORE_BUSY', true],
    [clickHouseError('27', 'while parsing: no space left on device'), 'INTERNAL', false],
    [new Error('<html>503 Service Unavailable</html>'), 'STORE_UNAVAILABLE', true],
    [new SyntaxError('Unexpected token'), 'INTERNAL', false],
    ['a thrown text', 'INTERNAL', false],
    [undefined, 'INTERNAL', false]
  ]
  for (const [error, code, retryable] of cases) {
    const mapped = toStoreError(error, 'write')
    t.match(mapped, { code, retryable, message: /^Could not write: / }, String(error))
    t.equal(mapped.retryAfterSeconds !== undefined, retryable)
    t.equal(toStoreError(mapped, 'read'), mapped, 'mapped once')
  }
})

t.test('an error tells whether another part of the batch may do', async (t) => {
  t.equal(mayDependOnRows(refused('27')), true)
  t.equal(mayDependOnRows(refused('241')), true)
  t.equal(mayDependOnRows(refused('243')), false)
  t.equal(mayDependOnRows(refused('ECONNREFUSED')), false)
  t.equal(mayDependOnRows(new CollectorError('STORE_BUSY', 'x', { retryable: true })), false)
  t.equal(isRefusedLogin(refused('516')), true)
  t.equal(isRefusedLogin(refused('ECONNREFUSED')), false)
})

t.test('an error of a megabyte is told in a line', async (t) => {
  const { message } = toStoreError(new Error(`a\n${'b\n'.repeat(500_000)}`), 'read')
  t.ok(message.length < 400)
  t.notMatch(message, '\n')
})

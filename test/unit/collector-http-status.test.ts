import { readFile } from 'node:fs/promises'
import t from 'tap'
import { httpStatusOf, statusOfCode } from '../../collector/http-status.ts'
import { CollectorError, ERROR_CODES } from '../../collector/model/index.ts'

/** https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes */
const OTLP_RETRYABLE = [429, 502, 503, 504]

t.test('docs/errors.md has one row for each code, with its statuses', async (t) => {
  const text = await readFile(new URL('../../docs/errors.md', import.meta.url), 'utf8')
  const rows = [...text.matchAll(/^\| `([A-Z_]+)` \| (\d+) \| (\d+) \| (yes|no) \|.+\|.+\|$/gm)]
  t.strictSame(
    rows.map((row) => row[1] ?? ''),
    ERROR_CODES
  )
  for (const [, code = '', status, grpcCode, retryable] of rows) {
    const known = ERROR_CODES.find((name) => name === code)
    if (known === undefined) continue
    t.strictSame(statusOfCode(known), { status: Number(status), grpcCode: Number(grpcCode) }, code)
    if (retryable === 'yes') t.ok(OTLP_RETRYABLE.includes(Number(status)), code)
  }
})

t.test('what the sender did wrong is never answered with a status it would retry on', async (t) => {
  const permanent = ERROR_CODES.slice(0, ERROR_CODES.indexOf('OVERLOADED'))
  for (const code of permanent) {
    t.notOk(OTLP_RETRYABLE.includes(statusOfCode(code).status), code)
  }
})

t.test('a retryable error says when to come back, a permanent one does not', async (t) => {
  const busy = new CollectorError('STORE_BUSY', 'x', { retryable: true, retryAfterSeconds: 7 })
  t.strictSame(httpStatusOf(busy), {
    status: 503,
    grpcCode: 14,
    code: 'STORE_BUSY',
    message: 'x',
    retryAfterSeconds: 7
  })
  t.equal(
    httpStatusOf(new CollectorError('OVERLOADED', 'x', { retryable: true })).retryAfterSeconds,
    1
  )
  t.notOk(
    'retryAfterSeconds' in httpStatusOf(new CollectorError('NOT_FOUND', 'x', { retryable: false }))
  )
})

t.test('whatever else is thrown is INTERNAL and tells nothing of itself', async (t) => {
  for (const thrown of [new Error('password=1'), 'password=1', null, undefined, { code: 7 }]) {
    const answer = httpStatusOf(thrown)
    t.match(answer, { status: 500, grpcCode: 13, code: 'INTERNAL' })
    t.notMatch(answer.message, 'password')
  }
})

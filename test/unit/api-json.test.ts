import t from 'tap'
import { readRunId } from '../../collector/api/api-options.ts'
import { readTimeRange } from '../../collector/api/list-query.ts'
import { toRunJson, toRunListItemJson } from '../../collector/api/run-json.ts'
import { toStepJson } from '../../collector/api/step-json.ts'
import { toDurationMs, toTimeJson } from '../../collector/api/values-json.ts'
import {
  fromUnixMillis,
  toUnixMillis,
  toUnixNano,
  type RunRecord
} from '../../collector/model/index.ts'
import { aRun, aRunStep, BUILT_START } from '../support/builders.ts'

t.test('a time is ISO 8601 with milliseconds, whatever the nanoseconds', async (t) => {
  t.equal(toTimeJson(BUILT_START), '2026-11-02T09:00:00.000Z')
  t.equal(toTimeJson(toUnixNano(BUILT_START + 1_999_999n)), '2026-11-02T09:00:00.001Z')
})

t.test('the largest time that OTLP can carry is still a time', async (t) => {
  t.equal(toTimeJson(toUnixNano(2n ** 64n - 1n)), '2554-07-21T23:34:33.709Z')
  t.equal(toTimeJson(toUnixNano(10n ** 30n)), '+275760-09-13T00:00:00.000Z')
})

t.test('a duration keeps fractions of a millisecond and is never negative', async (t) => {
  t.equal(toDurationMs(BUILT_START, toUnixNano(BUILT_START + 1_500_000n)), 1.5)
  t.equal(toDurationMs(toUnixNano(5n), toUnixNano(4n)), 0)
})

t.test('a trace id is found in any case, any other run id as it is', async (t) => {
  t.equal(readRunId('ABCDEF0123456789ABCDEF0123456789'), 'abcdef0123456789abcdef0123456789')
  t.equal(readRunId('Prompt-7'), 'Prompt-7')
})

t.test('dates and times with any zone bound a range', async (t) => {
  const { since, until } = readTimeRange({
    since: '2026-11-02',
    until: '2026-11-02T10:00:00.5+01:00'
  })
  t.equal(since, fromUnixMillis(Date.UTC(2026, 10, 2)))
  t.equal(until === undefined ? 0 : toUnixMillis(until), Date.UTC(2026, 10, 2, 9, 0, 0, 500))
})

t.test('a range that is empty or no time is refused', async (t) => {
  const invalid = { code: 'INVALID_ARGUMENT' }
  t.throws(() => readTimeRange({ since: '2026-11-02', until: '2026-11-02' }), invalid)
  t.throws(() => readTimeRange({ since: '2026-13-02' }), invalid)
  t.throws(() => readTimeRange({ until: '2026-11-02T25:00Z' }), invalid)
  t.strictSame(readTimeRange({}), {})
})

function aRecord(overrides: Partial<RunRecord> = {}): RunRecord {
  return {
    run: aRun(),
    state: 'complete',
    revision: 1,
    partial: false,
    abstention: undefined,
    topOnset: undefined,
    analyzedAt: BUILT_START,
    ...overrides
  }
}

t.test('a list shortens the task, the run itself does not', async (t) => {
  const record = aRecord({ run: aRun({ task: 'x'.repeat(5_000) }) })
  t.ok(toRunListItemJson(record).task.length <= 1_000)
  t.equal(toRunJson(record).task.length, 5_000)
})

t.test('what a run does not know is absent from its JSON', async (t) => {
  const json: unknown = JSON.parse(JSON.stringify(toRunJson(aRecord())))
  for (const name of ['agent', 'sessionId', 'cost', 'topOnset', 'abstention']) {
    t.notOk(Object.hasOwn(json as object, name), name)
  }
})

t.test('an error that only the observation tells is the error of the step', async (t) => {
  const effects = { error: 'No such file or directory', exitCode: 2 }
  t.match(toStepJson(aRunStep({ effects })), effects)
  t.match(toStepJson(aRunStep({ effects, error: 'span says', exitCode: 1 })), {
    error: 'span says',
    exitCode: 1
  })
})

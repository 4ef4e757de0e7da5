// How often a warning that repeats is logged.

import { pino } from 'pino'
import t from 'tap'
import { ThrottledLog } from '../../collector/receiver/throttled-log.ts'

function start() {
  const lines: string[] = []
  const logger = pino({ level: 'warn' }, { write: (line: string) => lines.push(line) })
  let now = 1_000_000
  const log = new ThrottledLog(logger, () => now)
  return {
    lines,
    warnAfter: (ms: number) => {
      now += ms
      log.warn({}, 'refused')
    }
  }
}

t.test('one line in ten seconds, however often it is said', async (t) => {
  const { lines, warnAfter } = start()
  for (const ms of [0, 1, 9_998]) warnAfter(ms)
  t.equal(lines.length, 1)
  warnAfter(1)
  t.equal(lines.length, 2)
})

t.test('a clock that is set back silences nothing', async (t) => {
  const { lines, warnAfter } = start()
  warnAfter(0)
  warnAfter(-3_600_000)
  t.equal(lines.length, 2)
})

// A few seconds of what test/fuzz/receiver.ts does with logs and metrics for as long as it is told.

import t from 'tap'
import { CollectorError } from '../../collector/model/index.ts'
import { decodeLogsRequest, decodeMetricsRequest } from '../../collector/receiver/index.ts'
import { BUILT_NOW } from '../support/decode.ts'
import { findTelemetryDefect, makeTelemetryCase } from '../support/telemetry-fuzz.ts'

const ROUNDS = 1_000

t.test(
  'no mutated request crashes a decoder, hangs it, or gets an item past its promises',
  async (t) => {
    const seen = { kept: 0, rejected: 0, refused: 0 }
    for (let seed = 0; seed < ROUNDS; seed += 1) {
      const fuzzCase = makeTelemetryCase(seed)
      const defect = findTelemetryDefect(fuzzCase)
      if (defect !== undefined) t.fail(`seed ${seed}: ${defect}`)
      const decode = fuzzCase.signal === 'logs' ? decodeLogsRequest : decodeMetricsRequest
      try {
        const { items, rejected } = decode(fuzzCase.body, fuzzCase.encoding, { now: BUILT_NOW })
        if (items.length > 0) seen.kept += 1
        if (rejected.length > 0) seen.rejected += 1
      } catch (error) {
        if (error instanceof CollectorError) seen.refused += 1
      }
    }
    t.ok(seen.kept > 100 && seen.rejected > 20 && seen.refused > 100, JSON.stringify(seen))
  }
)

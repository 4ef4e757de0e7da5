// Any value in any field of a dataset's record is read or refused, and refused only with a reason: the
// file names a place and what would be right. Method: a valid record with one value replaced.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as fc from 'fast-check'
import t from 'tap'
import { CollectorError } from '../../collector/model/index.ts'
import { assembleRun } from '../../processors/assembler/index.ts'
import { readDataset } from '../../processors/evaluation/datasets/dataset.ts'
import { assembleRunTree } from '../../processors/evaluation/production.ts'
import { someEffects } from '../support/builders.ts'
import {
  aHandCraftedRecord,
  anAgentRxTauRecord,
  anOnsetsRecord,
  aStepKindsRecord,
  aWhoAndWhenRecord
} from '../support/labelled-records.ts'

const RECORDS = [
  anOnsetsRecord(),
  aWhoAndWhenRecord(),
  aHandCraftedRecord(),
  anAgentRxTauRecord(),
  aStepKindsRecord()
]
const RUNS = 400

const aValue = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom(-1, 0, 1.5, 1e308, 2 ** 53, '', '1', '99', [], {}, null, true, '__proto__')
)

t.test('a record with one value replaced is read or refused with a reason', async (t) => {
  const path = join(t.testdir({}), 'runs.jsonl')
  const property = fc.asyncProperty(
    fc.constantFrom(...RECORDS),
    fc.nat(),
    aValue,
    async (record, place, value) => {
      await writeFile(path, JSON.stringify(replaceAt(record, place, value)))
      try {
        const { runs } = await readDataset(path)
        for (const run of runs) {
          const classified = run.steps.map((step) => ({ ...step, effects: someEffects() }))
          assembleRunTree(assembleRun, run, classified)
        }
      } catch (error) {
        if (!(error instanceof CollectorError)) throw error
      }
    }
  )
  await fc.assert(property, { numRuns: RUNS })
  t.pass(`${RUNS} records`)
})

/** A copy in which the `place`th value, counted through all levels and around, is `value`. */
function replaceAt(record: unknown, place: number, value: unknown): unknown {
  let left = place % countValues(record)
  return JSON.parse(
    JSON.stringify(record, (_key, part: unknown) => {
      left -= 1
      return left === -1 ? value : part
    })
  )
}

function countValues(record: unknown): number {
  let count = 0
  JSON.stringify(record, (_key, part: unknown) => {
    count += 1
    return part
  })
  return count
}

// Reads what a test run printed, whichever runner it was. Bounded and linear in the output; an output of
// no test run gives undefined, which is not a report of zero tests.

import { readCargo } from './cargo.ts'
import { readCompiled } from './compiled.ts'
import { readGo } from './go.ts'
import { readJest } from './jest.ts'
import { readMocha } from './mocha.ts'
import { readNodeSpec } from './node-spec.ts'
import { readLines } from './output-lines.ts'
import { readPytest } from './pytest.ts'
import type { ReportReader, TestReport } from './report.ts'
import { readTails } from './tails.ts'
import { readTap } from './tap.ts'
import { readTotals } from './totals.ts'
import { readUnittest } from './unittest.ts'

/** Most recognizable first; the totals alone are everybody's, and what is left when those are cut off comes last. */
const READERS: readonly ReportReader[] = [
  readPytest,
  readUnittest,
  readJest,
  readNodeSpec,
  readTap,
  readMocha,
  readCargo,
  readGo,
  readCompiled,
  readTotals,
  readTails
]

export function readTestReport(output: string): TestReport | undefined {
  if (output === '') return undefined
  const lines = readLines(output)
  for (const read of READERS) {
    const report = read(lines)
    if (report !== undefined) return report
  }
  return undefined
}

// The stage that a program names on a span, whichever dialect reads the span.

import t from 'tap'

import type { AttributeValue } from '../../collector/model/index.ts'
import { STAGE_NAMES } from '../../collector/model/index.ts'
import { someAttributes } from '../support/builders.ts'
import { toOneStep } from '../support/dialect-cases.ts'

function declare(value: AttributeValue, others: Readonly<Record<string, AttributeValue>> = {}) {
  return toOneStep({ attributes: someAttributes({ ...others, 'onset.stage.name': value }) })
}

t.test('every stage may be named, in any case and as its verb', async (t) => {
  for (const name of STAGE_NAMES) t.equal(declare(name).declaredStage, name)
  t.equal(declare(' Verification ').declaredStage, 'verification')
  t.equal(declare('verify').declaredStage, 'verification')
  t.equal(declare('implementing').declaredStage, 'implementation')
})

t.test('any other name is none', async (t) => {
  const others = ['testing', 'phase 1', '', 'constructor', 7, true, ['planning', 'research']]
  for (const value of [...others, undefined, `planning${' '.repeat(100)}`]) {
    t.notOk('declaredStage' in declare(value), String(value))
  }
})

t.test('a span of any dialect may have it, and its kind stays', async (t) => {
  const tools: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    gen_ai: { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'bash' },
    openinference: { 'openinference.span.kind': 'TOOL', 'tool.name': 'bash' }
  }
  for (const [dialect, attributes] of Object.entries(tools)) {
    const step = declare('delivery', attributes)
    t.match(step, { kind: 'tool', declaredStage: 'delivery' }, dialect)
    t.ok(step.dialect.startsWith(dialect), step.dialect)
  }
})

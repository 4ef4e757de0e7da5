// How long one run takes to assemble, and whether twice the steps take twice as long. A long coding run:
// one agent, model calls that think and ask, tools that read, edit and test, sub-agents now and then.
// Run: npx node test/bench/assemble.ts

import type { ClassifiedStep } from '../../collector/model/index.ts'
import { assembleRun } from '../../processors/assembler/index.ts'
import { aRequest, aTrace } from '../support/traces.ts'

const ROUNDS = 7
const SIZES = [5_000, 10_000, 20_000] as const

/** 2,000 characters of output a step, the mean of coding runs. */
const OUTPUT = 'The quick brown fox jumps over the lazy dog.\n'.repeat(45)

function aLongRun(spanCount: number): readonly ClassifiedStep[] {
  const trace = aTrace()
  const root = trace.agent({ input: 'Make the tests pass.' })
  for (let turn = 0; trace.steps.length < spanCount; turn += 1) {
    const id = `call_${turn}`
    const under = turn % 50 === 49 ? trace.agent({ under: root }) : root
    trace.llm({
      under,
      thought: `Turn ${turn}.`,
      requestedToolCalls: [aRequest('bash', id)],
      tokens: { input: 1_000, output: 50 }
    })
    const file = `src/file${turn % 40}.ts`
    const isEdit = turn % 3 === 1
    trace.tool({
      under,
      toolCallId: id,
      action: isEdit ? `cat > ${file} <<'EOF'` : `cat ${file}`,
      observation: isEdit ? '' : `${turn}${OUTPUT}`,
      effects: isEdit
        ? {
            effect: 'change',
            stage: 'implementation',
            filesWritten: [file],
            writtenText: `${turn % 7}${OUTPUT}`
          }
        : { filesRead: [file], verifies: turn % 3 === 2 }
    })
  }
  return trace.steps.slice(0, spanCount)
}

const medians = SIZES.map((size) => {
  const steps = aLongRun(size)
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const began = performance.now()
    assembleRun(steps)
    times.push(performance.now() - began)
  }
  const sorted = times.toSorted((one, other) => one - other)
  const median = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
  console.log(
    `${size} steps: median ${median.toFixed(1)} ms, worst ${sorted.at(-1)?.toFixed(1)} ms`
  )
  return median
})

const [, tenThousand = Number.NaN, twentyThousand = Number.NaN] = medians
console.log(`20,000 over 10,000 steps: ${(twentyThousand / tenThousand).toFixed(2)}×`)

// A long coding run: one agent, model calls that think and ask, tools that read, edit and test, sub-agents
// now and then. For benchmarks.

import type { ClassifiedStep } from '../../collector/model/index.ts'
import { aRequest, aTrace } from './traces.ts'

/** 2,000 characters of output a step, the mean of coding runs. */
const OUTPUT = 'The quick brown fox jumps over the lazy dog.\n'.repeat(45)

export function aLongRun(spanCount: number): readonly ClassifiedStep[] {
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

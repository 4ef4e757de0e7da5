// A run in the format that `onset eval` reads (docs/evaluation.md, `onsets`). Labels are what people said and
// nothing else: a localizer that is measured on its own answers measures nothing.

import type { Check, RunStep } from '../model/index.ts'
import type { ExportedRun } from './export-run.ts'
import { maskReport } from './mask-report.ts'

/**
 * Of one line. `onset eval` reads lines of up to 64 Mi characters; steps beyond this go without their texts,
 * so that their numbers stay.
 */
const STEP_TEXTS_CHARS_MAX = 50_331_648

/** Sub-agents are started by a call of one of these; the reader looks for them. */
export const SUB_AGENT_TOOLS: ReadonlySet<string> = new Set(['Task', 'Agent'])

/** Takes the steps of one run, in order, to JSON. */
export function encodeLabelledSteps(): (step: RunStep) => string {
  const subAgents = new Set<number>()
  let chars = 0
  return (step) => {
    if (step.tool !== undefined && SUB_AGENT_TOOLS.has(step.tool)) subAgents.add(step.index)
    const isSidechain = step.parentIndex !== undefined && subAgents.has(step.parentIndex)
    const json = JSON.stringify(toLabelledStep(step, isSidechain))
    if (chars + json.length > STEP_TEXTS_CHARS_MAX) {
      const bare = { ...step, action: '', arguments: '', thought: '', observation: '' }
      return JSON.stringify(toLabelledStep(bare, isSidechain))
    }
    chars += json.length
    return json
  }
}

export function encodeLabelledRun(
  exported: ExportedRun<string>,
  maskText: (text: string) => string
): string {
  const run = maskReport(exported.record.run, maskText)
  const head = {
    id: run.runId,
    // Runs of one task fail alike and are resampled together: the same words are the same task.
    task_id: run.task === '' ? run.runId : run.task,
    task: run.task,
    agent: run.agent ?? run.service,
    model: run.models[0] ?? '',
    service: run.service,
    outcome: run.outcome,
    outcome_source: run.outcomeSource,
    solved: run.outcome === 'ok',
    tests: byName(run.checks, (check) => check.status),
    test_messages: byName(run.checks, (check) => check.message),
    test_output: run.verifierOutput,
    final_message: '',
    label: toLabel(exported)
  }
  return `${JSON.stringify(head).slice(0, -1)},"steps":[${exported.steps.join(',')}]}\n`
}

/** Acceptable, incorrect and unuseful steps are not asked for, so nobody said any. */
function toLabel({ truth }: ExportedRun<string>) {
  if (truth === undefined) return null
  const { onsetStepIndex, category } = truth
  return {
    attributable: onsetStepIndex !== undefined,
    onset_step: onsetStepIndex ?? null,
    acceptable_onsets: [],
    incorrect_steps: [],
    unuseful_steps: [],
    category: category ?? null,
    stages: null
  }
}

function toLabelledStep(step: RunStep, isSidechain: boolean) {
  return {
    index: step.index,
    kind: step.kind,
    name: step.name,
    agent: step.agent ?? '',
    time: toSeconds(step.startTime),
    end: step.endTime < step.startTime ? null : toSeconds(step.endTime),
    tool: step.tool ?? '',
    thought: step.thought,
    action: step.action,
    arguments: step.arguments,
    observation: step.observation,
    is_error: step.outcome === 'error',
    error: step.error ?? '',
    exit_code: step.exitCode ?? null,
    truncated: step.truncated,
    sidechain: isSidechain
  }
}

const NANOS_PER_MICRO = 1_000n

function toSeconds(time: bigint): number {
  return Number(time / NANOS_PER_MICRO) / 1e6
}

/** Names come from verifiers: the object has no prototype. Of two checks of one name the first stays. */
function byName(checks: readonly Check[], read: (check: Check) => string): Record<string, string> {
  const named: Record<string, string> = Object.create(null)
  for (const check of checks) named[check.name] ??= read(check)
  return named
}

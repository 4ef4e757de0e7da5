// Small runs of a coding agent for the localizer's tests, taken through the same classification and
// assembly as in production, so that a test says only what the agent did and what came back.

import { assembleRun } from '@onset/processors/assembler'
import { classifyStep } from '@onset/collector/effects'
import type { Check, Outcome, OutcomeReport, RunTree, Step } from '../../collector/model/index.ts'
import { toRunId, toUnixNano } from '../../collector/model/index.ts'
import { aPlainStep, aSpanId, aTraceId, BUILT_START } from './builders.ts'

export type Deed = Partial<Step>

export function wrote(path: string, content: string, thought = ''): Deed {
  return {
    tool: 'Write',
    action: `Write ${path}`,
    arguments: JSON.stringify({ file_path: path, content }),
    observation: `File created successfully at: ${path}`,
    thought
  }
}

export function edited(path: string, oldText: string, newText: string, thought = ''): Deed {
  return {
    tool: 'Edit',
    action: `Edit ${path}`,
    arguments: JSON.stringify({ file_path: path, old_string: oldText, new_string: newText }),
    observation: `The file ${path} has been updated.`,
    thought
  }
}

export function viewed(path: string, content: string): Deed {
  return {
    tool: 'Read',
    action: `Read ${path}`,
    arguments: JSON.stringify({ file_path: path }),
    observation: content
  }
}

export function ran(
  command: string,
  output = '',
  options: { readonly exit?: number; readonly thought?: string; readonly background?: boolean } = {}
): Deed {
  const failed = (options.exit ?? 0) !== 0
  const background = options.background === true ? { run_in_background: true } : {}
  return {
    tool: 'Bash',
    action: command,
    arguments: JSON.stringify({ command, ...background }),
    observation: output,
    thought: options.thought ?? '',
    exitCode: options.exit ?? 0,
    outcome: failed ? 'error' : 'ok',
    error: failed ? (output.split('\n').at(-1) ?? 'failed') : undefined
  }
}

export function planned(items: Readonly<Record<string, string>>, thought = ''): Deed {
  const todos = Object.entries(items).map(([content, status]) => ({ content, status }))
  return {
    tool: 'TodoWrite',
    action: 'TodoWrite',
    arguments: JSON.stringify({ todos }),
    observation: 'Todos have been modified successfully.',
    thought
  }
}

export function said(text: string, agent?: string): Deed {
  return {
    kind: 'llm',
    name: 'chat',
    tool: undefined,
    action: text,
    arguments: '',
    observation: '',
    agent
  }
}

export interface Verdict {
  readonly task?: string
  readonly outcome?: Outcome
  readonly checks?: readonly Check[]
  readonly output?: string
}

/** `verdict.outcome` makes a verifier's report; without it the run speaks for itself. */
export function agentRun(deeds: readonly Deed[], verdict: Verdict = {}): RunTree {
  const traceId = aTraceId()
  const root = aSpanId()
  const frame = aPlainStep({
    traceId,
    spanId: root,
    runId: toRunId(traceId),
    kind: 'agent',
    name: 'invoke_agent coder',
    tool: undefined,
    action: '',
    arguments: '',
    observation: '',
    input: verdict.task ?? 'Make the cart keep its items after a reload.',
    outcome: 'unknown',
    endTime: at(deeds.length + 2)
  })
  const steps = deeds.map((deed, position) =>
    aPlainStep({
      ...deed,
      traceId,
      runId: toRunId(traceId),
      parentSpanId: root,
      toolCallId: deed.tool === undefined && deed.kind === 'llm' ? undefined : `call_${position}`,
      startTime: at(position + 1),
      endTime: at(position + 2)
    })
  )
  const classified = [frame, ...steps].map((step) => ({ ...step, effects: classifyStep(step) }))
  const tree = assembleRun(classified, { outcomeReports: reportsOf(verdict) })
  if (tree === undefined) throw new Error('a run needs at least one deed')
  return tree
}

function at(second: number) {
  return toUnixNano(BUILT_START + BigInt(second) * 1_000_000_000n)
}

function reportsOf({ outcome, checks, output }: Verdict): OutcomeReport[] {
  if (outcome === undefined) return []
  return [{ outcome, source: 'ci', checks: checks ?? [], output: output ?? '', reportedAt: at(0) }]
}

export function failing(name: string, message = ''): Check {
  return { name, status: 'failed', message }
}

export function passing(name: string): Check {
  return { name, status: 'passed', message: '' }
}

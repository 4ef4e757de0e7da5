// The room's main function: from a step as the normalizer made it to what it does.

import { STEP_TEXT_CHARS_MAX } from '../model/index.ts'
import type { Step, StepEffects, StepKind } from '../model/index.ts'
import type { ActionEffects } from './action-effects.ts'
import { NO_ACTION } from './action-effects.ts'
import { readFailure } from './failures/read-failure.ts'
import { readToolCall } from './tools/read-tool-call.ts'

export function classifyStep(step: Step): StepEffects {
  const action = READERS[step.kind](step)
  const failure = readFailure({
    observation: step.observation.slice(0, STEP_TEXT_CHARS_MAX),
    exitCode: step.exitCode,
    failed: step.outcome === 'error',
    commands: action.commands,
    speaks: step.kind === 'tool' && action.filesRead.length === 0
  })
  const refused = failure.refused && action.edits
  return {
    effect: action.effect,
    stage: writesOnlyLocks(action) ? 'dependencies' : action.stage,
    filesRead: action.filesRead,
    filesWritten: refused ? [] : action.filesWritten,
    writtenText: refused ? '' : action.writtenText.slice(0, STEP_TEXT_CHARS_MAX),
    verifies: action.verifies,
    exitCode: failure.exitCode,
    error: step.error === undefined ? failure.error : undefined
  }
}

/** Files that say which dependencies are installed, and nothing else. */
const LOCK_FILE =
  /(?:^|\/)(?:requirements[\w.-]{0,40}\.txt|constraints\.txt|package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|[Cc]argo\.lock|go\.(?:mod|sum)|poetry\.lock|uv\.lock|Pipfile(?:\.lock)?|Gemfile(?:\.lock)?|composer\.lock|environment\.ya?ml)$/

function writesOnlyLocks({ filesWritten, stage }: ActionEffects): boolean {
  const isEdit = stage === 'implementation' && filesWritten.length > 0
  return isEdit && filesWritten.every((path) => LOCK_FILE.test(path))
}

const READERS: Readonly<Record<StepKind, (step: Step) => ActionEffects>> = {
  tool: readToolCall,
  unknown: (step) => (step.tool === undefined ? NO_ACTION : readToolCall(step)),
  llm: (step) => ({ ...NO_ACTION, stage: answers(step) ? 'delivery' : 'planning' }),
  agent: () => ({ ...NO_ACTION, stage: 'planning' }),
  handoff: () => ({ ...NO_ACTION, stage: 'planning' }),
  retrieval: () => ({ ...NO_ACTION, stage: 'research' }),
  guardrail: () => ({ ...NO_ACTION, stage: 'verification' }),
  evaluation: () => ({ ...NO_ACTION, stage: 'verification', verifies: true })
}

/** A model's last word: it asks for nothing more and was not cut short. */
function answers(step: Step): boolean {
  return (
    step.requestedToolCalls.length === 0 &&
    /^(?:stop|end_turn|STOP)?$/.test(step.finishReason ?? '')
  )
}

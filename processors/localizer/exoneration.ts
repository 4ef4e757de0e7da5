// Why a failure is not the agent's, when a fact says so. Each rule is one that no agent at fault would meet:
// a classifier learned on the labelled runs learns their tasks instead. On 16 failures that nobody could
// attribute `onlyForeignChange` and `brokeOff` hold in 7, on 69 of agents at fault in none; the others never hold there.

import { QUOTE_CHARS_MAX } from '@onset/collector/model'

import { findForeignChange } from './caveats.ts'
import { findFailingLoop } from './detectors/failing-loop.ts'
import type { RunFacts, StepFacts } from './run-facts.ts'
import { shorten } from './step-text.ts'

export function findExoneration(facts: RunFacts): string | undefined {
  for (const rule of RULES) {
    const reason = rule(facts)
    if (reason !== undefined) return reason
  }
  return undefined
}

const RULES: readonly ((facts: RunFacts) => string | undefined)[] = [
  nothingRecorded,
  onlyForeignChange,
  crashed,
  brokeOff,
  modelCallFailed,
  nothingWorked
]

/** A frame says that something ran; a span that no dialect understands does not even say that it was the agent's. */
function nothingRecorded({ steps, crash }: RunFacts): string | undefined {
  const isFrame = steps.every(({ step }) => step.kind === 'agent' || step.kind === 'unknown')
  if (!isFrame) return undefined
  const ended = crash === undefined ? '.' : ` and crashed: ${crash.error}`
  return `Nothing of what the agent did was recorded, only that it ran${ended}`
}

/** The only failing check complains of a change that no step made. */
function onlyForeignChange(facts: RunFacts): string | undefined {
  if (facts.failure.failedCount !== 1 || facts.steps.some((step) => changesUnnamed(step))) {
    return undefined
  }
  const name = findForeignChange(facts)
  return name === undefined
    ? undefined
    : `The only failing check says that ${name} changed, a file that no step wrote.`
}

// Commands that change files they do not name.
const CHANGES_UNNAMED = /\bxargs\b|-exec\b|\bgit\s+(?:checkout|reset|stash|clean|filter)|\$\(|[*?]/

function changesUnnamed({ act, argumentTexts }: StepFacts): boolean {
  return act === 'change' && CHANGES_UNNAMED.test((argumentTexts[0] ?? '').slice(0, 4_096))
}

/** The program died, and neither a step nor what a check found in finished work says where that began. */
function crashed(facts: RunFacts): string | undefined {
  const { crash, failure, built, ending } = facts
  if (crash === undefined || crash.calls.length > 0) return undefined
  if (ending?.failed === true || findFailingLoop(facts).length > 0) return undefined
  if (built && failure.source !== 'none') return undefined
  return `The program crashed, and no step explains it: ${crash.error}`
}

/** An agent that stops says so; one that ends in an error, or repeats itself to the end, ended for that. */
function brokeOff(facts: RunFacts): string | undefined {
  if (facts.crash !== undefined || !facts.works || facts.built || facts.closing !== '') {
    return undefined
  }
  if (facts.steps[facts.lastAt]?.failed === true || findFailingLoop(facts).length > 0)
    return undefined
  const { error = '' } = facts.tree
  const ended = error === '' ? '.' : `: ${shorten(error, QUOTE_CHARS_MAX)}`
  return `The run broke off without a closing word, before anything of the task was written${ended}`
}

/** A conversation that outgrew the model is the agent's to keep short. */
const OUTGROWN = /context|too (?:long|large|many tokens)|max\w* (?:tokens|length)/i
const ERROR_CHARS_MAX = 80

function modelCallFailed({ ending }: RunFacts): string | undefined {
  const step = ending?.step
  if (step?.kind !== 'llm' || step.outcome !== 'error') return undefined
  const error = step.error ?? ''
  if (OUTGROWN.test(error)) return undefined
  const said = error === '' ? '' : `: ${shorten(error, ERROR_CHARS_MAX)}`
  return `The run ended in an error of its model call${said}.`
}

const CALLS_MIN = 3
const CALLED_WRONGLY =
  /argument|invalid|schema|required|missing|parse|not found|no such|permission/i

/** No call went through, and not for what was asked: there was no world to act on. */
function nothingWorked({ steps }: RunFacts): string | undefined {
  const calls = steps.filter(({ act }) => act !== 'say' && act !== 'plan')
  if (new Set(calls.map(({ actionId }) => actionId)).size < CALLS_MIN) return undefined
  const broken = calls.every(
    ({ step }) =>
      step.outcome === 'error' && !CALLED_WRONGLY.test(`${step.error ?? ''}\n${step.observation}`)
  )
  return broken
    ? 'Not one call of the agent went through: its environment did not work.'
    : undefined
}

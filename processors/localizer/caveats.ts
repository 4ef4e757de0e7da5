// Facts that speak against the agent's guilt. They do not silence the localizer, because most of the time
// the agent is at fault all the same; they are shown and they lower the confidence.

import { basename } from './paths.ts'
import type { RunFacts, StepFacts } from './run-facts.ts'
import { shorten } from './step-text.ts'

export interface Caveat {
  readonly text: string
  /** What is left of the confidence. */
  readonly factor: number
}

export function findCaveats(facts: RunFacts): Caveat[] {
  return RULES.flatMap((rule) => rule(facts))
}

const RULES: readonly ((facts: RunFacts) => Caveat[])[] = [
  verifierNeverRan,
  corruptedCalls,
  foreignFileChanged,
  outcomeUnknown,
  incompleteRun
]

function verifierNeverRan({ failure }: RunFacts): Caveat[] {
  if (failure.verifierRan) return []
  return [
    { text: 'The verifier itself could not run, so the failure may not be the run’s.', factor: 0.5 }
  ]
}

// What leaks into arguments when a served model's tool calls are cut or parsed wrongly.
const LEAKED_MARKUP = /<\|(?:tool|im_|end|start)|<\/?(?:tool_call|function_call|invoke)\b/
const PLACEHOLDER_COMMAND = /^\s*(?::\s|:$|[:}]+\s*$)/
/** One malformed call happens; a series is the serving of the model. */
const CORRUPTED_CALLS_MIN = 3

function corruptedCalls({ steps }: RunFacts): Caveat[] {
  const corrupted = steps.filter(
    ({ step, argumentTexts }) =>
      LEAKED_MARKUP.test(step.arguments) || PLACEHOLDER_COMMAND.test(argumentTexts[0] ?? '')
  ).length
  if (corrupted < CORRUPTED_CALLS_MIN) return []
  const text = `${corrupted} calls have malformed arguments: the model’s serving may be at fault.`
  return [{ text, factor: 0.7 }]
}

const CHANGED =
  /has been changed|was modified|unexpected(?:ly)? (?:change|modif)|should not (?:change|be modified)/i

function foreignFileChanged(facts: RunFacts): Caveat[] {
  const name = findForeignChange(facts)
  if (name === undefined) return []
  return [
    { text: `A failing check says that ${name} changed, a file that no step wrote.`, factor: 0.6 }
  ]
}

/**
 * Why the failure cannot be the agent's, when a fact says so: the only failing check complains of a
 * change that no step made.
 */
export function findExoneration(facts: RunFacts): string | undefined {
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

function findForeignChange({ failure, steps }: RunFacts): string | undefined {
  if (!CHANGED.test(failure.text)) return undefined
  const written = new Set(
    steps.flatMap(({ step }) => step.effects.filesWritten.map((path) => basename(path)))
  )
  // Terminals wrap long names, so the path and what is said of it may stand on two lines.
  const lines = failure.text.split('\n').filter((line) => CHANGED.test(line) || SAYS.test(line))
  const named = failure.paths.filter((path) => lines.some((line) => line.includes(path)))
  const foreign = named.find((path) => path.includes('/') && !written.has(basename(path)))
  return foreign === undefined ? undefined : shorten(basename(foreign), NAME_CHARS_MAX)
}

const SAYS = /error:? .*\bfile\b/i
const NAME_CHARS_MAX = 80

function outcomeUnknown({ tree }: RunFacts): Caveat[] {
  if (tree.run.outcome !== 'unknown') return []
  return [{ text: 'Nothing says whether this run failed.', factor: 0.5 }]
}

function incompleteRun({ tree }: RunFacts): Caveat[] {
  const { completeness, incompleteReasons } = tree.run
  if (completeness >= 1) return []
  const reasons = incompleteReasons.join('; ')
  const text = reasons === '' ? 'The run is incomplete.' : `The run is incomplete: ${reasons}.`
  return [{ text, factor: Math.max(0.1, completeness) }]
}

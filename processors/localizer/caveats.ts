// Facts that speak against the agent's guilt. They do not silence the localizer, because most of the time
// the agent is at fault all the same; they are shown and they lower the confidence.

import { LOCAL_ADDRESS } from './cues.ts'
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
  programCrashed,
  verifierNeverRan,
  corruptedCalls,
  foreignFileChanged,
  unreachable,
  outcomeUnknown,
  incompleteRun
]

/** The symptom of a call that it explains; else something beside the agent may be at fault. */
function programCrashed({ crash }: RunFacts): Caveat[] {
  if (crash === undefined) return []
  const factor = crash.calls.length > 0 ? 1 : 0.7
  return [{ text: `The program crashed: ${crash.error}`, factor }]
}

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

/** A file of which a failing check says that it changed, and that no step wrote. */
export function findForeignChange({ failure, steps }: RunFacts): string | undefined {
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

const ADDRESS = /\bhttps?:\/\/([\w.-]{1,128})/gi
const ADDRESSES_MAX = 16
const GONE =
  /ENETUNREACH|ECONNREFUSED|ETIMEDOUT|timed? ?out|could(?:n't| not) connect|connection (?:refused|reset)|\b50[234]\b|resolve host|bad gateway|service unavailable/i
const OBSERVATION_CHARS_MAX = 3_000

/** Every step that spoke to it met an error of the network or of the other side. */
function unreachable({ tree, steps }: RunFacts): Caveat[] {
  const hosts = new Set<string>()
  for (const [, host] of tree.run.task.slice(0, TASK_CHARS_MAX).matchAll(ADDRESS)) {
    if (host !== undefined && !LOCAL_ADDRESS.test(host)) hosts.add(host)
    if (hosts.size >= ADDRESSES_MAX) break
  }
  const gone = [...hosts].find((host) => neverAnswered(host, steps))
  if (gone === undefined) return []
  const text = `${shorten(gone, NAME_CHARS_MAX)}, which the task names, never answered.`
  return [{ text, factor: 0.6 }]
}

const TASK_CHARS_MAX = 16_384

function neverAnswered(host: string, steps: readonly StepFacts[]): boolean {
  const asked = steps.filter(
    ({ act, argumentTexts }) =>
      (act === 'explore' || act === 'change' || act === 'verify') &&
      (argumentTexts[0] ?? '').slice(0, 4_096).includes(host)
  )
  return (
    asked.length > 0 &&
    asked.every(({ step }) => GONE.test(step.observation.slice(-OBSERVATION_CHARS_MAX)))
  )
}

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

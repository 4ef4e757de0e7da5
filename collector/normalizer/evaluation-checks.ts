// Results of evaluations that a producer wrote on a span: `gen_ai.evaluation.*` attributes, the event
// of the same name, and OpenInference's flattened lists. A label says passed or failed in words; a
// score alone does not, because its direction depends on what it measures (1 for `hallucination` is
// bad), so it becomes a check that neither passed nor failed.
// https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/gen-ai-events.md
// https://github.com/Arize-ai/openinference/blob/main/spec/annotations.md

import type { Attributes, Check, DecodedSpan } from '../model/index.ts'
import { CHECKS_PER_RUN_MAX, cutText } from '../model/index.ts'
import { unflatten } from './indexed-attributes.ts'
import type { ValueRecord } from './values.ts'
import { firstText } from './values.ts'

export function readChecks(span: DecodedSpan): readonly Check[] {
  const checks: Check[] = []
  addCheck(checks, span.attributes, 'gen_ai.evaluation.', GEN_AI_FIELDS)
  for (const event of span.events) {
    if (event.name !== 'gen_ai.evaluation.result') continue
    addCheck(checks, event.attributes, 'gen_ai.evaluation.', GEN_AI_FIELDS)
  }
  return checks.slice(0, CHECKS_PER_RUN_MAX)
}

/** The lists that OpenInference flattens: `evaluations.0.evaluation.name`. */
export function readFlattenedChecks(attributes: Attributes): readonly Check[] {
  const checks: Check[] = []
  for (const { list, item, first } of FLATTENED_LISTS) {
    // The lists are zero-based; asking for item 0 spares most spans a walk over all their attributes.
    if (attributes[first] === undefined) continue
    for (const evaluation of unflatten(attributes, list)) {
      addCheck(checks, evaluation, item, OPENINFERENCE_FIELDS)
    }
  }
  return checks.slice(0, CHECKS_PER_RUN_MAX)
}

const FLATTENED_LISTS = [
  ['evaluations', 'evaluation.'],
  ['annotations', 'annotation.'],
  ['trace.evaluations', 'evaluation.'],
  ['trace.annotations', 'annotation.']
].map(([list = '', item = '']) => ({ list, item, first: `${list}.0.${item}name` }))

interface FieldNames {
  readonly label: string
  readonly score: string
}

const GEN_AI_FIELDS: FieldNames = { label: 'score.label', score: 'score.value' }
const OPENINFERENCE_FIELDS: FieldNames = { label: 'label', score: 'score' }

/** An assertion's message; more is the evaluator's report. */
const CHECK_TEXT_CHARS_MAX = 2_048

function addCheck(
  checks: Check[],
  from: Attributes | ValueRecord,
  prefix: string,
  fields: FieldNames
): void {
  const name = firstText(from, [`${prefix}name`])
  if (name === undefined) return
  const label = firstText(from, [prefix + fields.label])
  const score = firstText(from, [prefix + fields.score])
  const failure = firstText(from, ['error.type'])
  const explanation = firstText(from, [`${prefix}explanation`])
  const said = [failure, label, score && `score ${score}`, explanation]
  checks.push({
    name: cutText(name, CHECK_TEXT_CHARS_MAX),
    status: failure === undefined ? statusOf(label) : 'error',
    message: cutText(said.filter((text) => text !== undefined).join(': '), CHECK_TEXT_CHARS_MAX)
  })
}

function statusOf(label: string | undefined): Check['status'] {
  const word = label?.trim().toLowerCase() ?? ''
  if (PASSED.has(word)) return 'passed'
  return FAILED.has(word) ? 'failed' : 'skipped'
}

// Not true and false, yes and no: they answer the evaluation's question, which may be `toxicity`.
const PASSED: ReadonlySet<string> = new Set([
  'pass',
  'passed',
  'success',
  'succeeded',
  'correct',
  'ok'
])
const FAILED: ReadonlySet<string> = new Set(['fail', 'failed', 'failure', 'incorrect', 'wrong'])

// fast-check arbitraries for the values that rooms exchange: any text, any number a producer may send,
// bounded in size only. `optional` texts are never empty: absence is undefined and is stored as ''.

import * as fc from 'fast-check'
import type {
  AttributeValue,
  Check,
  ClassifiedStep,
  DecodedSpan,
  Onset,
  Run,
  RunStep,
  Stage,
  Tokens
} from '../../collector/model/index.ts'
import {
  EFFECTS,
  ONSET_CATEGORIES,
  OUTCOMES,
  OUTCOME_SOURCES,
  STAGE_NAMES,
  STEP_KINDS,
  toRunId,
  toSpanId,
  toStepId,
  toTraceId,
  toUnixNano,
  VERDICTS
} from '../../collector/model/index.ts'

/** Records with a prototype, as object literals have. */
export function record<T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(model, { noNullPrototype: true }) as fc.Arbitrary<T>
}

/** The end of DateTime64(9), 2262-04-11. */
const NANOS_MAX = 9_223_372_036_854_775_807n
const UINT32_MAX = 4_294_967_295
const HEX_DIGITS = '0123456789abcdef'.split('')

export const someText = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom(
    '',
    '\n\n',
    "'; DROP TABLE x; --",
    '\\',
    '\\ud800',
    '{"a":1}\n\n',
    '\0',
    '%_',
    'é'
  )
)

const optionalText = fc.option(
  someText.filter((text) => text !== ''),
  { nil: undefined }
)

export const hexId = (digits: number) =>
  fc.string({ unit: fc.constantFrom(...HEX_DIGITS), minLength: digits, maxLength: digits })

export const someTime = fc.bigInt({ min: 0n, max: NANOS_MAX }).map((nanos) => toUnixNano(nanos))

const count = fc.integer({ min: 0, max: UINT32_MAX })
const bigCount = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })
const optionalInteger = fc.option(fc.maxSafeInteger(), { nil: undefined })
const amount = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)
const optionalAmount = fc.option(amount, { nil: undefined })
const texts = fc.array(someText, { maxLength: 4 })

export const someTokens: fc.Arbitrary<Tokens> = fc.record(
  {
    input: bigCount,
    output: bigCount,
    cacheRead: bigCount,
    cacheWrite: bigCount,
    reasoning: bigCount
  },
  { requiredKeys: [], noNullPrototype: true }
)

const someCheck: fc.Arbitrary<Check> = record({
  name: someText,
  status: fc.constantFrom('passed', 'failed', 'skipped', 'error'),
  message: someText
})

export const someChecks = fc.array(someCheck, { maxLength: 3 })

export const someStep: fc.Arbitrary<ClassifiedStep> = record({
  runId: hexId(32).map(toRunId),
  stepId: hexId(16).map(toStepId),
  traceId: hexId(32).map(toTraceId),
  spanId: hexId(16).map(toSpanId),
  parentSpanId: fc.option(hexId(16).map(toSpanId), { nil: undefined }),
  sessionId: optionalText,
  kind: fc.constantFrom(...STEP_KINDS),
  name: someText,
  service: someText,
  agent: optionalText,
  agentVersion: optionalText,
  provider: optionalText,
  model: optionalText,
  tool: optionalText,
  toolCallId: optionalText,
  action: someText,
  arguments: someText,
  thought: someText,
  observation: someText,
  input: someText,
  requestedToolCalls: fc.array(record({ id: optionalText, name: someText, arguments: someText }), {
    maxLength: 3
  }),
  finishReason: optionalText,
  outcome: fc.constantFrom(...OUTCOMES),
  error: optionalText,
  exitCode: optionalInteger,
  startTime: someTime,
  endTime: someTime,
  tokens: someTokens,
  costUsd: optionalAmount,
  declaredRunOutcome: fc.option(fc.constantFrom(...OUTCOMES), { nil: undefined }),
  declaredStage: fc.option(fc.constantFrom(...STAGE_NAMES), { nil: undefined }),
  checks: someChecks,
  dialect: someText,
  truncated: fc.boolean(),
  droppedCount: bigCount,
  effects: record({
    effect: fc.constantFrom(...EFFECTS),
    stage: fc.constantFrom(...STAGE_NAMES),
    filesRead: texts,
    filesWritten: texts,
    writtenText: someText,
    verifies: fc.boolean(),
    exitCode: optionalInteger,
    error: optionalText
  })
}).map(({ declaredStage, ...step }): ClassifiedStep => ({
  ...step,
  ...(declaredStage === undefined ? {} : { declaredStage })
}))

/** Numbers and places are overwritten by whoever puts steps into a run. */
export const someRunStep: fc.Arbitrary<RunStep> = fc
  .tuple(
    someStep,
    record({
      parentIndex: fc.option(fc.integer({ min: 1, max: UINT32_MAX }), { nil: undefined }),
      stage: fc.constantFrom(...STAGE_NAMES),
      stageIndex: count,
      stateIndex: count,
      verdict: fc.option(fc.constantFrom(...VERDICTS), { nil: undefined }),
      foldedSpanIds: fc.array(hexId(16).map(toSpanId), { maxLength: 3 }),
      orphan: fc.boolean()
    })
  )
  .map(([step, numbering]) => ({ ...step, ...numbering, index: 1 }))

export const someStage: fc.Arbitrary<Stage> = record({
  index: fc.integer({ min: 1, max: UINT32_MAX }),
  name: fc.constantFrom(...STAGE_NAMES),
  firstStepIndex: count,
  lastStepIndex: count,
  startTime: someTime,
  endTime: someTime,
  tokens: someTokens,
  costUsd: optionalAmount,
  errorCount: count
})

export const someRun: fc.Arbitrary<Run> = record({
  runId: hexId(32).map(toRunId),
  traceIds: fc.array(hexId(32).map(toTraceId), { maxLength: 3 }),
  sessionId: optionalText,
  service: someText,
  agent: optionalText,
  agentVersion: optionalText,
  models: texts,
  task: someText,
  finalMessage: someText,
  outcome: fc.constantFrom(...OUTCOMES),
  outcomeSource: fc.constantFrom(...OUTCOME_SOURCES),
  checks: someChecks,
  verifierOutput: someText,
  startTime: someTime,
  endTime: someTime,
  stepCount: count,
  spanCount: count,
  errorCount: count,
  tokens: someTokens,
  costUsd: optionalAmount,
  completeness: amount,
  incompleteReasons: texts
})

/** Run, rank and step are overwritten by whoever puts onsets into a run. */
export const someOnset: fc.Arbitrary<Onset> = record({
  runId: hexId(32).map(toRunId),
  rank: fc.integer({ min: 1, max: 5 }),
  stepIndex: fc.integer({ min: 1, max: UINT32_MAX }),
  stepId: hexId(16).map(toStepId),
  spanId: hexId(16).map(toSpanId),
  stage: fc.constantFrom(...STAGE_NAMES),
  category: fc.constantFrom(...ONSET_CATEGORIES),
  confidence: amount,
  summary: someText,
  chain: fc.array(count, { maxLength: 5 }),
  symptomStepIndex: count,
  evidence: fc.array(
    record({ stepIndex: count, detector: someText, quote: someText, weight: amount }),
    { maxLength: 4 }
  ),
  caveats: texts,
  waste: record({ steps: count, tokens: someTokens, costUsd: optionalAmount, ms: amount }),
  method: fc.constantFrom('deterministic', 'judge'),
  localizerVersion: someText,
  provisional: fc.boolean()
})

const someAttributeValue: fc.Arbitrary<AttributeValue> = fc.letrec<{ value: AttributeValue }>(
  (tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      someText,
      fc.string({ unit: 'binary', maxLength: 8 }).map((text) => `\ud800${text}`),
      fc.double(),
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n }),
      fc.boolean(),
      fc.constant(undefined),
      fc.uint8Array({ maxLength: 8 }),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(someText, tie('value'), { maxKeys: 3 })
    )
  })
).value

export const someAttributeSet = fc.dictionary(
  fc.oneof(someText, fc.constantFrom('__proto__', 'constructor', '\ud800')),
  someAttributeValue,
  { maxKeys: 5, noNullPrototype: false }
)

/** Texts with half a surrogate pair included: UTF-8 has no way to write one. */
const wildText = fc.oneof(someText, fc.constantFrom('\ud800', 'a\udc00b', '\udfff\ud800'))

export const someSpan: fc.Arbitrary<DecodedSpan> = record({
  traceId: hexId(32).map(toTraceId),
  spanId: hexId(16).map(toSpanId),
  parentSpanId: fc.option(hexId(16).map(toSpanId), { nil: undefined }),
  traceState: wildText,
  flags: count,
  name: wildText,
  kind: fc.constantFrom('unspecified', 'internal', 'server', 'client', 'producer', 'consumer'),
  startTime: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((nanos) => toUnixNano(nanos)),
  endTime: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((nanos) => toUnixNano(nanos)),
  attributes: someAttributeSet,
  droppedAttributesCount: count,
  events: fc.array(
    record({
      time: someTime,
      name: wildText,
      attributes: someAttributeSet,
      droppedAttributesCount: count
    }),
    { maxLength: 2 }
  ),
  droppedEventsCount: count,
  links: fc.array(
    record({
      traceId: wildText,
      spanId: wildText,
      traceState: wildText,
      attributes: someAttributeSet,
      droppedAttributesCount: count,
      flags: count
    }),
    { maxLength: 2 }
  ),
  droppedLinksCount: count,
  statusCode: fc.constantFrom('unset', 'ok', 'error'),
  statusMessage: wildText,
  resource: record({
    attributes: someAttributeSet,
    droppedAttributesCount: count,
    schemaUrl: wildText
  }),
  scope: record({
    name: wildText,
    version: wildText,
    attributes: someAttributeSet,
    droppedAttributesCount: count,
    schemaUrl: wildText
  })
})

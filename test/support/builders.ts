// Builders for the values that rooms exchange. Every field has a plausible default, so that a test
// names only what its claim is about. Deterministic: no clock, no randomness; ids count up within one
// process and never repeat, so that parallel tests on one store do not meet.

import type {
  Attributes,
  AttributeValue,
  ClassifiedStep,
  DecodedSpan,
  Onset,
  Resource,
  Run,
  RunStep,
  RunTree,
  Scope,
  Stage,
  Step,
  StepEffects
} from '../../collector/model/index.ts'
import {
  fromUnixMillis,
  toRunId,
  toSpanId,
  toStepId,
  toTraceId,
  toUnixNano
} from '../../collector/model/index.ts'

/** Where the builders' time begins: 2026-11-02T09:00:00Z, a Monday. */
export const BUILT_START = fromUnixMillis(Date.UTC(2026, 10, 2, 9))

const NANOS_PER_SECOND = 1_000_000_000n
let idCount = 0n

/** A trace id not given out before in this process. */
export function aTraceId() {
  idCount += 1n
  return toTraceId(idCount.toString(16).padStart(32, '0'))
}

/** A span id not given out before in this process. */
export function aSpanId() {
  idCount += 1n
  return toSpanId(idCount.toString(16).padStart(16, '0'))
}

/** Attributes without a prototype, as the decoder makes them. */
export function someAttributes(entries: Readonly<Record<string, AttributeValue>> = {}): Attributes {
  return Object.assign(Object.create(null), entries) as Attributes
}

export function aResource(overrides: Partial<Resource> = {}): Resource {
  return {
    attributes: someAttributes({ 'service.name': 'checkout-agent' }),
    droppedAttributesCount: 0,
    schemaUrl: '',
    ...overrides
  }
}

export function aScope(overrides: Partial<Scope> = {}): Scope {
  return {
    name: 'agent-instrumentation',
    version: '1.2.3',
    attributes: someAttributes(),
    droppedAttributesCount: 0,
    schemaUrl: '',
    ...overrides
  }
}

/** A span of one second, the root of a new trace unless `parentSpanId` says otherwise. */
export function aSpan(overrides: Partial<DecodedSpan> = {}): DecodedSpan {
  const startTime = overrides.startTime ?? BUILT_START
  return {
    traceId: overrides.traceId ?? aTraceId(),
    spanId: overrides.spanId ?? aSpanId(),
    parentSpanId: undefined,
    traceState: '',
    flags: 1,
    name: 'execute_tool bash',
    kind: 'internal',
    startTime,
    endTime: toUnixNano(startTime + NANOS_PER_SECOND),
    attributes: someAttributes({ 'gen_ai.operation.name': 'execute_tool' }),
    droppedAttributesCount: 0,
    events: [],
    droppedEventsCount: 0,
    links: [],
    droppedLinksCount: 0,
    statusCode: 'unset',
    statusMessage: '',
    resource: aResource(),
    scope: aScope(),
    ...overrides
  }
}

/** The step a dialect makes: a successful tool call of one second in a run of its own. */
export function aPlainStep(overrides: Partial<Step> = {}): Step {
  const traceId = overrides.traceId ?? aTraceId()
  const spanId = overrides.spanId ?? aSpanId()
  const startTime = overrides.startTime ?? BUILT_START
  return {
    runId: toRunId(traceId),
    stepId: toStepId(spanId),
    traceId,
    spanId,
    parentSpanId: undefined,
    sessionId: undefined,
    kind: 'tool',
    name: 'execute_tool bash',
    service: 'checkout-agent',
    agent: undefined,
    agentVersion: undefined,
    provider: undefined,
    model: undefined,
    tool: 'bash',
    toolCallId: undefined,
    action: 'cat src/cart.ts',
    arguments: '{"command":"cat src/cart.ts"}',
    thought: '',
    observation: 'export const cart = []',
    input: '',
    requestedToolCalls: [],
    finishReason: undefined,
    outcome: 'ok',
    error: undefined,
    exitCode: undefined,
    startTime,
    endTime: toUnixNano(startTime + NANOS_PER_SECOND),
    tokens: {},
    costUsd: undefined,
    declaredRunOutcome: undefined,
    checks: [],
    dialect: 'gen_ai@1',
    truncated: false,
    droppedCount: 0,
    ...overrides
  }
}

export function someEffects(overrides: Partial<StepEffects> = {}): StepEffects {
  return {
    effect: 'explore',
    stage: 'inspection',
    filesRead: [],
    filesWritten: [],
    writtenText: '',
    verifies: false,
    exitCode: undefined,
    error: undefined,
    ...overrides
  }
}

/** A step with its effects, as ingest stores it. `effects` may be given in part. */
export function aStep(
  overrides: Partial<Step> & { readonly effects?: Partial<StepEffects> } = {}
): ClassifiedStep {
  const { effects, ...step } = overrides
  return { ...aPlainStep(step), effects: someEffects(effects) }
}

/** A numbered step of an assembled run. */
export function aRunStep(
  overrides: Partial<Omit<RunStep, 'effects'>> & { readonly effects?: Partial<StepEffects> } = {}
): RunStep {
  const step = aStep(overrides)
  return {
    ...step,
    index: overrides.index ?? 1,
    parentIndex: overrides.parentIndex,
    stage: overrides.stage ?? step.effects.stage,
    stageIndex: overrides.stageIndex ?? 1,
    stateIndex: overrides.stateIndex ?? 0,
    verdict: overrides.verdict,
    foldedSpanIds: overrides.foldedSpanIds ?? [],
    orphan: overrides.orphan ?? false
  }
}

export function aStage(overrides: Partial<Stage> = {}): Stage {
  return {
    index: 1,
    name: 'inspection',
    firstStepIndex: 1,
    lastStepIndex: 1,
    startTime: BUILT_START,
    endTime: toUnixNano(BUILT_START + NANOS_PER_SECOND),
    tokens: {},
    costUsd: undefined,
    errorCount: 0,
    ...overrides
  }
}

export function aRun(overrides: Partial<Run> = {}): Run {
  const traceId = overrides.traceIds?.[0] ?? aTraceId()
  return {
    runId: toRunId(traceId),
    traceIds: [traceId],
    sessionId: undefined,
    service: 'checkout-agent',
    agent: undefined,
    agentVersion: undefined,
    models: [],
    task: 'Make the cart keep its items after a reload.',
    finalMessage: 'Done.',
    outcome: 'unknown',
    outcomeSource: 'none',
    checks: [],
    verifierOutput: '',
    startTime: BUILT_START,
    endTime: toUnixNano(BUILT_START + NANOS_PER_SECOND),
    stepCount: 1,
    spanCount: 1,
    errorCount: 0,
    tokens: {},
    costUsd: undefined,
    completeness: 1,
    incompleteReasons: [],
    ...overrides
  }
}

/**
 * A tree over `steps`, numbered in the order given, each taking one second after the one before unless
 * it has a start of its own. Consecutive steps of one `effects.stage` share a stage; every change step
 * opens a state. Run, trace and numbers of the steps given are overwritten.
 */
export function aRunTree(
  steps: readonly (Partial<Omit<RunStep, 'effects'>> & {
    readonly effects?: Partial<StepEffects>
  })[] = [{}],
  run: Partial<Run> = {}
): RunTree {
  const traceId = run.traceIds?.[0] ?? aTraceId()
  const runId = run.runId ?? toRunId(traceId)
  const stages: Stage[] = []
  const states: { index: number; parentIndex?: number; stepIndex?: number }[] = [{ index: 0 }]
  const numbered = steps.map((given, at): RunStep => {
    const startTime = given.startTime ?? toUnixNano(BUILT_START + BigInt(at) * NANOS_PER_SECOND)
    const step = aRunStep({ ...given, runId, traceId, startTime, index: at + 1 })
    const last = stages.at(-1)
    if (last !== undefined && last.name === step.stage) {
      stages[stages.length - 1] = { ...last, lastStepIndex: step.index, endTime: step.endTime }
    } else {
      stages.push(
        aStage({
          index: stages.length + 1,
          name: step.stage,
          firstStepIndex: step.index,
          lastStepIndex: step.index,
          startTime: step.startTime,
          endTime: step.endTime
        })
      )
    }
    if (step.effects.effect === 'change') {
      const parentIndex = states.length - 1
      states.push({ index: states.length, parentIndex, stepIndex: step.index })
    }
    return { ...step, stageIndex: stages.length, stateIndex: states.length - 1 }
  })
  const built = aRun({
    traceIds: [traceId],
    runId,
    startTime: numbered[0]?.startTime ?? BUILT_START,
    endTime: numbered.at(-1)?.endTime ?? BUILT_START,
    stepCount: numbered.length,
    spanCount: numbered.length,
    errorCount: numbered.filter((step) => step.outcome === 'error').length,
    ...run
  })
  return {
    run: built,
    stages,
    steps: numbered,
    states: states.map((state) => ({
      index: state.index,
      parentIndex: state.parentIndex,
      stepIndex: state.stepIndex,
      revertsTo: undefined
    })),
    folded: []
  }
}

/** The first suspect of a run, on its first step unless told otherwise. */
export function anOnset(overrides: Partial<Onset> = {}): Onset {
  const step = aStep()
  return {
    runId: step.runId,
    rank: 1,
    stepIndex: 1,
    stepId: step.stepId,
    spanId: step.spanId,
    stage: 'implementation',
    category: 'mislocalized_edit',
    confidence: 0.5,
    summary: 'Edited src/cart.ts although the failing check reads src/storage.ts.',
    chain: [1],
    symptomStepIndex: 1,
    evidence: [{ stepIndex: 1, detector: 'edit_unseen_file', quote: 'src/cart.ts', weight: 1 }],
    caveats: [],
    waste: { steps: 0, tokens: {}, costUsd: undefined, ms: 0 },
    method: 'deterministic',
    localizerVersion: 'test@1',
    provisional: false,
    ...overrides
  }
}

// Composes the processors: steps of a run in, its analysis out. Knows the order of the rooms, not what
// they do; the localizer comes from outside, because which one runs is decided where Onset is composed.

import { setImmediate } from 'node:timers/promises'

import type {
  Analysis,
  AnalysisStore,
  JudgementStore,
  Localization,
  MemoryStore,
  RunId,
  RunListener,
  RunTree,
  Verdict
} from '@onset/collector/model'
import type { Meter } from '@opentelemetry/api'
import type { Logger } from 'pino'

import type { Alerter } from './alerter/index.ts'
import { createAnalysisMetrics } from './analysis-metrics.ts'
import type { AnalysisMetrics } from './analysis-metrics.ts'
import { assembleRun } from './assembler/index.ts'
import type { AnalyzedRun, AnalyzeRun, CompletionLimits, SetTimer } from './completion/index.ts'
import { COMPLETION_LIMITS, createCompletion } from './completion/index.ts'
import type { Judge, JudgeConfig, LocalizedRun } from './judge/index.ts'
import { createJudge } from './judge/index.ts'
import { openRun } from './localizer/index.ts'
import type { Memory } from './memory/index.ts'
import { createMemory } from './memory/index.ts'

/** Pure in what it answers: the same tree gives the same localization. */
export type LocalizeRun = (
  tree: RunTree,
  options: { readonly provisional: boolean }
) => Localization | Promise<Localization>

/** What an operator may set; all else is in COMPLETION_LIMITS. */
export interface ProcessorSettings {
  /** Wait after the explicit end of a run; bounds the shorter waits too. */
  readonly completionSettleMs?: number
  /** Wait after the last sign of a run without an end. */
  readonly completionQuietMs?: number
}

export interface ProcessorsOptions {
  readonly store: AnalysisStore
  readonly localize: LocalizeRun
  /** Told of every complete analysis; closed by whoever made it, after this. */
  readonly alerter?: Pick<Alerter, 'onsetLocalized'> | undefined
  /** Asked, after the analysis is saved, about runs that the localizer is not sure of. */
  readonly judge?: JudgeConfig | undefined
  /** Of what the judge said and spent; without it a new process knows nothing of it. */
  readonly judgements?: JudgementStore | undefined
  /** Of what is remembered across runs; without it nothing is. */
  readonly memory?: MemoryStore | undefined
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly meter: Meter
  readonly logger: Logger
  readonly settings?: ProcessorSettings
  /** Beyond the settings, for tests and for machines unlike ours. */
  readonly limits?: Partial<CompletionLimits>
  readonly setTimer?: SetTimer
}

export interface Processors extends RunListener {
  readonly stepsWritten: RunListener['stepsWritten']
  readonly outcomeReported: RunListener['outcomeReported']
  /** Resolves when the analysis is saved; `undefined` when the run has no steps. */
  readonly analyzeNow: (runId: RunId) => Promise<AnalyzedRun | undefined>
  /** Waits for the analysis that runs; what waits is found at the next start. Idempotent. */
  readonly close: () => Promise<void>
}

/** Resolves when what an earlier process left undone is known. */
export async function startProcessors(options: ProcessorsOptions): Promise<Processors> {
  const { store, now, meter, logger } = options
  const memory = options.memory && createMemory({ store: options.memory, now, meter, logger })
  const analyzing: Analyzing = { metrics: createAnalysisMetrics(meter), memory, judge: undefined }
  const completion = createCompletion({
    store,
    analyze: createAnalysis(options, analyzing),
    watch: () => openRun(),
    now,
    setTimer: options.setTimer ?? startTimer,
    logger,
    meter,
    limits: { ...toLimits(options.settings ?? {}), ...options.limits }
  })
  analyzing.judge =
    options.judge &&
    createJudge({
      ...options.judge,
      judgements: options.judgements,
      load: async (runId) => loadRun(options, runId),
      analyzeAgain: async (runId) => completion.analyzeNow(runId),
      now,
      meter,
      logger
    })
  await completion.start()
  return {
    stepsWritten: (steps) => completion.stepsWritten(steps),
    outcomeReported: (runId) => completion.outcomeReported(runId),
    analyzeNow: async (runId) => completion.analyzeNow(runId),
    close: async () => {
      // First: what it learns in its last moment is analysed by what closes next.
      await analyzing.judge?.close()
      await completion.close()
    }
  }
}

interface Analyzing {
  readonly metrics: AnalysisMetrics
  readonly memory: Memory | undefined
  /** It has runs analysed again, so it comes after what analyses them. */
  judge: Judge | undefined
}

function createAnalysis(options: ProcessorsOptions, analyzing: Analyzing): AnalyzeRun {
  const { store, localize, alerter, now } = options
  return async (runId, { state, partial, signal }) => {
    const { judge, memory, metrics } = analyzing
    const { assembled, capped, ingestedThrough } = await readRun(store, runId)
    if (assembled === undefined) return undefined
    // Each part holds the event loop for as long as it takes: what waits is served in between.
    await setImmediate()
    const found = await localize(assembled, { provisional: state !== 'complete' })
    const run: LocalizedRun = { tree: assembled, localization: found }
    const localization = state === 'complete' ? ((await judge?.settle(run)) ?? found) : found
    await setImmediate()
    signal.throwIfAborted()
    const tree = withVerdicts(assembled, localization)
    const analysis: Analysis = {
      tree,
      localization,
      state,
      partial: partial || capped,
      ingestedThrough
    }
    // Before it is saved: a run whose analysis is saved is not looked at again, so a process that dies in
    // between would tell nobody. The other way round, the next analysis finds the alert in the outbox.
    const saved = Promise.withResolvers<void>()
    let revision: number
    try {
      if (state === 'complete') {
        await alerter?.onsetLocalized(analysis, saved.promise)
        await memory?.remember(tree, localization)
      }
      revision = await store.saveAnalysis(analysis)
    } finally {
      saved.resolve()
    }
    if (state === 'complete') {
      metrics.record(analysis, now())
      judge?.consider(run)
    }
    return { revision }
  }
}

async function readRun(store: AnalysisStore, runId: RunId) {
  const { steps, capped, ingestedThrough } = await store.readRunSteps(runId)
  const outcomeReports = await store.readOutcomeReports(runId)
  await setImmediate()
  return { assembled: assembleRun(steps, { outcomeReports, capped }), capped, ingestedThrough }
}

async function loadRun(
  { store, localize }: ProcessorsOptions,
  runId: RunId
): Promise<LocalizedRun | undefined> {
  const { assembled: tree } = await readRun(store, runId)
  if (tree === undefined) return undefined
  return { tree, localization: await localize(tree, { provisional: false }) }
}

/** Verdicts as the localizer gave them; a run about which it said nothing keeps none. */
function withVerdicts(tree: RunTree, localization: Localization): RunTree {
  const { onsets, incorrectSteps, unusefulSteps } = localization
  if (onsets.length + incorrectSteps.length + unusefulSteps.length === 0) return tree
  const verdicts = new Map<number, Verdict>()
  for (const index of unusefulSteps) verdicts.set(index, 'unuseful')
  for (const index of incorrectSteps) verdicts.set(index, 'incorrect')
  const steps = tree.steps.map((step) => ({
    ...step,
    verdict: verdicts.get(step.index) ?? 'correct'
  }))
  return { ...tree, steps }
}

function toLimits(settings: ProcessorSettings): Partial<CompletionLimits> {
  const endSettleMs = settings.completionSettleMs ?? COMPLETION_LIMITS.endSettleMs
  return {
    endSettleMs,
    structureSettleMs: Math.min(COMPLETION_LIMITS.structureSettleMs, endSettleMs),
    reopenDebounceMs: Math.min(COMPLETION_LIMITS.reopenDebounceMs, endSettleMs),
    quietMs: settings.completionQuietMs ?? COMPLETION_LIMITS.quietMs
  }
}

/** Not a reason to keep the process alive: whoever composed it closes it. */
function startTimer(callback: () => void, delayMs: number): () => void {
  const timer = setTimeout(callback, delayMs)
  timer.unref()
  return () => clearTimeout(timer)
}

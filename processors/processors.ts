// Composes the processors: steps of a run in, its analysis out. Knows the order of the rooms, not what
// they do; the localizer comes from outside, because which one runs is decided where Onset is composed.

import { setImmediate } from 'node:timers/promises'

import type {
  Analysis,
  AnalysisStore,
  Localization,
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
  const completion = createCompletion({
    store,
    analyze: createAnalysis(options, createAnalysisMetrics(meter)),
    now,
    setTimer: options.setTimer ?? startTimer,
    logger,
    meter,
    limits: { ...toLimits(options.settings ?? {}), ...options.limits }
  })
  await completion.start()
  return {
    stepsWritten: (steps) => completion.stepsWritten(steps),
    outcomeReported: (runId) => completion.outcomeReported(runId),
    analyzeNow: async (runId) => completion.analyzeNow(runId),
    close: async () => completion.close()
  }
}

function createAnalysis(
  { store, localize, alerter, now }: ProcessorsOptions,
  metrics: AnalysisMetrics
): AnalyzeRun {
  return async (runId, { state, partial, signal }) => {
    const { steps, capped, ingestedThrough } = await store.readRunSteps(runId)
    const outcomeReports = await store.readOutcomeReports(runId)
    const assembled = assembleRun(steps, { outcomeReports, capped })
    if (assembled === undefined) return undefined
    // Each part holds the event loop for as long as it takes: what waits is served in between.
    await setImmediate()
    const localization = await localize(assembled, { provisional: state !== 'complete' })
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
    if (state === 'complete') await alerter?.onsetLocalized(analysis)
    const revision = await store.saveAnalysis(analysis)
    if (state === 'complete') metrics.record(analysis, now())
    return { revision }
  }
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

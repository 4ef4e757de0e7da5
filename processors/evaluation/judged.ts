// The judge on labelled runs: what it makes of the localizer's answers, run by run, in the same way as in
// production. Predictions are made from runs without labels; only the oracle among the stubs has them.

import type { Localization } from '@onset/collector/model'
import { CollectorError } from '@onset/collector/model'
import { trace } from '@opentelemetry/api'
import type { JudgeClient, JudgeLimits, Judgement, TokenPrices } from '../judge/index.ts'
import { isWanted, judgeRun, RUN_TIMEOUT_REQUESTS } from '../judge/index.ts'
import type { Case, LocalizerMethod } from './cases.ts'
import { localizerMethod } from './cases.ts'

export interface EvalJudge {
  /** What answers, for people. */
  readonly name: string
  readonly limits: JudgeLimits
  readonly prices: TokenPrices | undefined
  /** Said under the figures. */
  readonly notes: readonly string[]
  /** Told of the runs before the first is asked about. */
  readonly client: (questions: readonly Question[]) => JudgeClient | Promise<JudgeClient>
}

/** A run that may be asked about, and the answer that is in question. */
export interface Question {
  readonly one: Case
  readonly localization: Localization
}

export interface JudgedCases {
  readonly judge: EvalJudge
  /** The same answers without a judge. */
  readonly before: LocalizerMethod
  readonly after: LocalizerMethod
  /** By case; undefined where the judge was not wanted. */
  readonly judgements: readonly (Judgement | undefined)[]
}

/** Judges the first assignment to folds of `base`: each further one would cost as much again. */
export async function judgeCases(
  cases: readonly Case[],
  base: LocalizerMethod,
  options: { readonly judge: EvalJudge; readonly progress: (text: string) => void }
): Promise<JudgedCases> {
  const { judge, progress } = options
  const answers = base.localizations[0] ?? []
  const questions = cases.flatMap((one, at) => {
    const localization = answers[at]
    return localization === undefined ? [] : [{ one, localization }]
  })
  const client = await judge.client(questions)
  const localizations: Localization[] = []
  const judgements: (Judgement | undefined)[] = []
  for (const [at, { one, localization }] of questions.entries()) {
    progress(`judging run ${at + 1} of ${questions.length}`)
    // oxlint-disable-next-line no-await-in-loop -- an endpoint bears no burst of all runs at once
    const judged = await judgeOne(one, localization, { client, limits: judge.limits })
    localizations.push(judged.localization)
    judgements.push(judged.judgement)
  }
  const again = base.localizations.length > 1 ? ', first folds' : ''
  return {
    judge,
    before: localizerMethod({ name: `without a judge${again}`, kind: base.kind }, cases, [answers]),
    after: localizerMethod({ name: `localizer and ${judge.name}`, kind: base.kind }, cases, [
      localizations
    ]),
    judgements
  }
}

async function judgeOne(
  { analyzed }: Case,
  localization: Localization,
  { client, limits }: { readonly client: JudgeClient; readonly limits: JudgeLimits }
) {
  const { tree, run } = analyzed
  if (!isWanted(tree, localization, limits)) return { localization, judgement: undefined }
  const signal = AbortSignal.timeout(RUN_TIMEOUT_REQUESTS * limits.requestTimeoutMs)
  const tracer = trace.getTracer('onset-judge')
  try {
    return await judgeRun({ tree, localization, client, limits, tracer, signal })
  } catch (error) {
    if (!(error instanceof CollectorError)) throw error
    const { code, retryable } = error
    throw new CollectorError(code, `${run.id}: ${error.message}`, { retryable, cause: error })
  }
}

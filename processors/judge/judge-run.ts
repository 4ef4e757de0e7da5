// One run before the judge: several samples are asked, what they say is verified, and the deterministic
// ranking is combined with it. Whatever fails, the deterministic answer stands, with the reason.

import type { Localization, RunTree } from '@onset/collector/model'
import { CollectorError } from '@onset/collector/model'
import type { Tracer } from '@opentelemetry/api'
import { askSample } from './ask-sample.ts'
import type { FailureReason, JudgeClient, Usage } from './chat.ts'
import { JudgeFailure } from './chat.ts'
import { agreementOn, rerank } from './combine.ts'
import type { JudgeLimits } from './limits.ts'
import {
  BYTES_PER_TOKEN,
  JUDGE_VERSION,
  OUTPUT_TOKENS_MAX,
  OUTPUT_TOKENS_SHARE,
  QUESTION_CHARS_MAX,
  QUESTION_CHARS_MIN,
  QUESTION_TOKENS_SHARE
} from './limits.ts'
import { estimateInput, Purse } from './purse.ts'
import { askAbout } from './question.ts'
import { JudgeTrace } from './tracing.ts'
import type { Refusals, Verdict } from './verdict.ts'

export interface JudgeRunOptions {
  readonly tree: RunTree
  /** Of the localizer; its best suspects are in question. */
  readonly localization: Localization
  readonly client: JudgeClient
  readonly limits: JudgeLimits
  readonly tracer: Tracer
  readonly signal: AbortSignal
}

export interface Judgement {
  /** Undefined when the judge has spoken. */
  readonly failure: FailureReason | undefined
  /** What was wrong, for a log. */
  readonly message: string
  /** Samples that were asked, and those that gave something verified. */
  readonly asked: number
  readonly answered: number
  /** Share of the asked samples that name the best suspect first. */
  readonly agreement: number
  /** Another step than before is the best suspect. */
  readonly changed: boolean
  readonly calls: { readonly answered: number; readonly failed: number }
  readonly tokens: Usage
  readonly refused: Refusals
  /** Why samples gave nothing, in order. */
  readonly sampleFailures: readonly FailureReason[]
}

export interface JudgedLocalization {
  readonly localization: Localization
  readonly judgement: Judgement
}

/** @throws CollectorError where the client does, as of a record that has no answer. */
export async function judgeRun(options: JudgeRunOptions): Promise<JudgedLocalization> {
  const { tree, localization, client, tracer } = options
  const trace = new JudgeTrace(tracer, client, tree.run.runId)
  const hearing = newHearing(options.limits)
  let failure: JudgeFailure | undefined
  try {
    await hear(options, trace, hearing)
    failure = findFailure(hearing)
  } catch (error) {
    failure = toFailure(error)
    if (error instanceof CollectorError) throw error
  } finally {
    trace.end(hearing.purse.spent, failure)
  }
  const { verdicts, asked } = hearing
  const suspects = options.limits.suspects
  const onsets = rerank(localization, tree.run, { verdicts, asked, suspects })
  const before = localization.onsets.find(({ rank }) => rank === 1)?.stepIndex
  const top = onsets[0]?.stepIndex ?? 0
  const judgement = {
    failure: failure?.reason,
    message: failure?.message ?? '',
    asked,
    answered: verdicts.length,
    agreement: failure === undefined ? agreementOn(top, { verdicts, asked, suspects }) : 0,
    changed: failure === undefined && top !== before,
    calls: hearing.calls,
    tokens: hearing.purse.spent,
    refused: hearing.refused,
    sampleFailures: hearing.failures.map(({ reason }) => reason)
  }
  return failure === undefined
    ? { localization: asJudged({ ...localization, onsets }, client.model), judgement }
    : { localization: withCaveat(localization, failure.reason), judgement }
}

/** What happened so far. */
interface Hearing {
  readonly purse: Purse
  readonly verdicts: Verdict[]
  readonly failures: JudgeFailure[]
  readonly calls: { answered: number; failed: number }
  asked: number
  refused: Refusals
}

function newHearing({ tokensPerRun }: JudgeLimits): Hearing {
  return {
    purse: new Purse(tokensPerRun),
    verdicts: [],
    failures: [],
    calls: { answered: 0, failed: 0 },
    asked: 0,
    refused: { quotes: 0, steps: 0 }
  }
}

async function hear(
  { tree, localization, client, limits, signal }: JudgeRunOptions,
  trace: JudgeTrace,
  hearing: Hearing
): Promise<void> {
  const suspects = localization.onsets.filter(({ rank }) => rank <= limits.suspects)
  const perSample = Math.floor(limits.tokensPerRun / limits.samples)
  const charsMax = Math.floor(perSample * QUESTION_TOKENS_SHARE * BYTES_PER_TOKEN)
  const question = askAbout(tree, localization, {
    suspects,
    charsMax: Math.max(QUESTION_CHARS_MIN, Math.min(QUESTION_CHARS_MAX, charsMax))
  })
  const { purse } = hearing
  const outputTokensMax = Math.max(OUTPUT_TOKENS_MAX, Math.floor(perSample * OUTPUT_TOKENS_SHARE))
  const leastCost =
    outputTokensMax + estimateInput({ messages: question, mayRead: false, outputTokensMax })
  for (let sample = 1; sample <= limits.samples; sample += 1) {
    hearing.asked += 1
    try {
      // oxlint-disable-next-line no-await-in-loop -- what one sample leaves the next may spend
      const { verdict, refused } = await askSample({
        tree,
        suspects: new Set(suspects.map(({ stepIndex }) => stepIndex)),
        question,
        client,
        purse,
        trace,
        signal,
        sample,
        // All that the next ones do not need to answer at once: what one reads, not all have to.
        tokensMax: Math.max(
          Math.floor(purse.left / (limits.samples - sample + 1)),
          purse.left - (limits.samples - sample) * leastCost
        ),
        outputTokensMax,
        onCall: (result) => (hearing.calls[result] += 1)
      })
      hearing.refused = {
        quotes: hearing.refused.quotes + refused.quotes,
        steps: hearing.refused.steps + refused.steps
      }
      if (verdict === undefined) throw new JudgeFailure('no_verified_claim', UNPROVEN)
      hearing.verdicts.push(verdict)
    } catch (error) {
      const failure = toFailure(error)
      if (error instanceof CollectorError) throw error
      hearing.failures.push(failure)
      // The next sample would meet the same end, after the same wait.
      if (GIVES_UP.has(failure.reason) || signal.aborted) return
    }
  }
}

const UNPROVEN = 'no suspect is spoken of with a quote that is in its step'

const GIVES_UP: ReadonlySet<FailureReason> = new Set([
  'http_error',
  'unreachable',
  'timeout',
  'rate_limited'
])

/** More than half of the samples must have given something, or they agree on nothing. */
function findFailure({ verdicts, asked, failures }: Hearing): JudgeFailure | undefined {
  if (verdicts.length * 2 > asked) return undefined
  return failures[0] ?? new JudgeFailure('internal', 'no sample was asked')
}

function toFailure(error: unknown): JudgeFailure {
  if (error instanceof JudgeFailure) return error
  const message = error instanceof Error ? error.message : String(error)
  return new JudgeFailure('internal', message, { cause: error })
}

/** Names of models are free text; of this one only what looks like a name goes into a version. */
export function nameJudge(model: string): string {
  return `${JUDGE_VERSION}:${model.replaceAll(/[^\w.:/@-]/g, '_').slice(0, MODEL_CHARS_MAX)}`
}

function asJudged(localization: Localization, model: string): Localization {
  const by = nameJudge(model)
  return {
    ...localization,
    onsets: localization.onsets.map((onset) => ({
      ...onset,
      method: 'judge',
      localizerVersion: `${onset.localizerVersion} ${by}`
    }))
  }
}

const MODEL_CHARS_MAX = 60

/** The deterministic answer, saying that the judge was wanted and what came of it. */
export function withCaveat(localization: Localization, reason: FailureReason): Localization {
  const caveat = `${CAVEATS[reason]}; this is the deterministic answer.`
  return {
    ...localization,
    onsets: localization.onsets.map((onset) => ({ ...onset, caveats: [...onset.caveats, caveat] }))
  }
}

const CAVEATS: Readonly<Record<FailureReason, string>> = {
  http_error: 'The judge could not be asked: its endpoint answered with an error',
  rate_limited: 'The judge could not be asked: its endpoint limits the rate',
  unreachable: 'The judge could not be asked: its endpoint cannot be reached',
  timeout: 'The judge did not answer in time',
  answer_too_large: 'The judge answered more than is read',
  answer_invalid: 'The judge answered what cannot be read',
  tool_loop: 'The judge read on and never answered',
  no_verified_claim: 'The judge gave no quote that is in the step it cites',
  token_budget: 'The judge had too few tokens for this run',
  run_budget: 'The judge was not asked again: this run has changed too often',
  hourly_budget: 'The judge was not asked: the budget of this hour is spent',
  daily_budget: 'The judge was not asked: the budget of this day is spent',
  circuit_open: 'The judge was not asked: its endpoint failed several times in a row',
  queue_full: 'The judge was not asked: too many runs wait for it',
  internal: 'The judge failed'
}

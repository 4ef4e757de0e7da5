// What an analysis says that an alert is about: the first suspect of a run that failed, or nothing.

import { createHash } from 'node:crypto'

import type { Analysis, Onset, RunTree } from '@onset/collector/model'
import { toUnixMillis } from '@onset/collector/model'

import type { AlertRule, Detail } from '../rules/alert-rules.ts'
import type { Subject } from '../rules/match-rule.ts'
import type { OnsetNames, OnsetPayload } from './alert-payload.ts'

/** Names longer than this are texts. */
const NAME_CHARS_MAX = 120
const MODELS_MAX = 5
const FAILED_CHECKS_MAX = 3
const KEY_CHARS = 32
/** Enough to tell the verdicts of one run apart. */
const SHORT_KEY_CHARS = 12

/** Also marks that reverse the order of what follows, and separators of lines. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\u2028\u2029]+/gu

export interface Verdict extends Subject {
  /** Of run and verdict, the same whenever the same is found again. */
  readonly alertKey: string
  readonly onset: Onset
}

/** Undefined when nobody is to be told: still open, no failure, or none that can be localized. */
export function readVerdict({ tree, localization, state }: Analysis): Verdict | undefined {
  const [onset] = localization.onsets
  if (state !== 'complete' || onset === undefined || onset.provisional) return undefined
  return {
    alertKey: fingerprint(onset),
    onset,
    category: onset.category,
    stage: onset.stage,
    service: toName(tree.run.service),
    agent: toName(tree.run.agent ?? ''),
    confidence: onset.confidence
  }
}

/** By step id and not by number: a span that comes late moves the numbers. */
function fingerprint({ runId, stepId, category, stage }: Onset): string {
  return digest([runId, stepId, category, stage])
}

export function digest(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, KEY_CHARS)
}

export function toPayload(
  verdict: Verdict,
  tree: RunTree,
  { rule, detail }: { readonly rule: AlertRule; readonly detail: Detail }
): OnsetPayload {
  const { run } = tree
  const { onset } = verdict
  const failed = run.checks.filter(({ status }) => status === 'failed' || status === 'error')
  return {
    kind: 'onset',
    rule: rule.name,
    labels: Object.fromEntries(rule.labels),
    runId: run.runId,
    traceId: run.traceIds[0] ?? '',
    spanId: onset.spanId,
    onset: verdict.alertKey.slice(0, SHORT_KEY_CHARS),
    stage: onset.stage,
    category: onset.category,
    confidence: onset.confidence,
    stepIndex: onset.stepIndex,
    stepCount: run.stepCount,
    symptomStepIndex: onset.symptomStepIndex,
    service: verdict.service,
    agent: verdict.agent,
    agentVersion: toName(run.agentVersion ?? ''),
    models: run.models.slice(0, MODELS_MAX).map(toName),
    outcomeSource: run.outcomeSource,
    runStartedAt: Math.floor(toUnixMillis(run.startTime)),
    runEndedAt: Math.floor(toUnixMillis(run.endTime)),
    failedCheckCount: failed.length,
    waste: toWaste(onset),
    names: detail === 'names' ? readNames(onset, tree) : null,
    resolution: null
  }
}

function toWaste({ waste }: Onset): OnsetPayload['waste'] {
  const { input = 0, output = 0 } = waste.tokens
  return {
    steps: waste.steps,
    tokens: input + output,
    costUsd: waste.costUsd ?? null,
    ms: Math.round(waste.ms)
  }
}

function readNames(onset: Onset, { steps, run }: RunTree): OnsetNames {
  const step = steps[onset.stepIndex - 1]
  return {
    tool: toName(step?.tool ?? ''),
    file: toName(step?.effects.filesWritten[0] ?? ''),
    failedChecks: run.checks
      .filter(({ status }) => status === 'failed' || status === 'error')
      .slice(0, FAILED_CHECKS_MAX)
      .map(({ name }) => toName(name))
  }
}

/** Names come from spans: they may hold anything, and go to terminals, chats and pagers. */
function toName(text: string): string {
  return text
    .slice(0, 2 * NAME_CHARS_MAX)
    .replaceAll(UNPRINTABLE, ' ')
    .trim()
    .slice(0, NAME_CHARS_MAX)
    .toWellFormed()
}

// People's corrections of onsets: what measures the localizer in the field.

import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import {
  CollectorError,
  fromUnixMillis,
  type Feedback,
  type JudgedLocalization,
  type RunId,
  type StepId
} from '../model/index.ts'
import { ERROR_RESPONSES, readRunId, RunParams, type ApiOptions } from './api-options.ts'
import { audit } from './audit-event.ts'
import { FeedbackJson, FeedbackRequest, toFeedbackJson } from './feedback-json.ts'
import { unknownRun } from './list-query.ts'
import { readRunDetail } from './run-detail.ts'

const FeedbackList = Type.Object({ items: Type.Array(FeedbackJson) })

export const feedbackRoutes: FastifyPluginAsyncTypebox<ApiOptions> = async (app, options) => {
  const { store, now } = options
  app.route({
    method: 'POST',
    url: '/runs/:runId/feedback',
    schema: {
      summary: 'Correct the onset of a run',
      description:
        'A run that is not known, or not yet, is 404: the number of a step is that of an analysis. What a verifier found may come before the run does.',
      operationId: 'giveFeedback',
      tags: ['onsets'],
      params: RunParams,
      body: FeedbackRequest,
      response: { 201: FeedbackJson, ...ERROR_RESPONSES }
    },
    handler: async (request, reply) => {
      const { body } = request
      const runId = readRunId(options.maskText(request.params.runId))
      const { judged, onsetStepId } = await readJudged(store, runId, body)
      const feedback: Feedback = {
        runId,
        onsetStepIndex: body.onsetStepIndex ?? undefined,
        ...(onsetStepId === undefined ? {} : { onsetStepId }),
        category: body.category,
        comment: options.maskText(body.comment ?? ''),
        author: options.maskText(body.author ?? ''),
        createdAt: fromUnixMillis(now()),
        ...(judged === undefined ? {} : { judged })
      }
      const details = {
        onsetStepIndex: String(feedback.onsetStepIndex ?? 'none'),
        ...(feedback.category === undefined ? {} : { category: feedback.category })
      }
      const audited = { action: 'feedback_given', target: feedback.runId, details } as const
      await audit(options, request, audited, () => store.saveFeedback(feedback))
      return reply.code(201).send(toFeedbackJson(feedback))
    }
  })

  app.route({
    method: 'GET',
    url: '/runs/:runId/feedback',
    schema: {
      summary: 'Corrections of a run',
      operationId: 'readFeedback',
      tags: ['onsets'],
      params: RunParams,
      response: { 200: FeedbackList, ...ERROR_RESPONSES }
    },
    handler: async (request) => {
      const items = await store.readFeedback(readRunId(request.params.runId))
      return { items: items.map(toFeedbackJson) }
    }
  })
}

interface Looked {
  /** Undefined while the run is open, or when the collector that analyzed it did not know its localizer. */
  readonly judged?: JudgedLocalization
  readonly onsetStepId?: StepId
}

/**
 * What the run was when the feedback was given. Unlike an outcome, feedback cannot come before its run: steps have
 * no numbers until then, there is no onset to correct, and a mistyped id would be stored for nobody.
 */
async function readJudged(
  store: ApiOptions['store'],
  runId: RunId,
  asked: { readonly onsetStepIndex: number | null; readonly revision?: number }
): Promise<Looked> {
  const blamed = asked.onsetStepIndex ?? 0
  const page = { after: Math.max(0, blamed - 1), limit: blamed === 0 ? 0 : 1 }
  const detail = await readRunDetail(store, runId, page)
  if (detail === undefined) throw unknownRun(runId)
  const { record, onsets } = detail
  requireRevision(asked.revision, record.revision)
  requireStep(asked.onsetStepIndex ?? undefined, record.run.stepCount)
  const [step] = detail.steps
  const identity = step?.index === blamed ? { onsetStepId: step.stepId } : {}
  const [top] = onsets
  const localizerVersion = top?.localizerVersion ?? record.localizerVersion
  // A suspicion about an open run may be withdrawn with the next step: it is no answer to be measured.
  if (record.state !== 'complete' || localizerVersion === undefined) return identity
  return {
    ...identity,
    judged: {
      localizerVersion,
      revision: record.revision,
      suspectStepIndexes: onsets.map(({ stepIndex }) => stepIndex),
      category: top?.category
    }
  }
}

function requireRevision(asked: number | undefined, current: number): void {
  if (asked === undefined || asked === current) return
  throw new CollectorError(
    'INVALID_ARGUMENT',
    `revision is ${asked}, but the run is at revision ${current}, whose steps may have other numbers; look at it again`,
    { retryable: false }
  )
}

function requireStep(stepIndex: number | undefined, stepCount: number): void {
  if (stepIndex === undefined || stepIndex <= stepCount) return
  throw new CollectorError(
    'INVALID_ARGUMENT',
    `onsetStepIndex is ${stepIndex}, but the run has ${stepCount} steps; null says that none is to blame`,
    { retryable: false }
  )
}

// People's corrections of onsets: what measures the localizer in the field.

import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import {
  CollectorError,
  fromUnixMillis,
  type Feedback,
  type JudgedLocalization,
  type RunId
} from '../model/index.ts'
import { ERROR_RESPONSES, readRunId, RunParams, type ApiOptions } from './api-options.ts'
import { audit } from './audit-event.ts'
import { FeedbackJson, FeedbackRequest, toFeedbackJson } from './feedback-json.ts'
import { readRunDetail } from './run-detail.ts'

const FeedbackList = Type.Object({ items: Type.Array(FeedbackJson) })

export const feedbackRoutes: FastifyPluginAsyncTypebox<ApiOptions> = async (app, options) => {
  const { store, now } = options
  app.route({
    method: 'POST',
    url: '/runs/:runId/feedback',
    schema: {
      summary: 'Correct the onset of a run',
      operationId: 'giveFeedback',
      tags: ['onsets'],
      params: RunParams,
      body: FeedbackRequest,
      response: { 201: FeedbackJson, ...ERROR_RESPONSES }
    },
    handler: async (request, reply) => {
      const { body } = request
      const runId = readRunId(request.params.runId)
      const judged = await readJudged(store, runId, body)
      const feedback: Feedback = {
        runId,
        onsetStepIndex: body.onsetStepIndex ?? undefined,
        category: body.category,
        comment: options.maskText(body.comment ?? ''),
        author: body.author ?? '',
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

/** Undefined when the run has not been analyzed, or not by a collector that knew its localizer. */
async function readJudged(
  store: ApiOptions['store'],
  runId: RunId,
  asked: { readonly onsetStepIndex: number | null; readonly revision?: number }
): Promise<JudgedLocalization | undefined> {
  const detail = await readRunDetail(store, runId, { after: 0, limit: 0 })
  if (detail === undefined) return undefined
  const { record, onsets } = detail
  requireRevision(asked.revision, record.revision)
  requireStep(asked.onsetStepIndex ?? undefined, record.run.stepCount)
  const [top] = onsets
  const localizerVersion = top?.localizerVersion ?? record.localizerVersion
  if (localizerVersion === undefined) return undefined
  return {
    localizerVersion,
    revision: record.revision,
    suspectStepIndexes: onsets.map(({ stepIndex }) => stepIndex),
    category: top?.category
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

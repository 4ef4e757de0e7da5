// People's corrections of onsets: what measures the localizer in the field.

import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { CollectorError, fromUnixMillis, type Feedback } from '../model/index.ts'
import { ERROR_RESPONSES, readRunId, RunParams, type ApiOptions } from './api-options.ts'
import { audit } from './audit-event.ts'
import { FeedbackJson, FeedbackRequest, toFeedbackJson } from './feedback-json.ts'

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
      const feedback: Feedback = {
        runId: readRunId(request.params.runId),
        onsetStepIndex: body.onsetStepIndex ?? undefined,
        category: body.category,
        comment: body.comment ?? '',
        author: body.author ?? '',
        createdAt: fromUnixMillis(now())
      }
      const record = await store.findRun(feedback.runId)
      if (record !== undefined) requireStep(feedback.onsetStepIndex, record.run.stepCount)
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

function requireStep(stepIndex: number | undefined, stepCount: number): void {
  if (stepIndex === undefined || stepIndex <= stepCount) return
  throw new CollectorError(
    'INVALID_ARGUMENT',
    `onsetStepIndex is ${stepIndex}, but the run has ${stepCount} steps; null says that none is to blame`,
    { retryable: false }
  )
}

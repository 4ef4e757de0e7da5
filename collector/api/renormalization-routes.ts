// Steps made anew from raw spans: asked for, made in the background, and looked after.

import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type, type Static } from 'typebox'
import { CollectorError, fromUnixMillis, type Renormalization } from '../model/index.ts'
import { ERROR_RESPONSES, readRunId, type ApiOptions } from './api-options.ts'
import { audit } from './audit-event.ts'
import { timeSchema, toTimeJson } from './values-json.ts'

const RenormalizationRequest = Type.Object(
  {
    since: Type.Optional(Type.String({ format: 'date-time', maxLength: 64 })),
    until: Type.Optional(Type.String({ format: 'date-time', maxLength: 64 })),
    runId: Type.Optional(Type.String({ minLength: 1, maxLength: 256 }))
  },
  { additionalProperties: false }
)

const count = (description: string) => Type.Integer({ minimum: 0, description })

const RenormalizationJson = Type.Object({
  id: Type.String(),
  state: Type.Enum(['running', 'done', 'failed'], { type: 'string' }),
  startedAt: timeSchema('When it was asked for.'),
  updatedAt: timeSchema('When this was last stored.'),
  daysDone: count('Of those that have spans.'),
  daysTotal: count('Zero until they are counted.'),
  spans: count('Read.'),
  stepsRewritten: count('That a dialect or a price made otherwise.'),
  stepsHidden: count('That are no longer made of their span.'),
  runsAnalyzed: count('Because steps of theirs changed.'),
  problem: Type.Optional(Type.String({ description: 'Why it failed.' }))
})

export const renormalizationRoutes: FastifyPluginAsyncTypebox<ApiOptions> = async (
  app,
  options
) => {
  app.route({
    method: 'POST',
    url: '/renormalizations',
    schema: {
      summary: 'Make steps anew from their raw spans, in the background',
      operationId: 'startRenormalization',
      tags: ['admin'],
      body: RenormalizationRequest,
      response: { 202: RenormalizationJson, ...ERROR_RESPONSES }
    },
    handler: async (request, reply) => {
      const { since, until, runId } = request.body
      const renormalizer = requireRenormalizer(options)
      const target = runId ?? 'all'
      const audited = { action: 'renormalization_started', target } as const
      const started = await audit(options, request, audited, () =>
        renormalizer.start({
          ...(since === undefined ? {} : { since: fromUnixMillis(Date.parse(since)) }),
          ...(until === undefined ? {} : { until: fromUnixMillis(Date.parse(until)) }),
          ...(runId === undefined ? {} : { runId: readRunId(runId) })
        })
      )
      return reply.code(202).send(toRenormalizationJson(started))
    }
  })

  app.route({
    method: 'GET',
    url: '/renormalizations/:id',
    schema: {
      summary: 'How far a re-normalization has come',
      operationId: 'readRenormalization',
      tags: ['admin'],
      params: Type.Object({ id: Type.String({ minLength: 1, maxLength: 64 }) }),
      response: { 200: RenormalizationJson, ...ERROR_RESPONSES }
    },
    handler: async (request) => {
      const { id } = request.params
      const found = (await requireRenormalizer(options).list()).find((each) => each.id === id)
      if (found !== undefined) return toRenormalizationJson(found)
      throw new CollectorError('NOT_FOUND', `there is no re-normalization ${id}`, {
        retryable: false
      })
    }
  })
}

function requireRenormalizer({ renormalizer }: ApiOptions) {
  if (renormalizer !== undefined) return renormalizer
  throw new CollectorError(
    'NO_PROCESSOR',
    'no processors run in this process, so that nobody would analyze the runs; ask the one that runs them',
    { retryable: false }
  )
}

function toRenormalizationJson(state: Renormalization): Static<typeof RenormalizationJson> {
  const { id, daysDone, daysTotal, spans, stepsRewritten, stepsHidden, runsAnalyzed } = state
  return {
    id,
    state: state.state,
    startedAt: toTimeJson(state.startedAt),
    updatedAt: toTimeJson(state.updatedAt),
    daysDone,
    daysTotal,
    spans,
    stepsRewritten,
    stepsHidden,
    runsAnalyzed,
    ...(state.problem === undefined ? {} : { problem: state.problem })
  }
}

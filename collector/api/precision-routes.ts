// How often people found the localizer right, for each of its versions.

import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type, type Static } from 'typebox'
import { wilsonInterval, type LocalizerPrecision } from '../model/index.ts'
import { ERROR_RESPONSES, type ApiOptions } from './api-options.ts'
import { readTimeRange, timeParameter } from './list-query.ts'
import { optional, timeSchema, toTimeJson } from './values-json.ts'

const PrecisionQuery = Type.Object(
  {
    since: timeParameter('Feedback given at this time or later.'),
    until: timeParameter('Feedback given before this time.')
  },
  { additionalProperties: false }
)

const Count = Type.Integer({ minimum: 0 })
const Share = Type.Number({ minimum: 0, maximum: 1 })

const ShareJson = Type.Object(
  {
    count: Count,
    of: Count,
    share: optional(Share),
    low: optional(Share),
    high: optional(Share)
  },
  { description: 'low and high: 95 % Wilson interval. No share of nothing.' }
)

const LocalizerPrecisionJson = Type.Object({
  localizerVersion: Type.String(),
  runs: Type.Integer({ minimum: 0, description: 'With feedback.' }),
  disagreements: Type.Integer({
    minimum: 0,
    description: 'Runs on which authors contradict each other; in no share.'
  }),
  exact: ShareJson,
  top3: ShareJson,
  missed: ShareJson,
  falseAccusations: ShareJson,
  lastFeedbackAt: timeSchema('Newest feedback.')
})

const PrecisionList = Type.Object(
  { items: Type.Array(LocalizerPrecisionJson) },
  { description: 'The version with the newest feedback first.' }
)

export const precisionRoutes: FastifyPluginAsyncTypebox<ApiOptions> = async (app, { store }) => {
  app.route({
    method: 'GET',
    url: '/precision',
    schema: {
      summary: 'How often people found each localizer version right',
      description:
        'The newest word of each author on a run counts. exact, top3 and missed are shares of the runs in which people blame a step, falseAccusations of those in which they blame none.',
      operationId: 'readPrecision',
      tags: ['onsets'],
      querystring: PrecisionQuery,
      response: { 200: PrecisionList, ...ERROR_RESPONSES }
    },
    handler: async (request) => {
      const items = await store.readPrecision(readTimeRange(request.query))
      return { items: items.map(toPrecisionJson) }
    }
  })
}

function toPrecisionJson(precision: LocalizerPrecision): Static<typeof LocalizerPrecisionJson> {
  const { withOnset, withoutOnset } = precision
  return {
    localizerVersion: precision.localizerVersion,
    runs: precision.runs,
    disagreements: precision.disagreements,
    exact: toShareJson(precision.exact, withOnset),
    top3: toShareJson(precision.top3, withOnset),
    missed: toShareJson(precision.missed, withOnset),
    falseAccusations: toShareJson(precision.falseAccusations, withoutOnset),
    lastFeedbackAt: toTimeJson(precision.lastFeedbackAt)
  }
}

function toShareJson(count: number, of: number): Static<typeof ShareJson> {
  const interval = wilsonInterval(count, of)
  return {
    count,
    of,
    share: of === 0 ? undefined : count / of,
    low: interval?.low,
    high: interval?.high
  }
}

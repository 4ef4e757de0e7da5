// Onsets across runs: what went wrong lately.

import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type, type Static } from 'typebox'
import { ONSET_CATEGORIES, STAGE_NAMES, type OnsetFilter } from '../model/index.ts'
import { ERROR_RESPONSES, type ApiOptions } from './api-options.ts'
import {
  LIST_LIMIT_DEFAULT,
  nameParameter,
  NextCursor,
  PAGE_PARAMETERS,
  readTimeRange,
  timeParameter
} from './list-query.ts'
import { OnsetRecordJson, toOnsetRecordJson } from './onset-json.ts'
import { optional } from './values-json.ts'

const OnsetsQuery = Type.Object(
  {
    since: timeParameter('Onsets detected at this time or later.'),
    until: timeParameter('Onsets detected before this time.'),
    category: Type.Optional(Type.Enum(ONSET_CATEGORIES, { type: 'string' })),
    stage: Type.Optional(Type.Enum(STAGE_NAMES, { type: 'string' })),
    service: nameParameter('`service.name` of the resource.'),
    minConfidence: Type.Optional(
      Type.Number({ minimum: 0, maximum: 1, description: 'Confidence of at least this.' })
    ),
    ...PAGE_PARAMETERS
  },
  { additionalProperties: false }
)

const OnsetsPage = Type.Object(
  { items: Type.Array(OnsetRecordJson), nextCursor: optional(NextCursor) },
  { description: 'The best suspect of each run, newest detection first.' }
)

export const onsetRoutes: FastifyPluginAsyncTypebox<ApiOptions> = async (app, { store }) => {
  app.route({
    method: 'GET',
    url: '/onsets',
    schema: {
      summary: 'Best suspects of all runs, newest first',
      operationId: 'listOnsets',
      tags: ['onsets'],
      querystring: OnsetsQuery,
      response: { 200: OnsetsPage, ...ERROR_RESPONSES }
    },
    handler: async (request) => {
      const page = await store.listOnsets(toOnsetFilter(request.query))
      return { items: page.items.map(toOnsetRecordJson), nextCursor: page.nextCursor }
    }
  })
}

function toOnsetFilter(query: Static<typeof OnsetsQuery>): OnsetFilter {
  return {
    ...readTimeRange(query),
    ...(query.category === undefined ? {} : { category: query.category }),
    ...(query.stage === undefined ? {} : { stage: query.stage }),
    ...(query.service === undefined ? {} : { service: query.service }),
    ...(query.minConfidence === undefined ? {} : { minConfidence: query.minConfidence }),
    ...(query.cursor === undefined ? {} : { cursor: query.cursor }),
    limit: query.limit ?? LIST_LIMIT_DEFAULT
  }
}

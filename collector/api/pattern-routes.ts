// Failure patterns: how agents fail again and again.

import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type, type Static } from 'typebox'
import {
  ONSET_CATEGORIES,
  STAGE_NAMES,
  type PatternFilter,
  type PatternRecord
} from '../model/index.ts'
import { ERROR_RESPONSES, type ApiOptions } from './api-options.ts'
import {
  LIST_LIMIT_DEFAULT,
  nameParameter,
  PAGE_PARAMETERS,
  readTimeRange,
  timeParameter
} from './list-query.ts'
import { optional, timeSchema, toTimeJson } from './values-json.ts'

const PatternsQuery = Type.Object(
  {
    since: timeParameter('Hits of runs that ended at this time or later.'),
    service: nameParameter('`service.name` of the resource.'),
    agent: nameParameter('Name of the agent, of the service where it has none.'),
    model: nameParameter('Model of the step.'),
    tool: nameParameter('Tool of the step.'),
    category: Type.Optional(Type.Enum(ONSET_CATEGORIES, { type: 'string' })),
    limit: PAGE_PARAMETERS.limit
  },
  { additionalProperties: false }
)

const Count = Type.Integer({ minimum: 0 })

const PatternJson = Type.Object({
  id: Type.String({ description: '32 hex digits.' }),
  agent: Type.String(),
  model: optional(Type.String()),
  tool: optional(Type.String()),
  category: Type.Enum(ONSET_CATEGORIES, { type: 'string' }),
  stage: Type.Enum(STAGE_NAMES, { type: 'string' }),
  family: optional(Type.String({ description: 'Program of a command, or kind of a file.' })),
  sign: Type.String({
    description: 'Error line without what differs from run to run, or a detector.'
  }),
  hits: Type.Integer({ minimum: 0, description: 'Runs whose best suspect it is.' }),
  weight: Type.Number({ description: 'Hits, halved for every half-life since.' }),
  confirmed: Count,
  refuted: Count,
  helpfulness: Type.Number({
    minimum: 0,
    maximum: 1,
    description: '(confirmed + 1) / (confirmed + refuted + 2), from feedback.'
  }),
  firstSeenAt: timeSchema('End of the first run.'),
  lastSeenAt: timeSchema('End of the latest run.'),
  lastRunId: Type.String({ description: 'The latest example.' })
})

const Patterns = Type.Object(
  { items: Type.Array(PatternJson) },
  { description: 'Weight times helpfulness first.' }
)

export const patternRoutes: FastifyPluginAsyncTypebox<ApiOptions> = async (app, { store }) => {
  app.route({
    method: 'GET',
    url: '/patterns',
    schema: {
      summary: 'Failure patterns by agent, model and tool',
      operationId: 'listPatterns',
      tags: ['onsets'],
      querystring: PatternsQuery,
      response: { 200: Patterns, ...ERROR_RESPONSES }
    },
    handler: async (request) => {
      const patterns = await store.listPatterns(toPatternFilter(request.query))
      return { items: patterns.map(toPatternJson) }
    }
  })
}

function toPatternFilter(query: Static<typeof PatternsQuery>): PatternFilter {
  const { service, agent, model, tool, category } = query
  return {
    ...readTimeRange(query),
    ...(service === undefined ? {} : { service }),
    ...(agent === undefined ? {} : { agent }),
    ...(model === undefined ? {} : { model }),
    ...(tool === undefined ? {} : { tool }),
    ...(category === undefined ? {} : { category }),
    limit: query.limit ?? LIST_LIMIT_DEFAULT
  }
}

function toPatternJson(record: PatternRecord): Static<typeof PatternJson> {
  const { pattern } = record
  return {
    id: pattern.patternId,
    agent: pattern.agent,
    model: orAbsent(pattern.model),
    tool: orAbsent(pattern.tool),
    category: pattern.category,
    stage: pattern.stage,
    family: orAbsent(pattern.family),
    sign: pattern.sign,
    hits: record.hits,
    weight: record.weight,
    confirmed: record.confirmed,
    refuted: record.refuted,
    helpfulness: record.helpfulness,
    firstSeenAt: toTimeJson(record.firstSeenAt),
    lastSeenAt: toTimeJson(record.lastSeenAt),
    lastRunId: record.lastRunId
  }
}

function orAbsent(text: string): string | undefined {
  return text === '' ? undefined : text
}

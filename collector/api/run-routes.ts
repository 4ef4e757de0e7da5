// Reading runs: the list with its filters, and one run with its stages, steps and onsets.

import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type, type Static } from 'typebox'
import { ONSET_CATEGORIES, OUTCOMES, STEPS_PAGE_LIMIT_MAX, type RunFilter } from '../model/index.ts'
import { ERROR_RESPONSES, readRunId, RunParams, type ApiOptions } from './api-options.ts'
import { expandRunId } from './find-run.ts'
import {
  LIST_LIMIT_DEFAULT,
  nameParameter,
  NextCursor,
  PAGE_PARAMETERS,
  readTimeRange,
  timeParameter,
  unknownRun
} from './list-query.ts'
import { maskReport } from './mask-report.ts'
import { OnsetJson, toOnsetJson, withDivergence } from './onset-json.ts'
import { readRunDetail } from './run-detail.ts'
import { RunJson, RunListItemJson, toRunJson, toRunListItemJson } from './run-json.ts'
import { StageJson, toStageJson } from './stage-json.ts'
import { StepJson, toStepJson } from './step-json.ts'
import { optional } from './values-json.ts'

/** A whole run for all but the longest, and a response of a few megabytes. */
const STEPS_LIMIT_DEFAULT = 2_000

const RunsQuery = Type.Object(
  {
    since: timeParameter('Runs that started at this time or later.'),
    until: timeParameter('Runs that started before this time.'),
    service: nameParameter('`service.name` of the resource.'),
    agent: nameParameter('Name of the agent.'),
    model: nameParameter('A model that the run used.'),
    outcome: Type.Optional(Type.Enum(OUTCOMES, { type: 'string' })),
    category: Type.Optional(
      Type.Enum(ONSET_CATEGORIES, { type: 'string', description: 'Category of the best suspect.' })
    ),
    session: nameParameter('Id of the session or conversation.'),
    launch: nameParameter(
      'Resource attribute `onset.launch.id`, which `onset run` gives what it starts: runs with a span or log record of it, or of a session that has one. Of raw rows since `since`, or of the last day.'
    ),
    ...PAGE_PARAMETERS
  },
  { additionalProperties: false }
)

const RunQuery = Type.Object(
  {
    stepsAfter: Type.Optional(
      Type.Integer({ minimum: 0, default: 0, description: 'Steps with a greater index.' })
    ),
    stepsLimit: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: STEPS_PAGE_LIMIT_MAX,
        default: STEPS_LIMIT_DEFAULT,
        description: 'Steps at most; fewer when their texts are long, none when 0.'
      })
    )
  },
  { additionalProperties: false }
)

export const RunsPage = Type.Object(
  { items: Type.Array(RunListItemJson), nextCursor: optional(NextCursor) },
  { description: 'Newest start first.' }
)

export const RunDetailJson = Type.Object(
  {
    run: RunJson,
    stages: Type.Array(StageJson),
    steps: Type.Array(StepJson, { description: 'In order.' }),
    onsets: Type.Array(OnsetJson, { description: 'Best suspect first.' }),
    nextStepsAfter: optional(
      Type.Integer({ description: '`stepsAfter` of the next page; absent on the last one.' })
    )
  },
  { description: 'All of one revision.' }
)

export const runRoutes: FastifyPluginAsyncTypebox<ApiOptions> = async (
  app,
  { store, maskText }
) => {
  app.route({
    method: 'GET',
    url: '/runs',
    schema: {
      summary: 'Runs, newest first',
      operationId: 'listRuns',
      tags: ['runs'],
      querystring: RunsQuery,
      response: { 200: RunsPage, ...ERROR_RESPONSES }
    },
    handler: async (request) => {
      const page = await store.listRuns(toRunFilter(request.query))
      return { items: page.items.map(toRunListItemJson), nextCursor: page.nextCursor }
    }
  })

  app.route({
    method: 'GET',
    url: '/runs/:runId',
    schema: {
      summary: 'One run with its stages, steps and onsets',
      description:
        'The id may be cut to its first characters, four at least, when no other run begins so; several are refused with some of them.',
      operationId: 'findRun',
      tags: ['runs'],
      params: RunParams,
      querystring: RunQuery,
      response: { 200: RunDetailJson, ...ERROR_RESPONSES }
    },
    handler: async (request) => {
      const given = request.params.runId
      const known = readRunId(given)
      const { stepsAfter = 0, stepsLimit = STEPS_LIMIT_DEFAULT } = request.query
      const page = { after: stepsAfter, limit: stepsLimit }
      let detail = await readRunDetail(store, known, page)
      let runId = known
      if (detail === undefined) {
        runId = await expandRunId(store, given)
        detail = runId === known ? undefined : await readRunDetail(store, runId, page)
      }
      if (detail === undefined) throw unknownRun(known)
      const memory = detail.onsets.length === 0 ? undefined : await store.readRunMemory(runId)
      return {
        run: toRunJson({ ...detail.record, run: maskReport(detail.record.run, maskText) }),
        stages: detail.stages.map(toStageJson),
        steps: detail.steps.map(toStepJson),
        onsets: withDivergence(detail.onsets.map(toOnsetJson), memory),
        nextStepsAfter: detail.nextStepsAfter
      }
    }
  })
}

function toRunFilter(query: Static<typeof RunsQuery>): RunFilter {
  return {
    ...readTimeRange(query),
    ...(query.service === undefined ? {} : { service: query.service }),
    ...(query.agent === undefined ? {} : { agent: query.agent }),
    ...(query.model === undefined ? {} : { model: query.model }),
    ...(query.outcome === undefined ? {} : { outcome: query.outcome }),
    ...(query.category === undefined ? {} : { category: query.category }),
    ...(query.session === undefined ? {} : { sessionId: query.session }),
    ...(query.launch === undefined ? {} : { launch: query.launch }),
    ...(query.cursor === undefined ? {} : { cursor: query.cursor }),
    limit: query.limit ?? LIST_LIMIT_DEFAULT
  }
}

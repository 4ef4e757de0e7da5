// Runs as lines for other programs: one page of runs a request, streamed, a run at a time. The page's end is
// told before its first line, so whoever loses the connection begins that page anew and nothing else.

import { Readable } from 'node:stream'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type, type Static } from 'typebox'
import { OUTCOMES, type RunFilter, type RunId, type RunRecord } from '../model/index.ts'
import { ERROR_RESPONSES, type ApiOptions } from './api-options.ts'
import { encodeLabelledRun, encodeLabelledSteps } from './export-labelled.ts'
import { readExportedRun } from './export-run.ts'
import { findAgreedTruth } from './export-truth.ts'
import { encodeRewards, encodeTraceBench, takeVerdict } from './export-verdicts.ts'
import { nameParameter, PAGE_PARAMETERS, readTimeRange, timeParameter } from './list-query.ts'

const FORMATS = ['jsonl', 'rl', 'tracebench'] as const
type Format = (typeof FORMATS)[number]

/** What is sent again after a lost connection. */
const PAGE_RUNS_DEFAULT = 20
const PAGE_RUNS_MAX = 200

const ExportQuery = Type.Object(
  {
    format: Type.Enum(FORMATS, {
      type: 'string',
      description:
        'jsonl: labelled runs as `onset eval` reads them; rl: verdict and reward of each step; tracebench: stages with their incorrect and unuseful steps.'
    }),
    since: timeParameter('Runs that started at this time or later.'),
    until: timeParameter('Runs that started before this time.'),
    outcome: Type.Optional(Type.Enum(OUTCOMES, { type: 'string' })),
    service: nameParameter('`service.name` of the resource.'),
    labelledOnly: Type.Optional(
      Type.Boolean({ description: 'Only runs on whose onset people agree.' })
    ),
    ...PAGE_PARAMETERS,
    limit: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: PAGE_RUNS_MAX,
        default: PAGE_RUNS_DEFAULT,
        description: 'Runs looked at for a page; open ones and those without a label have no line.'
      })
    )
  },
  { additionalProperties: false }
)

const Lines = {
  description:
    'JSON Lines, newest run first, complete runs only. The header onset-next-cursor continues; it is absent on the last page.',
  content: { 'application/x-ndjson': { schema: Type.Unsafe<Readable>({ type: 'string' }) } }
}

export const exportRoutes: FastifyPluginAsyncTypebox<ApiOptions> = async (app, { store }) => {
  app.route({
    method: 'GET',
    url: '/export',
    schema: {
      summary: 'Runs as lines for training and measuring',
      operationId: 'exportRuns',
      tags: ['runs'],
      querystring: ExportQuery,
      response: { 200: Lines, ...ERROR_RESPONSES }
    },
    handler: async (request, reply) => {
      const { query } = request
      const page = await store.listRuns(toFilter(query))
      if (page.nextCursor !== undefined) reply.header('onset-next-cursor', page.nextCursor)
      reply.type('application/x-ndjson')
      const lines = exportRuns(store, page.items, query)
      return reply.send(Readable.from(lines, { objectMode: false }))
    }
  })
}

function toFilter(query: Static<typeof ExportQuery>): RunFilter {
  return {
    ...readTimeRange(query),
    ...(query.outcome === undefined ? {} : { outcome: query.outcome }),
    ...(query.service === undefined ? {} : { service: query.service }),
    ...(query.cursor === undefined ? {} : { cursor: query.cursor }),
    limit: query.limit ?? PAGE_RUNS_DEFAULT
  }
}

interface Wanted {
  readonly format: Format
  readonly labelledOnly?: boolean
}

async function* exportRuns(
  store: ApiOptions['store'],
  records: readonly RunRecord[],
  { format, labelledOnly = false }: Wanted
): AsyncGenerator<string> {
  for (const { run, state } of records) {
    if (state !== 'complete') continue
    // Before its steps: most runs have no label, and most of a run are its steps.
    if (labelledOnly) {
      const feedback = await store.readFeedback(run.runId)
      if (findAgreedTruth(feedback, run.stepCount) === undefined) continue
    }
    yield* exportRun(store, run.runId, format)
  }
}

async function* exportRun(
  store: ApiOptions['store'],
  runId: RunId,
  format: Format
): AsyncGenerator<string> {
  if (format === 'jsonl') {
    const labelled = await readExportedRun(store, runId, encodeLabelledSteps)
    if (labelled !== undefined) yield encodeLabelledRun(labelled)
    return
  }
  const judged = await readExportedRun(store, runId, () => takeVerdict)
  if (judged === undefined) return
  if (format === 'rl') yield* encodeRewards(judged)
  else yield encodeTraceBench(judged)
}

// Runs as lines for other programs: one page of runs a request, streamed, a run at a time. The page's end is
// told before its first line, so whoever loses the connection begins that page anew and nothing else.

import { Readable } from 'node:stream'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type, type Static } from 'typebox'
import {
  CollectorError,
  LIST_LIMIT_MAX,
  OUTCOMES,
  type RunFilter,
  type RunId,
  type ListedRun
} from '../model/index.ts'
import { ERROR_RESPONSES, type ApiOptions } from './api-options.ts'
import { encodeLabelledRun, encodeLabelledSteps } from './export-labelled.ts'
import { openParquetFile } from './export-parquet.ts'
import { readExportedRun } from './export-run.ts'
import { findAgreedTruth } from './export-truth.ts'
import { encodeRewards, encodeTraceBench, takeVerdict } from './export-verdicts.ts'
import { nameParameter, PAGE_PARAMETERS, readTimeRange, timeParameter } from './list-query.ts'

const LINE_FORMATS = ['jsonl', 'rl', 'tracebench'] as const
type LineFormat = (typeof LINE_FORMATS)[number]
const FORMATS = [...LINE_FORMATS, 'parquet'] as const

/** What is sent again after a lost connection. */
const PAGE_RUNS_DEFAULT = 20
const PAGE_RUNS_MAX = 200

/** Of a Parquet file, which cannot be continued; its name is https://www.iana.org/assignments/media-types/application/vnd.apache.parquet */
const FILE_RUNS_DEFAULT = 1_000
const PARQUET_TYPE = 'application/vnd.apache.parquet'

const ExportQuery = Type.Object(
  {
    format: Type.Enum(FORMATS, {
      type: 'string',
      description:
        'jsonl: labelled runs as `onset eval` reads them; rl: verdict and reward of each step; tracebench: stages with their incorrect and unuseful steps; parquet: the steps of jsonl as one file.'
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
        maximum: LIST_LIMIT_MAX,
        description: `Runs looked at for a page; open ones and those without a label have no line. ${PAGE_RUNS_DEFAULT} and at most ${PAGE_RUNS_MAX} for lines, ${FILE_RUNS_DEFAULT} for parquet.`
      })
    )
  },
  { additionalProperties: false }
)

const Bytes = { schema: Type.Unsafe<Readable>({ type: 'string' }) }
const Page = {
  description:
    'JSON Lines, newest run first, or one Parquet file, in order of run id and step. Complete runs only. The header onset-next-cursor continues; it is absent on the last page. onset-export-runs tells of a file how many runs it has.',
  content: { 'application/x-ndjson': Bytes, [PARQUET_TYPE]: Bytes }
}

export const exportRoutes: FastifyPluginAsyncTypebox<ApiOptions> = async (
  app,
  { store, maskText }
) => {
  app.route({
    method: 'GET',
    url: '/export',
    schema: {
      summary: 'Runs as lines or as a file, for training and measuring',
      operationId: 'exportRuns',
      tags: ['runs'],
      querystring: ExportQuery,
      response: { 200: Page, ...ERROR_RESPONSES }
    },
    handler: async (request, reply) => {
      const { query } = request
      const { format, labelledOnly = false } = query
      if (format !== 'parquet') {
        const page = await store.listRuns(toFilter(query))
        if (page.nextCursor !== undefined) reply.header('onset-next-cursor', page.nextCursor)
        reply.type('application/x-ndjson')
        const lines = exportRuns(store, page.items, { format, labelledOnly, maskText })
        return reply.send(Readable.from(lines, { objectMode: false }))
      }
      const gone = new AbortController()
      reply.raw.once('close', () => gone.abort())
      const { signal } = gone
      const page = await store.listWholeRuns(toFilter(query))
      if (page.nextCursor !== undefined) reply.header('onset-next-cursor', page.nextCursor)
      const file = await openParquetFile(store, page.items, { labelledOnly, maskText, signal })
      reply.type(PARQUET_TYPE).header('onset-export-runs', String(file.runs))
      return reply.send(Readable.from(file.pieces, { objectMode: false }))
    }
  })
}

function toFilter(query: Static<typeof ExportQuery>): RunFilter {
  return {
    ...readTimeRange(query),
    ...(query.outcome === undefined ? {} : { outcome: query.outcome }),
    ...(query.service === undefined ? {} : { service: query.service }),
    ...(query.cursor === undefined ? {} : { cursor: query.cursor }),
    limit: readLimit(query)
  }
}

function readLimit({ format, limit }: Static<typeof ExportQuery>): number {
  if (format === 'parquet') return limit ?? FILE_RUNS_DEFAULT
  if (limit === undefined || limit <= PAGE_RUNS_MAX) return limit ?? PAGE_RUNS_DEFAULT
  const message = `limit is ${limit}; for ${format} at most ${PAGE_RUNS_MAX} is right`
  throw new CollectorError('INVALID_ARGUMENT', message, { retryable: false })
}

interface Wanted {
  readonly format: LineFormat
  readonly labelledOnly: boolean
  readonly maskText: ApiOptions['maskText']
}

async function* exportRuns(
  store: ApiOptions['store'],
  records: readonly ListedRun[],
  wanted: Wanted
): AsyncGenerator<string> {
  const { labelledOnly } = wanted
  for (const { run, state } of records) {
    if (state !== 'complete') continue
    // Before its steps: most runs have no label, and most of a run are its steps.
    if (labelledOnly) {
      const feedback = await store.readFeedback(run.runId)
      if (findAgreedTruth(feedback, run.stepCount) === undefined) continue
    }
    yield* exportRun(store, run.runId, wanted)
  }
}

async function* exportRun(
  store: ApiOptions['store'],
  runId: RunId,
  { format, maskText }: Wanted
): AsyncGenerator<string> {
  if (format === 'jsonl') {
    const labelled = await readExportedRun(store, runId, encodeLabelledSteps)
    if (labelled !== undefined) yield encodeLabelledRun(labelled, maskText)
    return
  }
  const judged = await readExportedRun(store, runId, () => takeVerdict)
  if (judged === undefined) return
  if (format === 'rl') yield* encodeRewards(judged)
  else yield encodeTraceBench(judged)
}

// The stream of a run's revisions over HTTP: how many there may be, and how they end.

import { Readable } from 'node:stream'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { CollectorError, type RunRecord } from '../model/index.ts'
import { ERROR_RESPONSES, readRunId, RunParams, type ApiOptions } from './api-options.ts'
import { unknownRun } from './list-query.ts'
import { streamRunEvents, type RunEventsOptions } from './run-events.ts'
import { maskReport } from './mask-report.ts'
import { toRunJson } from './run-json.ts'

/** Each stream is a socket and one read a second. */
const EVENT_STREAMS_MAX = 64

const STREAM_RETRY_SECONDS = 10

const EventStream = {
  description: 'Events.',
  content: {
    'text/event-stream': { schema: Type.Unsafe<Readable>({ type: 'string' }) }
  }
}

export const eventRoutes: FastifyPluginAsyncTypebox<ApiOptions> = async (app, options) => {
  const { store, meter } = options
  const open = new Set<AbortController>()
  meter
    .createObservableGauge('onset_api_event_streams', {
      description: 'Open streams of run events.'
    })
    .addCallback((result) => result.observe(open.size))

  app.addHook('preClose', async () => {
    for (const stream of open) stream.abort()
  })

  app.route({
    method: 'GET',
    url: '/runs/:runId/events',
    exposeHeadRoute: false,
    schema: {
      summary: 'Revisions of a run while it is open, as server-sent events',
      description:
        'Event `run` carries the run as in `GET /api/runs/{runId}` after each analysis, its id is the revision; event `end` follows when the run is complete. A client that comes back with that revision is answered 204.',
      operationId: 'watchRun',
      tags: ['runs'],
      params: RunParams,
      response: {
        200: EventStream,
        204: Type.Null({ description: 'Complete, and the client has seen it.' }),
        ...ERROR_RESPONSES
      }
    },
    handler: async (request, reply) => {
      const runId = readRunId(request.params.runId)
      const first = await store.findRun(runId)
      if (first === undefined) throw unknownRun(runId)
      const seenRevision = readRevision(request.headers['last-event-id'])
      if (first.state === 'complete' && first.revision === seenRevision) {
        return reply.code(204).send(null)
      }
      if (open.size >= EVENT_STREAMS_MAX) throw tooManyStreams()
      const events = openStream(open, { ...options, runId, first, seenRevision })
      reply.raw.once('close', () => events.destroy())
      return reply
        .header('content-type', 'text/event-stream; charset=utf-8')
        .header('x-accel-buffering', 'no')
        .send(events)
    }
  })
}

type StreamOptions = Pick<RunEventsOptions, 'store' | 'runId' | 'first' | 'seenRevision' | 'now'> &
  Pick<ApiOptions, 'maskText'>

/** In `open` until it ends, is destroyed, or its controller there aborts it. */
function openStream(open: Set<AbortController>, options: StreamOptions): Readable {
  const stream = new AbortController()
  const { store, runId, first, seenRevision, now, maskText } = options
  const { signal } = stream
  const toData = (record: RunRecord) =>
    toRunJson({ ...record, run: maskReport(record.run, maskText) })
  const events = Readable.from(
    streamRunEvents({ store, runId, first, seenRevision, now, signal, toData }),
    { objectMode: false }
  )
  open.add(stream)
  events.once('close', () => {
    open.delete(stream)
    stream.abort()
  })
  return events
}

function readRevision(header: string | string[] | undefined): number | undefined {
  return typeof header === 'string' && /^\d{1,9}$/.test(header) ? Number(header) : undefined
}

function tooManyStreams(): CollectorError {
  return new CollectorError(
    'OVERLOADED',
    `${EVENT_STREAMS_MAX} streams of run events are open already; read the run at an interval instead`,
    { retryable: true, retryAfterSeconds: STREAM_RETRY_SECONDS }
  )
}

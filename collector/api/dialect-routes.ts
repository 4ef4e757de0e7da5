// What is understood of what producers send: of one trace span by span, and of all of them over a time.
// Names of attributes only, never what they hold.

import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import {
  CollectorError,
  fromUnixMillis,
  type DecodedSpan,
  type RawSpanStore
} from '../model/index.ts'
import { ERROR_RESPONSES, type ApiOptions } from './api-options.ts'

/** Of one answer; a longer trace has shown by then what its producer sends. */
const EXPLAINED_SPANS_MAX = 500

const SAMPLED_SPANS_MAX = 2_000
const PRODUCERS_MAX = 100
const LEFT_KEYS_MAX = 20

const COVERAGE_SINCE_MS = 86_400_000

const Coverage = Type.Number({
  minimum: 0,
  maximum: 1,
  description: 'Share of the attributes that are read, or are known and spared for a preferred one.'
})

const SpanDialectJson = Type.Object({
  spanId: Type.String(),
  name: Type.String(),
  dialect: Type.String({ description: 'As on its step, gen_ai@1.' }),
  used: Type.Array(Type.String(), { description: 'Attributes read; * for numbers in a name.' }),
  fallbacks: Type.Array(Type.String(), {
    description: 'Attributes known, and not read because a preferred one says the same.'
  }),
  left: Type.Array(Type.String(), { description: 'Attributes that nothing reads.' }),
  coverage: Coverage
})

const ProducerJson = Type.Object({
  service: Type.String(),
  scope: Type.String(),
  dialect: Type.String(),
  spans: Type.Integer({ minimum: 1, description: 'Sampled.' }),
  coverage: Coverage,
  left: Type.Array(Type.Object({ key: Type.String(), spans: Type.Integer({ minimum: 1 }) }), {
    description: 'Attributes that nothing reads, those of most spans first.'
  })
})

export const dialectRoutes: FastifyPluginAsyncTypebox<ApiOptions> = async (app, options) => {
  await app.register(traceDialects, options)
  await app.register(producerCoverage, options)
}

const traceDialects: FastifyPluginAsyncTypebox<ApiOptions> = async (app, options) => {
  const { store, explainSpans } = options
  app.route({
    method: 'GET',
    url: '/traces/:traceId/dialects',
    schema: {
      summary: 'Which dialect took each span of a trace, and which attributes it read',
      operationId: 'explainTrace',
      tags: ['runs'],
      params: Type.Object({ traceId: Type.String({ pattern: '^[0-9a-fA-F]{32}$' }) }),
      response: {
        200: Type.Object({ spans: Type.Array(SpanDialectJson), coverage: Coverage }),
        ...ERROR_RESPONSES
      }
    },
    handler: async (request) => {
      const traceId = request.params.traceId.toLowerCase()
      const spans = await requireRaw(store.raw).readSpans(traceId, { limit: EXPLAINED_SPANS_MAX })
      if (spans.length === 0) throw notFound(`there are no spans of trace ${traceId}`)
      const explained = explainSpans(spans).map(({ used, fallbacks, left, ...span }) => ({
        ...span,
        used: [...used],
        fallbacks: [...fallbacks],
        left: [...left]
      }))
      return { spans: explained, coverage: meanOf(explained) }
    }
  })
}

const producerCoverage: FastifyPluginAsyncTypebox<ApiOptions> = async (app, options) => {
  const { store, explainSpans, now } = options
  app.route({
    method: 'GET',
    url: '/coverage',
    schema: {
      summary: 'What is understood of each producer, over a sample of its spans',
      operationId: 'readCoverage',
      tags: ['runs'],
      querystring: Type.Object(
        { since: Type.Optional(Type.String({ format: 'date-time', maxLength: 64 })) },
        { additionalProperties: false }
      ),
      response: {
        200: Type.Object({
          unknownShare: Type.Number({
            minimum: 0,
            maximum: 1,
            description: 'Of all steps since, those that no dialect but the generic one made.'
          }),
          producers: Type.Array(ProducerJson)
        }),
        ...ERROR_RESPONSES
      }
    },
    handler: async (request) => {
      const { since } = request.query
      const from = fromUnixMillis(
        since === undefined ? now() - COVERAGE_SINCE_MS : Date.parse(since)
      )
      const raw = requireRaw(store.raw)
      const [spans, shares] = await Promise.all([
        raw.sampleSpans(from, SAMPLED_SPANS_MAX),
        raw.countDialects(from, PRODUCERS_MAX)
      ])
      const all = shares.reduce((sum, { steps }) => sum + steps, 0)
      const unknown = shares
        .filter(({ dialect }) => dialect.startsWith('generic@'))
        .reduce((sum, { steps }) => sum + steps, 0)
      const explained = explainSpans(spans)
      const sampled = spans.flatMap((span, at) => {
        const { [at]: own } = explained
        if (own === undefined) return []
        return { service: serviceOf(span), scope: span.scope.name, explained: own }
      })
      return { unknownShare: all === 0 ? 0 : unknown / all, producers: toProducers(sampled) }
    }
  })
}

function serviceOf({ resource }: DecodedSpan): string {
  const name = resource.attributes['service.name']
  return typeof name === 'string' ? name : ''
}

interface Sampled {
  readonly service: string
  readonly scope: string
  readonly explained: ReturnType<ApiOptions['explainSpans']>[number]
}

function toProducers(sampled: readonly Sampled[]) {
  const byProducer = Map.groupBy(sampled, ({ service, scope, explained }) =>
    JSON.stringify([service, scope, explained.dialect])
  )
  return [...byProducer.values()]
    .toSorted((a, b) => b.length - a.length)
    .slice(0, PRODUCERS_MAX)
    .flatMap((spans) => {
      const [first] = spans
      if (first === undefined) return []
      return {
        service: first.service,
        scope: first.scope,
        dialect: first.explained.dialect,
        spans: spans.length,
        coverage: meanOf(spans.map(({ explained }) => explained)),
        left: countLeft(spans)
      }
    })
}

function countLeft(spans: readonly Sampled[]) {
  const counts = new Map<string, number>()
  for (const { explained } of spans) {
    for (const key of explained.left) counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, LEFT_KEYS_MAX)
    .map(([key, count]) => ({ key, spans: count }))
}

function meanOf(all: readonly { readonly coverage: number }[]): number {
  return all.reduce((sum, { coverage }) => sum + coverage, 0) / Math.max(all.length, 1)
}

function requireRaw(raw: RawSpanStore | undefined): RawSpanStore {
  if (raw !== undefined) return raw
  throw notFound('this store keeps no raw spans')
}

function notFound(message: string): CollectorError {
  return new CollectorError('NOT_FOUND', message, { retryable: false })
}

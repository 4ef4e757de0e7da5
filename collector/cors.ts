// Lets pages of listed sites send telemetry from a browser: answers their preflights and names them in the
// answers of the OTLP paths, and of no other path. https://fetch.spec.whatwg.org/#http-cors-protocol

import cors, { type FastifyCorsOptions } from '@fastify/cors'
import type { FastifyInstance, FastifyRequest } from 'fastify'

/** Seconds for which a browser does not ask again: the most that Chromium keeps is two hours. */
const PREFLIGHT_SECONDS_MAX = 7_200

const NOBODY: FastifyCorsOptions = { origin: false }

/** To be called before the guards: a preflight has no key, and a refusal must be readable by its page. */
export async function allowOrigins(
  app: FastifyInstance,
  origins: readonly string[]
): Promise<void> {
  if (origins.length === 0) return
  const listed: FastifyCorsOptions = {
    origin: [...origins],
    methods: ['POST'],
    exposedHeaders: ['retry-after'],
    maxAge: PREFLIGHT_SECONDS_MAX
  }
  await app.register(cors, {
    hideOptionsRoute: true,
    delegator: (request: FastifyRequest, callback) => {
      callback(null, isOtlpPath(request.url) ? listed : NOBODY)
    }
  })
}

export function isOtlpPath(url: string): boolean {
  return url.startsWith('/v1/')
}

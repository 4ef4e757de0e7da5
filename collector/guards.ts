// Who is answered at all. With keys: whoever presents one with the scope that the route needs. Without
// keys: this machine, called by a name of this machine, and no page of a foreign site (a browser can send
// a form to 127.0.0.1 without asking, https://developer.mozilla.org/docs/Web/HTTP/CORS#simple_requests).

import type { Socket } from 'node:net'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { LOCAL_ACTOR, type Access } from './access/index.ts'
import { isOtlpPath } from './cors.ts'
import { isLoopbackHost, isLoopbackOrigin } from './loopback.ts'
import { CollectorError, type Actor } from './model/index.ts'
import { requiredScope } from './route-scopes.ts'

/** A stream of events may stay open for hours; this long after its key was revoked it ends. */
const OPEN_ANSWERS_CHECK_MS = 5_000

export interface Guards {
  /** The key that a request came with. */
  readonly actorOf: (request: FastifyRequest) => Actor
}

export function addGuards(
  app: FastifyInstance,
  access: Access,
  corsOrigins: readonly string[] = []
): Guards {
  const actors = new WeakMap<FastifyRequest, Actor>()
  app.addHook('onRequest', async (request, reply) => {
    if (!access.isRequired) {
      requireThisMachine(request, corsOrigins)
      return
    }
    const needed = requiredScope(request.method, request.routeOptions.url)
    if (needed === undefined) return
    const actor = admit(access, request, reply, needed)
    if (needed === 'ingest') access.rates.admit(actor.id)
    actors.set(request, actor)
  })
  countBytes(app, access, actors)
  endAnswersOfRevoked(app, access, actors)
  return { actorOf: (request) => actors.get(request) ?? LOCAL_ACTOR }
}

function admit(
  access: Access,
  request: FastifyRequest,
  reply: FastifyReply,
  needed: Parameters<Access['admit']>[1]
): Actor {
  const presented = readBearer(request)
  try {
    return access.admit(presented, needed, request.ip)
  } catch (error) {
    if (error instanceof CollectorError && error.code === 'UNAUTHENTICATED') {
      reply.header('www-authenticate', 'Bearer realm="onset"')
    }
    throw error
  }
}

/**
 * Of two headers none is taken: a proxy in front may have checked the other one. Node.js itself would keep the
 * first (https://nodejs.org/api/http.html#messageheaders).
 */
function readBearer({ raw }: FastifyRequest): string | undefined {
  const given = raw.headersDistinct['authorization'] ?? []
  return given.length === 1 ? /^Bearer +(\S+)$/i.exec(given[0] ?? '')?.[1] : undefined
}

/**
 * What a request to ingest took, by what came over its connection meanwhile: the same for a body with a
 * length and one in chunks, and nothing stands between the receiver and its body.
 */
function countBytes(
  app: FastifyInstance,
  access: Access,
  actors: WeakMap<FastifyRequest, Actor>
): void {
  const counted = new WeakMap<Socket, number>()
  app.addHook('onResponse', async (request) => {
    const { socket } = request
    const bytes = socket.bytesRead - (counted.get(socket) ?? 0)
    counted.set(socket, socket.bytesRead)
    const actor = actors.get(request)
    if (actor === undefined) return
    if (requiredScope(request.method, request.routeOptions.url) !== 'ingest') return
    access.rates.countBytes(actor.id, bytes)
  })
}

function endAnswersOfRevoked(
  app: FastifyInstance,
  access: Access,
  actors: WeakMap<FastifyRequest, Actor>
): void {
  const open = new Map<FastifyRequest, FastifyReply>()
  app.addHook('onRequest', async (request, reply) => {
    if (!actors.has(request)) return
    open.set(request, reply)
    reply.raw.once('close', () => open.delete(request))
  })
  const timer = setInterval(() => {
    for (const [request, reply] of open) {
      const actor = actors.get(request)
      if (actor !== undefined && !access.isStillKnown(actor)) reply.raw.destroy()
    }
  }, OPEN_ANSWERS_CHECK_MS)
  timer.unref()
  app.addHook('onClose', async () => clearInterval(timer))
}

function requireThisMachine(request: FastifyRequest, corsOrigins: readonly string[]): void {
  const { host = '', origin } = request.headers
  if ((request.raw.headersDistinct['host'] ?? []).length > 1) {
    throw refusal('the request names two hosts')
  }
  if (!isLoopbackHost(host)) {
    throw refusal(
      'the Host header does not name this machine; call 127.0.0.1 or localhost, or make keys to be called by other names (docs/authentication.md)'
    )
  }
  if (origin !== undefined && isOtlpPath(request.url) && corsOrigins.includes(origin)) return
  if (origin === undefined ? isFetchedByAnotherSite(request) : !isLoopbackOrigin(origin)) {
    throw refusal(
      'the request comes from a page of another site; make keys if it is yours (docs/authentication.md)'
    )
  }
}

/**
 * An image, a script, a fetch without CORS: a browser sends no Origin with them. Following a link is no reading:
 * the page it was on learns nothing. https://www.w3.org/TR/fetch-metadata/
 */
function isFetchedByAnotherSite({ headers }: FastifyRequest): boolean {
  const isFollowed =
    headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document'
  return headers['sec-fetch-site'] === 'cross-site' && !isFollowed
}

function refusal(message: string): CollectorError {
  return new CollectorError('PERMISSION_DENIED', message, { retryable: false })
}

// Who is answered at all. With keys: whoever presents one with the scope that the path needs. Without
// keys: this machine, called by a name of this machine, and no page of a foreign site (a browser can send
// a form to 127.0.0.1 without asking, https://developer.mozilla.org/docs/Web/HTTP/CORS#simple_requests).

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { findScopes, type AccessKey, type Scope } from './access-keys.ts'
import { isLoopbackHost, isLoopbackOrigin } from './loopback.ts'
import { CollectorError } from './model/index.ts'

export function addGuards(app: FastifyInstance, accessKeys: readonly AccessKey[]): void {
  app.addHook('onRequest', async (request, reply) => {
    if (accessKeys.length === 0) requireThisMachine(request)
    else requireKey(accessKeys, request, reply)
  })
}

/** The scope that a route needs; undefined when it is for everybody. */
export function requiredScope(method: string, route: string | undefined): Scope | undefined {
  const reads = method === 'GET' || method === 'HEAD'
  if (route === undefined) return undefined
  if (route.startsWith('/v1/')) return 'ingest'
  if (route === '/metrics') return 'read'
  if (route === '/api/openapi.json' || route.startsWith('/api/docs')) return undefined
  if (route.startsWith('/api/admin/')) return 'admin'
  if (route.startsWith('/api/')) return reads ? 'read' : scopeOfWrite(route)
  // The page and the probes hold no data of runs. Whatever else may come is closed until it is named here.
  return reads ? undefined : 'admin'
}

function scopeOfWrite(route: string): Scope {
  return route.endsWith('/outcome') || route.endsWith('/feedback') ? 'ingest' : 'admin'
}

function requireKey(
  accessKeys: readonly AccessKey[],
  request: FastifyRequest,
  reply: FastifyReply
): void {
  const needed = requiredScope(request.method, request.routeOptions.url)
  if (needed === undefined) return
  const presented = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
  const scopes = presented === undefined ? undefined : findScopes(accessKeys, presented)
  if (scopes === undefined) {
    reply.header('www-authenticate', 'Bearer realm="onset"')
    const problem =
      presented === undefined ? 'a bearer key is required' : 'the bearer key is not known'
    throw refusal('UNAUTHENTICATED', `${problem}; send one with the scope ${needed}`)
  }
  if (!scopes.has(needed)) {
    const held = [...scopes].join(', ')
    throw refusal('PERMISSION_DENIED', `this needs the scope ${needed}; the key has ${held}`)
  }
}

function requireThisMachine(request: FastifyRequest): void {
  const { host = '', origin } = request.headers
  if (!isLoopbackHost(host)) {
    throw refusal(
      'PERMISSION_DENIED',
      'the Host header does not name this machine; call 127.0.0.1 or localhost, or set ONSET_API_KEYS to be called by other names'
    )
  }
  if (origin !== undefined && !isLoopbackOrigin(origin)) {
    throw refusal(
      'PERMISSION_DENIED',
      'the request comes from a page of another site; set ONSET_API_KEYS if it is yours'
    )
  }
}

function refusal(code: 'UNAUTHENTICATED' | 'PERMISSION_DENIED', message: string): CollectorError {
  return new CollectorError(code, message, { retryable: false })
}

// Which scope each route needs, all in one place. Checks requests, and is what the OpenAPI document and
// docs/authentication.md say; a test walks the routes of the server and holds them against it.

import type { KeyScope } from './model/index.ts'

export type RouteScope = KeyScope | 'public'

/** `METHOD route` as it is registered. HEAD is as GET. */
export const ROUTE_SCOPES: ReadonlyMap<string, RouteScope> = new Map<string, RouteScope>([
  ['POST /v1/traces', 'ingest'],
  ['POST /v1/logs', 'ingest'],
  ['POST /v1/metrics', 'ingest'],
  ['GET /api/runs', 'read'],
  ['GET /api/runs/:runId', 'read'],
  ['GET /api/runs/:runId/events', 'read'],
  ['GET /api/runs/:runId/feedback', 'read'],
  ['POST /api/runs/:runId/feedback', 'ingest'],
  ['POST /api/runs/:runId/outcome', 'ingest'],
  ['POST /api/runs/:runId/localize', 'admin'],
  ['GET /api/onsets', 'read'],
  ['GET /api/precision', 'read'],
  ['GET /api/export', 'read'],
  ['GET /api/patterns', 'read'],
  ['GET /api/alerts', 'read'],
  ['POST /api/alerts/:alertId/resend', 'admin'],
  ['GET /api/keys', 'admin'],
  ['POST /api/keys', 'admin'],
  ['DELETE /api/keys/:keyId', 'admin'],
  ['GET /api/audit', 'admin'],
  ['GET /api/admin/backup', 'admin'],
  ['POST /api/admin/backup', 'admin'],
  ['POST /api/renormalizations', 'admin'],
  ['GET /api/renormalizations/:id', 'admin'],
  ['GET /api/traces/:traceId/dialects', 'read'],
  ['GET /api/coverage', 'read'],
  ['GET /metrics', 'read'],
  ['GET /', 'public'],
  ['GET /runs/:runId', 'public'],
  ['GET /session', 'public'],
  ['GET /page/:file', 'public'],
  ['GET /livez', 'public'],
  ['GET /readyz', 'public'],
  ['GET /api/openapi.json', 'public'],
  ['GET /api/docs', 'public'],
  ['GET /api/docs/*', 'public']
])

/**
 * The scope that a request needs; undefined when it is for everybody. What is not in the table answers
 * nothing but that the method is wrong, and is for admins: whatever comes next is closed until it is named.
 */
export function requiredScope(method: string, route: string | undefined): KeyScope | undefined {
  // No route: 404 for everybody.
  if (route === undefined) return undefined
  if (route.startsWith('/v1/')) return 'ingest'
  const scope = ROUTE_SCOPES.get(keyOf(method, route)) ?? 'admin'
  return scope === 'public' ? undefined : scope
}

/** Under which a route stands in the table. */
export function keyOf(method: string, route: string): string {
  const verb = method === 'HEAD' ? 'GET' : method
  const isDocs = route.startsWith('/api/docs/')
  const path = route.length > 1 && route.endsWith('/') ? route.slice(0, -1) : route
  return `${verb} ${isDocs && path !== '/api/docs' ? '/api/docs/*' : path}`
}

import t from 'tap'
import { requiredScope } from '../../collector/route-scopes.ts'

const ROUTES: readonly [method: string, route: string | undefined, scope: string | undefined][] = [
  ['POST', '/v1/traces', 'ingest'],
  ['GET', '/v1/traces', 'ingest'],
  ['GET', '/api/runs', 'read'],
  ['HEAD', '/api/runs', 'read'],
  ['GET', '/api/runs/:runId/events', 'read'],
  ['POST', '/api/runs/:runId/outcome', 'ingest'],
  ['POST', '/api/runs/:runId/feedback', 'ingest'],
  ['POST', '/api/runs/:runId/localize', 'admin'],
  ['POST', '/api/admin/backup', 'admin'],
  ['GET', '/api/admin/backup', 'admin'],
  ['GET', '/metrics', 'read'],
  ['GET', '/api/openapi.json', undefined],
  ['GET', '/api/docs/static/*', undefined],
  ['GET', '/livez', undefined],
  ['GET', '/readyz', undefined],
  ['GET', '/', 'admin'],
  ['GET', '/api/docs/', undefined],
  ['GET', '/api/runs/', 'read'],
  ['GET', '/api/docsx', 'admin'],
  ['GET', '/api/keys', 'admin'],
  ['DELETE', '/api/keys/:keyId', 'admin'],
  ['GET', '/api/audit', 'admin'],
  ['GET', undefined, undefined],
  ['POST', '/whatever-comes-next', 'admin'],
  ['DELETE', '/api/runs/:runId', 'admin']
]

for (const [method, route, scope] of ROUTES) {
  t.test(`${method} ${route ?? 'no route'} needs ${scope ?? 'no key'}`, async (t) => {
    t.equal(requiredScope(method, route), scope)
  })
}

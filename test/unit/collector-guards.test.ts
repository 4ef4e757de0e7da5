import { readFile } from 'node:fs/promises'
import t from 'tap'
import { requiredScope, ROUTE_SCOPES } from '../../collector/route-scopes.ts'

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
  ['GET', '/', undefined],
  ['GET', '/runs/:runId', undefined],
  ['GET', '/page/:file', undefined],
  ['POST', '/', 'admin'],
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

t.test('docs/authentication.md says of each route what the table says', async (t) => {
  const page = new URL('../../docs/authentication.md', import.meta.url)
  const rows = [...(await readFile(page, 'utf8')).matchAll(/^\| `(\w+)` \| `([A-Z]+ \/\S*)` \|$/gm)]
  const said = rows.map(([, scope, route]) => `${route} ${scope}`).toSorted(byText)
  const held = [...ROUTE_SCOPES].map(([route, scope]) => `${route} ${scope}`).toSorted(byText)
  t.strictSame(said, held)
})

function byText(a: string, b: string): number {
  return a < b ? -1 : 1
}

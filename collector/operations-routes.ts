// Routes for orchestrators and monitoring: liveness, readiness, metrics.

import type { FastifyInstance } from 'fastify'
import { EXPOSITION_CONTENT_TYPE, type Metrics } from './metrics.ts'
import { CollectorError, type Store } from './model/index.ts'

export interface OperationsOptions {
  readonly store: Pick<Store, 'checkHealth'>
  readonly metrics: Metrics
}

export function addOperationsRoutes(app: FastifyInstance, options: OperationsOptions): void {
  const { store, metrics } = options

  app.get('/livez', async () => ({ alive: true }))

  app.get('/readyz', async () => {
    const health = await store.checkHealth()
    if (health.ready) return { ready: true }
    throw new CollectorError('STORE_UNAVAILABLE', health.reason ?? 'the store is not ready', {
      retryable: true
    })
  })

  app.get('/metrics', async (_request, reply) =>
    reply.type(EXPOSITION_CONTENT_TYPE).send(await metrics.expose())
  )
}

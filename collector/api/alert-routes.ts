// The outbox of alerts: what was told to whom, what was given up, and telling that again.

import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type, type Static } from 'typebox'
import {
  ALERT_EVENTS,
  ALERT_STATUSES,
  CollectorError,
  fromUnixMillis,
  type AlertDelivery,
  type AlertFilter
} from '../model/index.ts'
import { ERROR_RESPONSES, type ApiOptions } from './api-options.ts'
import { audit } from './audit-event.ts'
import { LIST_LIMIT_DEFAULT, nameParameter, NextCursor, PAGE_PARAMETERS } from './list-query.ts'
import { optional, timeSchema, toTimeJson } from './values-json.ts'

/** Ids are 32 hex digits; a summary's are as long. */
const ALERT_ID_CHARS_MAX = 64

const AlertsQuery = Type.Object(
  {
    state: Type.Optional(
      Type.Enum(ALERT_STATUSES, { type: 'string', description: '`dead`: given up.' })
    ),
    destination: nameParameter('Name of the destination in the rules.'),
    ...PAGE_PARAMETERS
  },
  { additionalProperties: false }
)

const AlertJson = Type.Object({
  id: Type.String(),
  runId: optional(Type.String({ description: 'Absent for a summary of many.' })),
  rule: Type.String(),
  destination: Type.String(),
  event: Type.Enum(ALERT_EVENTS, { type: 'string' }),
  state: Type.Enum(ALERT_STATUSES, { type: 'string' }),
  attempts: Type.Integer({ minimum: 0 }),
  error: optional(Type.String({ description: 'Why the last attempt failed.' })),
  startedAt: timeSchema('When it began to fire.'),
  updatedAt: timeSchema('When it changed last.')
})

const AlertsPage = Type.Object(
  { items: Type.Array(AlertJson), nextCursor: optional(NextCursor) },
  { description: 'Changed last first.' }
)

const AlertParams = Type.Object({
  alertId: Type.String({ minLength: 1, maxLength: ALERT_ID_CHARS_MAX })
})

export const alertRoutes: FastifyPluginAsyncTypebox<ApiOptions> = async (app, options) => {
  const { store, now } = options
  app.route({
    method: 'GET',
    url: '/alerts',
    schema: {
      summary: 'Alerts on their way, delivered and given up',
      operationId: 'listAlerts',
      tags: ['alerts'],
      querystring: AlertsQuery,
      response: { 200: AlertsPage, ...ERROR_RESPONSES }
    },
    handler: async (request) => {
      const page = await store.listAlerts(toAlertFilter(request.query))
      return { items: page.items.map(toAlertJson), nextCursor: page.nextCursor }
    }
  })

  app.route({
    method: 'POST',
    url: '/alerts/:alertId/resend',
    schema: {
      summary: 'Try again to deliver an alert that was given up',
      operationId: 'resendAlert',
      tags: ['alerts'],
      params: AlertParams,
      response: { 202: AlertJson, ...ERROR_RESPONSES }
    },
    handler: async (request, reply) => {
      const { alertId } = request.params
      const found = await store.findAlert(alertId)
      if (found === undefined) throw unknownAlert(alertId)
      if (found.status !== 'dead') throw notDead(found)
      const again = resend(found, now())
      const { destination } = found
      const audited = { action: 'alert_resent', target: alertId, details: { destination } } as const
      await audit(options, request, audited, () => store.saveAlerts([again]))
      return reply.code(202).send(toAlertJson(again))
    }
  })
}

function toAlertFilter(query: Static<typeof AlertsQuery>): AlertFilter {
  const { state, destination, cursor, limit = LIST_LIMIT_DEFAULT } = query
  return {
    ...(state === undefined ? {} : { status: state }),
    ...(destination === undefined ? {} : { destination }),
    ...(cursor === undefined ? {} : { cursor }),
    limit
  }
}

/** As if it had just come. Event and sequence stay: whoever took it after all knows it by them. */
function resend(alert: AlertDelivery, nowMs: number): AlertDelivery {
  const at = fromUnixMillis(nowMs)
  return {
    ...alert,
    revision: alert.revision + 1,
    status: 'waiting',
    attempts: 0,
    nextAttemptAt: at,
    notificationId: '',
    error: '',
    updatedAt: at
  }
}

function toAlertJson(alert: AlertDelivery): Static<typeof AlertJson> {
  const { deliveryId, runId, rule, destination, event, status, attempts, error } = alert
  return {
    id: deliveryId,
    runId: runId === '' ? undefined : runId,
    rule,
    destination,
    event,
    state: status,
    attempts,
    error: error === '' ? undefined : error,
    startedAt: toTimeJson(alert.startsAt),
    updatedAt: toTimeJson(alert.updatedAt)
  }
}

function unknownAlert(alertId: string): CollectorError {
  return new CollectorError(
    'NOT_FOUND',
    `there is no alert ${JSON.stringify(alertId)}; GET /api/alerts lists those there are`,
    { retryable: false }
  )
}

function notDead({ status }: AlertDelivery): CollectorError {
  return new CollectorError(
    'INVALID_ARGUMENT',
    `the alert is ${status}; only one that was given up (dead) can be sent again`,
    { retryable: false }
  )
}

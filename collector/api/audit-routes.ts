// Who did what: the audit trail, newest first.

import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type, type Static } from 'typebox'
import { AUDIT_ACTIONS, AUDIT_RESULTS, type AuditEvent } from '../model/index.ts'
import { ERROR_RESPONSES, type ApiOptions } from './api-options.ts'
import {
  LIST_LIMIT_DEFAULT,
  nameParameter,
  NextCursor,
  PAGE_PARAMETERS,
  readTimeRange,
  timeParameter
} from './list-query.ts'
import { timeSchema, toTimeJson } from './values-json.ts'

const AuditQuery = Type.Object(
  {
    since: timeParameter('Events at or after.'),
    until: timeParameter('Events before.'),
    action: Type.Optional(Type.Enum(AUDIT_ACTIONS, { type: 'string' })),
    actor: nameParameter('Id of a key, `settings-1` or `local`.'),
    target: nameParameter('Id of a key or a run, name of a backup.'),
    ...PAGE_PARAMETERS
  },
  { additionalProperties: false }
)

const AuditEventJson = Type.Object({
  id: Type.String(),
  at: timeSchema('When it was asked for.'),
  actor: Type.Object({
    id: Type.String({
      description:
        'Id of the key; `settings-1` for the first of `ONSET_API_KEYS`; `local` where there were no keys.'
    }),
    name: Type.String({ description: 'Name of the key; the id of what has none.' })
  }),
  address: Type.String({ description: 'Network address of the caller, or of the proxy between.' }),
  action: Type.Enum(AUDIT_ACTIONS, { type: 'string' }),
  target: Type.String(),
  result: Type.Enum(AUDIT_RESULTS, {
    type: 'string',
    description: '`started` of one that has not ended, or whose process ended before it.'
  }),
  details: Type.Record(Type.String(), Type.String(), {
    description: 'Of a failed one with `error`, its code.'
  })
})

const AuditPage = Type.Object({
  items: Type.Array(AuditEventJson),
  nextCursor: Type.Optional(NextCursor)
})

export const auditRoutes: FastifyPluginAsyncTypebox<ApiOptions> = async (app, { store }) => {
  app.route({
    method: 'GET',
    url: '/audit',
    schema: {
      summary: 'Who made and revoked keys, judged runs and started backups, newest first',
      description:
        'The beginning of an action is recorded before it is done, so none is missing. Kept for `ONSET_AUDIT_TTL_DAYS`.',
      operationId: 'listAuditEvents',
      tags: ['admin'],
      querystring: AuditQuery,
      response: { 200: AuditPage, ...ERROR_RESPONSES }
    },
    handler: async ({ query }) => {
      const { limit = LIST_LIMIT_DEFAULT, cursor, action, actor, target } = query
      const page = await store.listAuditEvents({
        ...readTimeRange(query),
        ...(action === undefined ? {} : { action }),
        ...(actor === undefined ? {} : { actor }),
        ...(target === undefined ? {} : { target }),
        ...(cursor === undefined ? {} : { cursor }),
        limit
      })
      const { nextCursor } = page
      return {
        items: page.items.map(toAuditEventJson),
        ...(nextCursor === undefined ? {} : { nextCursor })
      }
    }
  })
}

function toAuditEventJson(event: AuditEvent): Static<typeof AuditEventJson> {
  const { eventId, at, actor, address, action, target, details, result } = event
  return {
    id: eventId,
    at: toTimeJson(at),
    actor: { id: actor.id, name: actor.name },
    address,
    action,
    target,
    result,
    details: { ...details }
  }
}

// Keys made at run time: made, listed, revoked. The secret is in the one answer that makes it and nowhere else.

import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type, type Static } from 'typebox'
import { KEY_SCOPES, type ManagedKey } from '../model/index.ts'
import { ERROR_RESPONSES, type ApiOptions, type KeyAdmin } from './api-options.ts'
import { audit } from './audit-event.ts'
import { timeSchema, toTimeJson } from './values-json.ts'

/** What people call a machine, a team or a pipeline. */
const NAME_CHARS_MAX = 64

/** Ten years; a key for longer than that has no end. */
const EXPIRES_SECONDS_MAX = 315_360_000

const Scope = Type.Enum(KEY_SCOPES, { type: 'string' })

const KeyRequest = Type.Object(
  {
    name: Type.String({
      minLength: 1,
      maxLength: NAME_CHARS_MAX,
      pattern: '^[A-Za-z0-9](?:[A-Za-z0-9 ._@/:-]*[A-Za-z0-9])?$',
      expects: 'a name as ci or team-a/agents',
      description: 'Who or what presents the key.'
    }),
    scopes: Type.Array(Scope, { minItems: 1, maxItems: KEY_SCOPES.length }),
    expiresInSeconds: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: EXPIRES_SECONDS_MAX,
        description: 'Absent: the key works until it is revoked.'
      })
    )
  },
  { additionalProperties: false }
)

const KEY_STATES = ['active', 'expired', 'revoked'] as const

const KeyJson = Type.Object({
  id: Type.String(),
  name: Type.String(),
  scopes: Type.Array(Scope),
  state: Type.Enum(KEY_STATES, { type: 'string' }),
  createdAt: timeSchema('When it was made.'),
  createdBy: Type.String({ description: 'Id of the `actor` of the audit trail.' }),
  expiresAt: Type.Optional(timeSchema('Absent: never.')),
  revokedAt: Type.Optional(timeSchema('When it was revoked.')),
  revokedBy: Type.Optional(Type.String()),
  lastUsedAt: Type.Optional(timeSchema('Within five minutes of the truth; absent: never.'))
})

const CreatedKeyJson = Type.Object({
  key: KeyJson,
  secret: Type.String({ description: 'The bearer key itself, told this once.' })
})

const ConfiguredKeyJson = Type.Object({ id: Type.String(), scopes: Type.Array(Scope) })

const KeyList = Type.Object({
  items: Type.Array(KeyJson, { description: 'Those that work first, then newest first.' }),
  configured: Type.Array(ConfiguredKeyJson, {
    description: 'Of `ONSET_API_KEYS` of the process that answers, by position.'
  })
})

const KeyParams = Type.Object({ keyId: Type.String({ minLength: 1, maxLength: 64 }) })

export const keyRoutes: FastifyPluginAsyncTypebox<ApiOptions> = async (app, options) => {
  addList(app, options)
  addCreate(app, options)
  addRevoke(app, options)
}

type App = Parameters<typeof keyRoutes>[0]

function addList(app: App, { keys }: ApiOptions): void {
  app.route({
    method: 'GET',
    url: '/keys',
    schema: {
      summary: 'Keys, without their secrets',
      operationId: 'listKeys',
      tags: ['admin'],
      response: { 200: KeyList, ...ERROR_RESPONSES }
    },
    handler: async () => {
      const found = await keys.list()
      return {
        items: found.map((key) => toKeyJson(key, keys)),
        configured: keys.configured.map(({ keyId, scopes }) => ({ id: keyId, scopes: [...scopes] }))
      }
    }
  })
}

function addCreate(app: App, options: ApiOptions): void {
  const { keys, actorOf } = options
  app.route({
    method: 'POST',
    url: '/keys',
    schema: {
      summary: 'Make a key',
      description:
        'From the first key on, for good, every request needs one; so the first must have the scope admin and no end.',
      operationId: 'createKey',
      tags: ['admin'],
      body: KeyRequest,
      response: { 201: CreatedKeyJson, ...ERROR_RESPONSES }
    },
    handler: async (request, reply) => {
      const { name, scopes, expiresInSeconds } = request.body
      const asked = { name, scopes, expiresInSeconds, createdBy: actorOf(request).id }
      const { key, secret } = await keys.create(asked, (made, save) =>
        audit(
          options,
          request,
          {
            action: 'key_created',
            target: made.keyId,
            details: { name: made.name, scopes: made.scopes.join(' ') }
          },
          save
        )
      )
      return reply.code(201).send({ key: toKeyJson(key, keys), secret })
    }
  })
}

function addRevoke(app: App, options: ApiOptions): void {
  const { keys, actorOf } = options
  app.route({
    method: 'DELETE',
    url: '/keys/:keyId',
    schema: {
      summary: 'Revoke a key',
      description:
        'At once in the process that answers, within 15 seconds in all others on the same store. Again: the same answer.',
      operationId: 'revokeKey',
      tags: ['admin'],
      params: KeyParams,
      response: { 200: KeyJson, ...ERROR_RESPONSES }
    },
    handler: async (request) => {
      const key = await keys.revoke(request.params.keyId, actorOf(request).id, (revoked, save) =>
        audit(
          options,
          request,
          { action: 'key_revoked', target: revoked.keyId, details: { name: revoked.name } },
          save
        )
      )
      return toKeyJson(key, keys)
    }
  })
}

function toKeyJson(key: ManagedKey, keys: KeyAdmin): Static<typeof KeyJson> {
  const { expiresAt, revokedAt, revokedBy, lastUsedAt } = key
  return {
    id: key.keyId,
    name: key.name,
    scopes: [...key.scopes],
    state: keys.stateOf(key),
    createdAt: toTimeJson(key.createdAt),
    createdBy: key.createdBy,
    ...(expiresAt === undefined ? {} : { expiresAt: toTimeJson(expiresAt) }),
    ...(revokedAt === undefined ? {} : { revokedAt: toTimeJson(revokedAt) }),
    ...(revokedBy === undefined ? {} : { revokedBy }),
    ...(lastUsedAt === undefined ? {} : { lastUsedAt: toTimeJson(lastUsedAt) })
  }
}

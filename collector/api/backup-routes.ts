// Backups of the embedded store: one is asked for, made in the background, and looked after. Where it is
// written is a setting of the process and never part of the request.

import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type, type Static } from 'typebox'
import { CollectorError, type Backup, type Backups } from '../model/index.ts'
import { ERROR_RESPONSES, type ApiOptions } from './api-options.ts'
import { audit } from './audit-event.ts'
import { timeSchema, toTimeJson } from './values-json.ts'

const BackupRequest = Type.Object(
  {
    name: Type.String({
      minLength: 1,
      maxLength: 64,
      description: 'Letters, digits, - and _; becomes a folder of this name.'
    })
  },
  { additionalProperties: false }
)

const BackupJson = Type.Object({
  name: Type.String(),
  folder: Type.String({ description: 'On the machine of the store; there once it is done.' }),
  state: Type.Enum(['running', 'done', 'failed'], { type: 'string' }),
  startedAt: timeSchema('Everything acknowledged before is in the backup.'),
  finishedAt: Type.Optional(timeSchema('When it was whole, or was given up.')),
  bytes: Type.Optional(Type.Integer({ minimum: 0 })),
  problem: Type.Optional(Type.String({ description: 'Why it failed.' }))
})

export const backupRoutes: FastifyPluginAsyncTypebox<ApiOptions> = async (app, options) => {
  const { store } = options
  app.route({
    method: 'POST',
    url: '/admin/backup',
    schema: {
      summary: 'Back up the embedded store, in the background',
      operationId: 'startBackup',
      tags: ['admin'],
      body: BackupRequest,
      response: { 202: BackupJson, ...ERROR_RESPONSES }
    },
    handler: async (request, reply) => {
      const backups = requireBackups(store.backups)
      const { name } = request.body
      const audited = { action: 'backup_started', target: name } as const
      const backup = await audit(options, request, audited, () => backups.start(name))
      return reply.code(202).send(toBackupJson(backup))
    }
  })

  app.route({
    method: 'GET',
    url: '/admin/backup',
    schema: {
      summary: 'How the last backup of this process is doing',
      operationId: 'readBackup',
      tags: ['admin'],
      response: { 200: BackupJson, ...ERROR_RESPONSES }
    },
    handler: async () => {
      const backup = requireBackups(store.backups).last()
      if (backup === undefined) throw notFound('no backup was made since this process started')
      return toBackupJson(backup)
    }
  })
}

function requireBackups(backups: Backups | undefined): Backups {
  if (backups !== undefined) return backups
  throw notFound(
    'the store is a ClickHouse server, which makes its own backups: BACKUP DATABASE, see docs/deploying.md'
  )
}

function notFound(message: string): CollectorError {
  return new CollectorError('NOT_FOUND', message, { retryable: false })
}

function toBackupJson(backup: Backup): Static<typeof BackupJson> {
  const { name, folder, state, startedAt, finishedAt, bytes, problem } = backup
  return {
    name,
    folder,
    state,
    startedAt: toTimeJson(startedAt),
    ...(finishedAt === undefined ? {} : { finishedAt: toTimeJson(finishedAt) }),
    ...(bytes === undefined ? {} : { bytes }),
    ...(problem === undefined ? {} : { problem })
  }
}

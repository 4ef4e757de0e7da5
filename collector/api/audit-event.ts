// Writes to the audit trail what is about to be done, and then what came of it.

import { randomUUID } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import {
  CollectorError,
  fromUnixMillis,
  type AuditAction,
  type AuditEvent,
  type AuditResult
} from '../model/index.ts'
import type { ApiOptions } from './api-options.ts'

export interface Audited {
  readonly action: AuditAction
  readonly target: string
  readonly details?: Readonly<Record<string, string>>
}

/**
 * Acts when the beginning is durable: what cannot be recorded is not done. That the end could not be recorded
 * undoes nothing; the event then stays `started`.
 *
 * @throws CollectorError of the store, and whatever `act` throws.
 */
export async function audit<T>(
  { store, actorOf, now }: Pick<ApiOptions, 'store' | 'actorOf' | 'now'>,
  request: FastifyRequest,
  { action, target, details = {} }: Audited,
  act: () => T | Promise<T>
): Promise<T> {
  const event: AuditEvent = {
    eventId: randomUUID(),
    at: fromUnixMillis(now()),
    actor: actorOf(request),
    address: request.ip,
    action,
    target,
    details,
    result: 'started'
  }
  const settle = async (result: AuditResult, more: Readonly<Record<string, string>>) => {
    try {
      await store.saveAuditEvent({ ...event, details: { ...details, ...more }, result })
    } catch (error) {
      request.log.warn({ err: error, action, target, result }, 'result not in the audit trail')
    }
  }
  await store.saveAuditEvent(event)
  try {
    const done = await act()
    await settle('succeeded', {})
    return done
  } catch (error) {
    const code = error instanceof CollectorError ? error.code : 'INTERNAL'
    await settle('failed', { error: code })
    throw error
  }
}

// JSON to any address, signed so that the receiver knows who speaks and when, with a key by which it knows
// what it has had already.

import { createHmac } from 'node:crypto'

import { describeAlert, titleAlert } from '../verdict/describe-alert.ts'
import type { Alert, DestinationAdapter, HttpRequest, Notification } from './notification.ts'

export const SIGNATURE_HEADER = 'onset-signature'

const MILLIS_PER_SECOND = 1_000

export const webhook: DestinationAdapter = {
  alertsMax: 50,
  mixesGroups: false,
  forgets: false,
  build: ({ key }, notification) => {
    const body = JSON.stringify({
      version: 1,
      notificationId: notification.id,
      alerts: notification.alerts.map((alert) => toItem(alert, notification))
    })
    return { headers: toHeaders(body, notification, key), body }
  }
}

function toItem(alert: Alert, { linkOf }: Notification) {
  const { payload } = alert
  const { kind, labels, ...facts } = payload
  const link = payload.kind === 'onset' ? linkOf(payload.runId) : undefined
  return {
    id: `${alert.deliveryId}-${alert.sequence}`,
    alertKey: alert.alertKey,
    kind,
    status: alert.event,
    startsAt: new Date(alert.startsAt).toISOString(),
    ...(alert.event === 'resolved' ? { endsAt: new Date(alert.endsAt).toISOString() } : {}),
    title: titleAlert(payload),
    summary: describeAlert(payload),
    labels,
    ...facts,
    ...(link === undefined ? {} : { link })
  }
}

function toHeaders(
  body: string,
  { id, now }: Notification,
  key: string | undefined
): HttpRequest['headers'] {
  const headers = new Map([['idempotency-key', id]])
  if (key !== undefined) {
    const seconds = Math.floor(now / MILLIS_PER_SECOND)
    headers.set(SIGNATURE_HEADER, `t=${seconds},v1=${sign(key, seconds, body)}`)
  }
  return headers
}

/** HMAC-SHA256 in hex over `<seconds>.<body>`: the time is signed too, so that nothing old can be replayed. */
export function sign(key: string, seconds: number, body: string): string {
  return createHmac('sha256', key).update(`${seconds}.${body}`).digest('hex')
}

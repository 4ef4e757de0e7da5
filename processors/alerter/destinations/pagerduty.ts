// PagerDuty's Events API v2 (https://developer.pagerduty.com/docs/send-alert-event): one event a request,
// known by its dedup_key, which is that of the verdict.

import type { AlertPayload } from '../verdict/alert-payload.ts'
import { describeAlert, titleAlert } from '../verdict/describe-alert.ts'
import type { DestinationAdapter, Notification } from './notification.ts'

const SEVERITIES = ['critical', 'error', 'warning', 'info']
/** A rule that pages somebody and does not say how badly. */
const SEVERITY_DEFAULT = 'error'
/** Of a summary. */
const SUMMARY_CHARS_MAX = 1_024

export const pagerduty: DestinationAdapter = {
  alertsMax: 1,
  mixesGroups: false,
  forgets: false,
  build: ({ key = '' }, notification) => ({
    headers: new Map(),
    body: JSON.stringify(toEvent(key, notification))
  })
}

function toEvent(routingKey: string, { alerts, linkOf }: Notification) {
  const [alert] = alerts
  if (alert === undefined) throw new RangeError('a notification has an alert')
  const { payload } = alert
  const identity = { routing_key: routingKey, dedup_key: `onset-${alert.alertKey}` }
  if (alert.event === 'resolved') return { ...identity, event_action: 'resolve' }
  const link = payload.kind === 'onset' ? linkOf(payload.runId) : undefined
  return {
    ...identity,
    event_action: 'trigger',
    payload: {
      summary: titleAlert(payload).slice(0, SUMMARY_CHARS_MAX),
      severity: severityOf(payload),
      timestamp: new Date(alert.startsAt).toISOString(),
      ...toPlace(payload),
      custom_details: { sentence: describeAlert(payload), ...payload }
    },
    client: 'Onset',
    ...(link === undefined ? {} : { client_url: link, links: [{ href: link, text: 'The run' }] })
  }
}

function severityOf({ labels }: AlertPayload): string {
  const severity = Object.hasOwn(labels, 'severity') ? labels['severity'] : undefined
  return SEVERITIES.find((known) => known === severity) ?? SEVERITY_DEFAULT
}

function toPlace(payload: AlertPayload) {
  if (payload.kind === 'summary') return { source: 'onset', group: payload.rule }
  const { service, agent, category } = payload
  return {
    source: service === '' ? 'onset' : service,
    component: agent === '' ? service : agent,
    group: payload.rule,
    class: category
  }
}

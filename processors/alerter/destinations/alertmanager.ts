// Alertmanager's API v2 (https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml). It knows
// an alert by its labels, so they hold only what stays the same for the life of a verdict. endsAt is always
// said: without it the alert would end at its resolve_timeout.

import type { AlertPayload, OnsetPayload } from '../verdict/alert-payload.ts'
import { describeAlert, describeResolution, titleAlert } from '../verdict/describe-alert.ts'
import type { Alert, DestinationAdapter, Notification } from './notification.ts'

export const alertmanager: DestinationAdapter = {
  alertsMax: 100,
  mixesGroups: true,
  forgets: true,
  build: (_, notification) => ({
    headers: new Map(),
    body: JSON.stringify(notification.alerts.map((alert) => toAlert(alert, notification)))
  })
}

function toAlert(alert: Alert, { linkOf }: Notification) {
  const { payload, startsAt, endsAt } = alert
  const link = payload.kind === 'onset' ? linkOf(payload.runId) : undefined
  return {
    labels: toLabels(payload, alert.alertKey),
    annotations: toAnnotations(payload),
    startsAt: new Date(startsAt).toISOString(),
    endsAt: new Date(endsAt).toISOString(),
    ...(link === undefined ? {} : { generatorURL: link })
  }
}

function toLabels(payload: AlertPayload, alertKey: string): Record<string, string> {
  const given = { severity: 'warning', ...payload.labels }
  if (payload.kind === 'summary') {
    return { ...given, alertname: 'OnsetSummary', rule: payload.rule, onset: alertKey }
  }
  return {
    ...given,
    alertname: 'OnsetLocalized',
    rule: payload.rule,
    run_id: payload.runId,
    onset: payload.onset,
    category: payload.category,
    stage: payload.stage,
    // An empty label is the same as none, and Alertmanager refuses alerts of which that is not known.
    ...(payload.service === '' ? {} : { service: payload.service }),
    ...(payload.agent === '' ? {} : { agent: payload.agent })
  }
}

function toAnnotations(payload: AlertPayload): Record<string, string> {
  const told = { title: titleAlert(payload), summary: describeAlert(payload) }
  if (payload.kind === 'summary') return { ...told, runs: payload.runIds.join(' ') }
  return { ...told, ...toFacts(payload) }
}

function toFacts(payload: OnsetPayload): Record<string, string> {
  const { waste, traceId, spanId, stepIndex, stepCount, confidence, models } = payload
  const resolution = describeResolution(payload)
  return {
    trace_id: traceId,
    span_id: spanId,
    step: `${stepIndex}/${stepCount}`,
    confidence: confidence.toFixed(2),
    models: models.join(', '),
    waste_steps: String(waste.steps),
    waste_tokens: String(waste.tokens),
    ...(waste.costUsd === null ? {} : { waste_cost_usd: waste.costUsd.toFixed(4) }),
    ...(resolution === '' ? {} : { resolution })
  }
}

// An incoming webhook of Slack (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks).
// Names in a message come from spans: escaped, so that none of them calls a channel or makes a link.

import { describeAlert, describeResolution, titleAlert } from '../verdict/describe-alert.ts'
import type { Alert, DestinationAdapter, Notification } from './notification.ts'

/** Of a section's text, https://docs.slack.dev/reference/block-kit/blocks/section-block. */
const SECTION_CHARS_MAX = 3_000

export const slack: DestinationAdapter = {
  alertsMax: 20,
  mixesGroups: false,
  forgets: false,
  build: (_, notification) => {
    const { alerts } = notification
    const [first] = alerts
    const title = first === undefined || alerts.length > 1 ? undefined : titleOf(first)
    return {
      headers: new Map(),
      body: JSON.stringify({
        text: escape(title ?? `${alerts.length} agent runs: ${alerts.map(titleOf).join('; ')}`),
        blocks: alerts.map((alert) => toBlock(alert, notification)),
        unfurl_links: false
      })
    }
  }
}

function titleOf({ event, payload }: Alert): string {
  return `${event === 'resolved' ? 'Resolved: ' : ''}${titleAlert(payload)}`
}

function toBlock(alert: Alert, { linkOf }: Notification) {
  const { payload, event } = alert
  const link = payload.kind === 'onset' ? linkOf(payload.runId) : undefined
  const resolution = payload.kind === 'onset' ? describeResolution(payload) : ''
  const said = event === 'resolved' && resolution !== '' ? resolution : describeAlert(payload)
  const where = payload.kind === 'onset' ? `run ${payload.runId}` : payload.runIds.join(' ')
  const text = [
    `*${escape(titleOf(alert))}*`,
    escape(said),
    link === undefined ? escape(where) : `<${escape(link)}|Open the run>`
  ].join('\n')
  return { type: 'section', text: { type: 'mrkdwn', text: text.slice(0, SECTION_CHARS_MAX) } }
}

/** https://docs.slack.dev/messaging/formatting-message-text#escaping; the others would be markup. */
function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[*`~]/g, "'")
}

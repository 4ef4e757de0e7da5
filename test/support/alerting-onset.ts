// An Onset process that tells a receiver of a test of every failed run.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AlertReceiver } from './alert-receiver.ts'
import type { ReceivedAlert } from './alerter.ts'
import { aDataDir } from './onset-process.ts'

export interface Rules {
  readonly dataDir: string
  readonly env: Readonly<Record<string, string>>
}

export function withRules(t: Parameters<typeof aDataDir>[0], receiver: AlertReceiver): Rules {
  const folder = aDataDir(t)
  const path = join(folder, 'alerts.yaml')
  writeFileSync(
    path,
    `destinations:
  hook: { kind: webhook, url: '${receiver.url}', secret: '\${HOOK_SECRET}', detail: names }
rules:
  - { name: all, destinations: [hook] }
`
  )
  return {
    dataDir: join(folder, 'data'),
    env: {
      ONSET_ALERT_RULES: path,
      ONSET_PUBLIC_URL: 'https://onset.example',
      ONSET_COMPLETION_SETTLE_MS: '100',
      HOOK_SECRET: 'secret-of-the-test'
    }
  }
}

export function alertsAt(receiver: AlertReceiver): readonly ReceivedAlert[] {
  return receiver.requests.flatMap(
    ({ text }) => (JSON.parse(text) as { alerts: ReceivedAlert[] }).alerts
  )
}

// The kinds of destination there are.

import type { DestinationKind } from '../rules/alert-rules.ts'
import { alertmanager } from './alertmanager.ts'
import type { DestinationAdapter } from './notification.ts'
import { pagerduty } from './pagerduty.ts'
import { slack } from './slack.ts'
import { webhook } from './webhook.ts'

export const ADAPTERS: Readonly<Record<DestinationKind, DestinationAdapter>> = {
  alertmanager,
  webhook,
  slack,
  pagerduty
}

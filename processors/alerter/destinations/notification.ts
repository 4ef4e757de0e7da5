// What is sent at once, and what a kind of destination has to say about sending.

import type { AlertEvent } from '@onset/collector/model'

import type { Destination } from '../rules/alert-rules.ts'
import type { AlertPayload } from '../verdict/alert-payload.ts'

export interface Alert {
  /** The same for every event of one verdict. */
  readonly alertKey: string
  readonly deliveryId: string
  /** Counts events of this alert here. */
  readonly sequence: number
  readonly event: AlertEvent
  /** Milliseconds since 1970. */
  readonly startsAt: number
  readonly endsAt: number
  readonly payload: AlertPayload
}

export interface Notification {
  /** The same when the same is sent again. */
  readonly id: string
  /** Not empty. */
  readonly alerts: readonly Alert[]
  /** Where a person sees a run; undefined when nobody told us. */
  readonly linkOf: (runId: string) => string | undefined
  /** Milliseconds since 1970, of this attempt. */
  readonly now: number
}

export interface HttpRequest {
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
}

export interface DestinationAdapter {
  /** Alerts that fit into one request. */
  readonly alertsMax: number
  /** Alerts may also share a request when their rules and groups differ. */
  readonly mixesGroups: boolean
  /** Has to be told again from time to time that an alert still fires. */
  readonly forgets: boolean
  build(destination: Destination, notification: Notification): HttpRequest
}

/** Path of a run's page under the public address. */
const RUN_PATH = '/runs/'

export function toLink(publicUrl: string | undefined, runId: string): string | undefined {
  if (publicUrl === undefined || runId === '') return undefined
  return `${publicUrl.replace(/\/+$/, '')}${RUN_PATH}${encodeURIComponent(runId)}`
}

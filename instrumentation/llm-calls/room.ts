// What the calls of one installation share.

import type { Context } from '@opentelemetry/api'
import { Attempts } from './attempts.ts'
import type { ToolDefinitions } from './call-attributes.ts'
import type { CallRecord } from './call-record.ts'
import { createCapture } from './capture.ts'
import type { Capture } from './capture.ts'
import { ConversationBodies } from './conversation-bodies.ts'
import { DerivedTools } from './derived-tools.ts'
import { ForeignCalls } from './foreign-spans.ts'
import { LLM_CALL_LIMITS } from './limits.ts'
import type { LlmCallLimits } from './limits.ts'
import type { LlmCallsOptions } from './options.ts'
import { OwnSpans } from './own-spans.ts'
import { RecentKeys } from './recent-keys.ts'

export interface Room {
  readonly limits: LlmCallLimits
  readonly capture: Capture
  readonly spans: OwnSpans
  readonly tools: DerivedTools
  readonly foreign: ForeignCalls
  readonly attempts: Attempts
  /** Tool lists that a span of the same trace shows already. */
  readonly shownTools: RecentKeys
  readonly bodies: ConversationBodies
  /** Of lists that a conversation repeats: the same object as long as its body continues the one before. */
  readonly toolTexts: WeakMap<readonly unknown[], ToolDefinitions>
  readonly openCalls: Set<CallRecord>
  now(): number
  activeContext(): Context
  isOwnTraffic(url: URL): boolean
  /** Runs what is not the program's; its errors go to `onDefect`. */
  safely<T>(action: () => T): T | undefined
}

export function createRoom(options: LlmCallsOptions, activeContext: () => Context): Room {
  const limits = { ...LLM_CALL_LIMITS, ...options.limits }
  const capture = createCapture(options.capture, (text) => options.redact(text))
  const spans = new OwnSpans(options.tracer)
  const now = options.now ?? (() => performance.timeOrigin + performance.now())
  return {
    limits,
    capture,
    spans,
    tools: new DerivedTools({ spans, capture, limits, now }),
    foreign: new ForeignCalls(),
    attempts: new Attempts(),
    shownTools: new RecentKeys(),
    bodies: new ConversationBodies(),
    toolTexts: new WeakMap(),
    openCalls: new Set(),
    now,
    activeContext,
    isOwnTraffic: (url) => options.isOwnTraffic(url),
    safely(action) {
      try {
        return action()
      } catch (error) {
        reportDefect(options, error)
        return undefined
      }
    }
  }
}

function reportDefect(options: LlmCallsOptions, error: unknown): void {
  try {
    options.onDefect(error)
  } catch {
    // Nobody is left to tell; the program goes first.
  }
}

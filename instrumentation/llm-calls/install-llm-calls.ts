// Composes the room: the hooks see calls, each call becomes a span, tools are derived between calls.

import { context } from '@opentelemetry/api'
import type { LlmCalls, LlmCallsOptions } from './options.ts'

export function installLlmCalls(options: LlmCallsOptions): LlmCalls {
  const activeContext = options.activeContext ?? (() => context.active())
  return {
    uninstall: () => undefined,
    parentContext: activeContext,
    spanObserver: { onStart: () => undefined, onEnd: () => undefined }
  }
}

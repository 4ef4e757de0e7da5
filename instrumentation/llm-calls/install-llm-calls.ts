// Composes the room: the hooks see calls, each call becomes a span, tools are derived between calls.

import { AsyncLocalStorage } from 'node:async_hooks'
import { context } from '@opentelemetry/api'
import { watchFetch } from './hooks/watch-fetch.ts'
import { watchHttp } from './hooks/watch-http.ts'
import { watchUndici } from './hooks/watch-undici.ts'
import { SWEEP_INTERVAL_MS_MAX } from './limits.ts'
import type { LlmCalls, LlmCallsOptions, SpanObserver } from './options.ts'
import { createRoom } from './room.ts'
import type { Room } from './room.ts'

export function installLlmCalls(options: LlmCallsOptions): LlmCalls {
  const activeContext = options.activeContext ?? (() => context.active())
  const room = createRoom(options, activeContext)
  const insideFetch = new AsyncLocalStorage<boolean>()
  const hooks = [watchFetch(room, insideFetch), watchHttp(room), watchUndici(room, insideFetch)]
  const sweep = startSweep(room)
  return {
    uninstall() {
      for (const hook of hooks) hook.remove()
      clearInterval(sweep)
      for (const call of room.openCalls) call.endEarly('interrupted')
      room.safely(() => room.tools.closeAll())
    },
    parentContext() {
      const current = activeContext()
      return room.safely(() => contextOfTool(room, current)) ?? current
    },
    spanObserver: createSpanObserver(room)
  }
}

function contextOfTool(room: Room, current: ReturnType<typeof context.active>): typeof current {
  // Results that a request has just brought may not be read yet; then their tools seem open.
  for (const call of room.openCalls) call.readRequest()
  return room.tools.contextOfOnlyTool(current) ?? current
}

/** Does not keep the program alive. */
function startSweep(room: Room): NodeJS.Timeout {
  const intervalMs = Math.min(SWEEP_INTERVAL_MS_MAX, Math.max(1, room.limits.unreadMsMax / 2))
  const sweep = setInterval(() => {
    const at = room.now()
    for (const call of room.openCalls) call.sweep(at)
  }, intervalMs)
  return sweep.unref()
}

function createSpanObserver(room: Room): SpanObserver {
  return {
    onStart(span) {
      if (room.spans.isStarting) return
      room.safely(() => {
        room.foreign.started(span)
        room.tools.foreignTool(span)
      })
    },
    onEnd(span) {
      room.safely(() => {
        room.foreign.ended(span)
        room.tools.foreignTool(span)
        room.tools.parentEnded(span.spanContext().spanId)
      })
    }
  }
}

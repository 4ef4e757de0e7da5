// What the parts of the room share: the spans, the bounds, and the promise that no defect gets out.

import { trace, type Attributes, type Context, type Span } from '@opentelemetry/api'
import { createCapture, type Capture } from './capture.ts'
import { EFFECT_LIMITS, type EffectLimits } from './limits.ts'
import type { EffectsOptions } from './options.ts'
import { toolNameOf } from './same-action.ts'

/** What is done, in the words that tools are called by. */
export interface Action {
  readonly tool: string
  readonly arguments: Readonly<Record<string, unknown>>
  /** Text by which a tool call's arguments show that they ask for this very action. */
  readonly mark: string
  readonly attributes: Attributes
}

export interface Room {
  readonly options: EffectsOptions
  readonly limits: EffectLimits
  readonly capture: Capture
  /** True while the room itself, or a function that is watched as a whole, is at work. */
  isBusy: boolean
  /** Runs `work`; what it throws is a defect of ours and goes no further. */
  safely<T>(work: () => T): T | undefined
  startSpan(action: Action, parent: Context): Span
  /** `TRACEPARENT` that this process was given: in a command's environment it is a copy, nobody's choice. */
  readonly inheritedTraceparent: string | undefined
  /** Called before a command: files that were written so far are as the command finds them. */
  settleFiles: () => void
}

export function createRoom(options: EffectsOptions): Room {
  const limits = { ...EFFECT_LIMITS, ...options.limits }
  const capture = createCapture(options.capture, (text) => options.redact(text))
  const room: Room = {
    options,
    limits,
    capture,
    inheritedTraceparent: options.environment['TRACEPARENT'],
    isBusy: false,
    safely: (work) => {
      const wasBusy = room.isBusy
      room.isBusy = true
      try {
        return work()
      } catch (error) {
        options.onDefect(error)
        return undefined
      } finally {
        room.isBusy = wasBusy
      }
    },
    startSpan: (action, parent) => {
      const tool = toolNameOf(action, trace.getSpan(parent))
      const shown = capture.json(action.arguments, limits.commandCharsMax)
      return options.tracer.startSpan(
        `execute_tool ${tool}`,
        {
          attributes: {
            'gen_ai.operation.name': 'execute_tool',
            'gen_ai.tool.name': tool,
            // Seen as it happened, and no framework's own record of a tool that a model asked for.
            'onset.tool.timing': 'effect',
            ...(shown === undefined ? {} : { 'gen_ai.tool.call.arguments': shown }),
            ...action.attributes
          }
        },
        parent
      )
    },
    settleFiles: () => undefined
  }
  return room
}

// Log records to steps: each record goes to the first dialect that recognizes its event and gives one step or
// none. Total and pure like normalizeSpans, and independent of what else is in the batch.

import type { DecodedLogRecord, Step } from '../../model/index.ts'
import { firstText } from '../values.ts'
import { buildLogStep } from './build-log-step.ts'
import { claudeCodeLogs } from './dialects/claude-code.ts'
import { codexLogs } from './dialects/codex.ts'
import { geminiCliLogs } from './dialects/gemini-cli.ts'
import { genAiEvents } from './dialects/gen-ai-events.ts'
import type { LogDialect, LogEvent } from './log-dialect.ts'

export interface NormalizedLogs {
  /** In the order of the records; most records of most services give none. */
  readonly steps: readonly Step[]
  /** Events whose dialect failed. A defect to report, not an input's fault. */
  readonly fallbacks: readonly { readonly event: string; readonly reason: string }[]
  /** Events of a known producer that its dialect neither reads nor knows to be of no matter, counted by dialect. */
  readonly unread: ReadonlyMap<string, number>
}

/** Producers before the conventions that they send beside their own events. */
const LOG_DIALECTS: readonly LogDialect[] = [claudeCodeLogs, codexLogs, geminiCliLogs, genAiEvents]

export function normalizeLogs(records: readonly DecodedLogRecord[]): NormalizedLogs {
  const steps: Step[] = []
  const fallbacks: { event: string; reason: string }[] = []
  const unread = new Map<string, number>()
  for (const record of records) {
    const event = { name: eventNameOf(record), record }
    if (event.name === '') continue
    try {
      const dialect = LOG_DIALECTS.find((candidate) => candidate.recognizes(event))
      if (dialect === undefined) continue
      const step = toStep(event, dialect)
      if (step !== undefined) steps.push(step)
      else if (!dialect.knows(event.name)) {
        unread.set(dialect.name, (unread.get(dialect.name) ?? 0) + 1)
      }
    } catch (error) {
      fallbacks.push({ event: event.name, reason: String(error) })
    }
  }
  return { steps, fallbacks, unread }
}

function toStep(event: LogEvent, dialect: LogDialect): Step | undefined {
  const facts = dialect.read(event)
  if (facts === undefined) return undefined
  return buildLogStep(event, `${dialect.name}@${dialect.version}`, facts)
}

/** The attribute first: Rust's bridge fills the field with a place in the source. */
function eventNameOf({ attributes, eventName, body }: DecodedLogRecord): string {
  const name = firstText(attributes, ['event.name']) ?? eventName
  return name === '' && typeof body === 'string' && BODY_NAME.test(body) ? body : name
}

const BODY_NAME = /^(?:claude_code|codex|gemini_cli|gen_ai)\.[\w.]{1,100}$/

// Every way a process ends, as programs: each makes spans, writes down which on its standard output, and
// dies. What arrives is compared with what it wrote.

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { OtlpDestination } from './otlp-destination.ts'
import { runAgentProgram, type AgentEnd } from './registered-agent.ts'
import { waitFor } from './wait-for.ts'

export interface WayToDie {
  readonly name: string
  /** The last lines of the program; `child` and `work` exist. */
  readonly source: string
  /** Sent when the program is ready. */
  readonly signal?: NodeJS.Signals
  readonly ends: { readonly code: number | null; readonly signal: NodeJS.Signals | null }
  /** Spans that the program leaves open are closed as interrupted. */
  readonly leavesOpen?: boolean
  /** Nothing of the process survives to upload: the next start does. */
  readonly needsNextStart?: boolean
}

const exits = (code: number): WayToDie['ends'] => ({ code, signal: null })
const killedBy = (signal: NodeJS.Signals): WayToDie['ends'] => ({ code: null, signal })
const READY = `write('ready'); setInterval(work, 5)`

export const WAYS_TO_DIE: readonly WayToDie[] = [
  { name: 'the natural end', source: '', ends: exits(0) },
  { name: 'a natural end with an exit code', source: 'process.exitCode = 7', ends: exits(7) },
  { name: 'process.exit', source: 'process.exit(3)', ends: exits(3) },
  {
    name: 'process.exit with work under way',
    source: 'open(); process.exit(0)',
    ends: exits(0),
    leavesOpen: true
  },
  {
    name: 'process.exit in a signal handler',
    source: `process.on('SIGTERM', () => { work(); process.exit(9) }); ${READY}`,
    signal: 'SIGTERM',
    ends: exits(9)
  },
  {
    name: 'a handler that cleans up later',
    source: `process.once('SIGINT', () => { work(); setTimeout(() => { work(); process.exit(4) }, 50) }); ${READY}`,
    signal: 'SIGINT',
    ends: exits(4)
  },
  {
    name: 'process.exit in an exit handler',
    source: `process.on('exit', () => { work(); process.exit(5) })`,
    ends: exits(5)
  },
  {
    name: 'a throw',
    source: `setTimeout(() => { open(); throw new Error('over') }, 5)`,
    ends: exits(1),
    leavesOpen: true
  },
  { name: 'a rejection', source: `Promise.reject(new Error('over'))`, ends: exits(1) },
  {
    name: 'a throw that is handled',
    source: `process.on('uncaughtException', () => { work(); process.exitCode = 6 }); setTimeout(() => { throw new Error('over') }, 5)`,
    ends: exits(6)
  },
  {
    name: 'SIGINT',
    source: `open(); ${READY}`,
    signal: 'SIGINT',
    ends: killedBy('SIGINT'),
    leavesOpen: true
  },
  {
    name: 'SIGTERM',
    source: `open(); ${READY}`,
    signal: 'SIGTERM',
    ends: killedBy('SIGTERM'),
    leavesOpen: true
  },
  { name: 'SIGHUP', source: READY, signal: 'SIGHUP', ends: killedBy('SIGHUP') },
  {
    name: 'SIGKILL',
    source: `open(); ${READY}`,
    signal: 'SIGKILL',
    ends: killedBy('SIGKILL'),
    leavesOpen: true,
    needsNextStart: true
  },
  {
    name: 'abort',
    source: 'open(); process.abort()',
    ends: killedBy('SIGABRT'),
    leavesOpen: true,
    needsNextStart: true
  }
]

const PROLOGUE = `
import { writeSync } from 'node:fs'
import { trace } from '@opentelemetry/api'
const tracer = trace.getTracer('test')
const write = (line) => writeSync(1, line + '\\n')
function work() {
  const span = tracer.startSpan('work')
  span.end()
  write('ended ' + span.spanContext().spanId)
}
function open() {
  write('open ' + tracer.startSpan('open').spanContext().spanId)
}
for (let index = 0; index < 5; index += 1) work()
`

export interface Death {
  readonly end: AgentEnd
  /** Span ids the program wrote down and the destination never got. */
  readonly lost: readonly string[]
  /** Spans left open that did not arrive as interrupted. */
  readonly notInterrupted: readonly string[]
  /** What is still on disk. */
  readonly left: readonly string[]
}

export async function die(
  folder: string,
  destination: OtlpDestination,
  way: WayToDie,
  how: { readonly execPath?: string; readonly register?: string } = {}
): Promise<Death> {
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: destination.url, OTEL_BSP_SCHEDULE_DELAY: '20' }
  const { signal } = way
  let isKilled = false
  const end = await runAgentProgram(folder, {
    ...how,
    source: `${PROLOGUE}\n${way.source}\n`,
    env,
    onReady: (pid) => {
      if (signal !== undefined && !isKilled) process.kill(pid, signal)
      isKilled = true
    }
  })
  if (way.needsNextStart === true) {
    await runAgentProgram(folder, {
      ...how,
      file: 'next.mjs',
      source: 'setTimeout(() => undefined, 500)',
      env
    })
  }
  const ended = idsAfter('ended', end.stdout)
  const opened = idsAfter('open', end.stdout)
  const arrived = (id: string): boolean => destination.spans.some(({ spanId }) => spanId === id)
  await waitFor(
    'the upload',
    async () => {
      const isDone = [...ended, ...opened].every(arrived) && leftIn(folder).length === 0
      return isDone ? true : undefined
    },
    10_000
  ).catch(() => undefined)
  return {
    end,
    lost: [...ended, ...opened].filter((id) => !arrived(id)),
    notInterrupted: opened.filter(
      (id) =>
        !destination.spans.some(
          (span) => span.spanId === id && span.statusMessage.startsWith('interrupted')
        )
    ),
    left: leftIn(folder)
  }
}

function idsAfter(word: string, text: string): readonly string[] {
  return [...text.matchAll(new RegExp(`^${word} ([0-9a-f]{16})$`, 'gm'))].map(([, id]) => id ?? '')
}

/** Files with spans that nobody has uploaded. */
export function leftIn(folder: string): readonly string[] {
  const spool = join(folder, 'spool')
  try {
    return readdirSync(spool, { recursive: true, encoding: 'utf8' }).filter((path) =>
      path.endsWith('.jsonl')
    )
  } catch {
    return []
  }
}

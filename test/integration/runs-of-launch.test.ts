// Which runs a launch made, of two sessions of one producer that went on at once: the resource of raw spans and log
// records tells, whatever the runs were made of.

import t from 'tap'
import { BUILT_START } from '../support/builders.ts'
import {
  readLogFixture,
  readSpanFixture,
  toLogsRequest,
  toTracesRequest
} from '../support/log-fixtures.ts'
import { aDataDir, startOnset } from '../support/onset-process.ts'
import { runOnsetCommand } from '../support/run-onset-command.ts'
import { waitFor } from '../support/wait-for.ts'

// Starting a whole Onset takes its time on a busy machine.
t.setTimeout(120_000)

const onset = await startOnset(t, { dataDir: aDataDir(t) })
const codex = readLogFixture('codex-0.169.0-logs')
const claude = readSpanFixture('claude-code-2.1.197-spans')
const gemini = readSpanFixture('gemini-cli-0.61.0-spans')

const START_MS = Number(BUILT_START / 1_000_000n)
const TRACES = { mine: 'a1'.repeat(16), foreign: 'b2'.repeat(16) } as const
type Whose = keyof typeof TRACES

function launched<Recorded extends { readonly resource: object }>(of: Recorded, whose: Whose) {
  return { ...of, resource: { ...of.resource, 'onset.launch.id': `launch-${whose}` } }
}

async function post(path: string, body: Buffer): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`${onset.url}${path}`, { method: 'POST', headers, body })
  if (response.status !== 200) throw new Error(await response.text())
}

/** A conversation of Codex, of log records alone. */
function codexOf(whose: Whose): Buffer {
  const records = codex.records.map((record) => ({
    ...record,
    attributes: { ...record.attributes, 'conversation.id': `codex-${whose}` }
  }))
  return toLogsRequest(launched({ ...codex, records }, whose))
}

/** A trace of Claude Code. */
function claudeOf(whose: Whose): Buffer {
  const spans = claude.spans.map((span) => ({
    ...span,
    traceId: TRACES[whose],
    attributes: { ...span.attributes, 'session.id': `claude-${whose}` }
  }))
  return toTracesRequest(launched({ ...claude, spans }, whose))
}

/** Spans of Gemini CLI, whose runs are prompts of a session and no traces. */
function geminiOf(whose: Whose): Buffer {
  const spans = gemini.spans.map((span) => ({
    ...span,
    attributes: { ...span.attributes, 'gen_ai.conversation.id': `gemini-${whose}` }
  }))
  return toTracesRequest(launched({ ...gemini, spans }, whose))
}

interface RunJson {
  readonly id: string
  readonly sessionId?: string
}

async function list(query: Readonly<Record<string, string>>): Promise<readonly RunJson[]> {
  const answer = await fetch(`${onset.url}/api/runs?${new URLSearchParams(query).toString()}`)
  const { items } = (await answer.json()) as { items: readonly RunJson[] }
  return items
}

const since = new Date(START_MS - 1_000).toISOString()
const until = new Date(START_MS + 600_000).toISOString()

t.before(async () => {
  for (const whose of ['mine', 'foreign'] as const) {
    await post('/v1/logs', codexOf(whose))
    await post('/v1/traces', claudeOf(whose))
    await post('/v1/traces', geminiOf(whose))
  }
  await waitFor('all runs of both', async () => {
    const all = await list({})
    const known = new Set(all.flatMap(({ id, sessionId }) => [id, sessionId]))
    const wanted = ['mine', 'foreign'].flatMap((whose) => [`codex-${whose}`, `gemini-${whose}`])
    return [...wanted, ...Object.values(TRACES)].every((name) => known.has(name)) || undefined
  })
})

t.test('runs of logs and of spans, those of the launch and no others', async (t) => {
  for (const whose of ['mine', 'foreign'] as const) {
    const runs = await list({ launch: `launch-${whose}`, since, until })
    const told = new Set(runs.map(({ id, sessionId }) => (id === TRACES[whose] ? id : sessionId)))
    t.strictSame(told, new Set([TRACES[whose], `codex-${whose}`, `gemini-${whose}`]))
  }
})

t.test('with other filters, and in pages', async (t) => {
  const launch = { launch: 'launch-mine', since }
  const all = await list(launch)
  const some = await list({ ...launch, session: 'codex-mine' })
  t.ok(some.length > 0 && some.length < all.length)
  const path = `/api/runs?${new URLSearchParams({ ...launch, limit: '1' }).toString()}`
  const ids: string[] = []
  for (let cursor: string | undefined = ''; cursor !== undefined;) {
    const next: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const answer = await fetch(`${onset.url}${path}${next}`)
    const page = (await answer.json()) as { items: readonly RunJson[]; nextCursor?: string }
    ids.push(...page.items.map(({ id }) => id))
    cursor = page.nextCursor
  }
  t.strictSame(
    ids,
    all.map(({ id }) => id)
  )
})

t.test('without a start it is the last day, and a launch nobody made has none', async (t) => {
  t.strictSame(await list({ launch: 'launch-mine' }), [], 'these runs are older')
  t.strictSame(await list({ launch: 'launch', since }), [])
  t.strictSame(await list({ launch: "' OR 1 = 1 --", since }), [])
  t.strictSame(await list({ launch: 'launch-mine', since: until }), [])
  t.equal((await fetch(`${onset.url}/api/runs?launch=`)).status, 400)
})

t.test('the command lists the same', async (t) => {
  const at = { ONSET_URL: onset.url }
  const filters = ['--since', since, '--json']
  const [mine, none, help] = await Promise.all([
    runOnsetCommand(['runs', '--launch', 'launch-mine', ...filters], at),
    runOnsetCommand(['runs', '--launch', 'launch-nobody', ...filters], at),
    runOnsetCommand(['runs', '--help'], at)
  ])
  const idsOf = (stdout: string) =>
    (JSON.parse(stdout) as { items: readonly RunJson[] }).items.map(({ id }) => id)
  t.equal(mine.code, 0, mine.stderr)
  t.strictSame(
    idsOf(mine.stdout),
    (await list({ launch: 'launch-mine', since })).map(({ id }) => id)
  )
  t.strictSame(idsOf(none.stdout), [])
  t.match(help.stdout, /--launch ID/)
})

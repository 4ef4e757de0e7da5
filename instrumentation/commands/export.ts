// `onset export`: runs of a running Onset as lines, page after page, or as Parquet files (export-files.ts). A
// page that is interrupted leaves nothing of itself in a file, and the cursor to continue from is printed.

import { open, type FileHandle } from 'node:fs/promises'
import { createApiClient, OnsetApiError, type ApiClient } from '../api-client/index.ts'
import { EXIT_FAILED, EXIT_OK, EXIT_USAGE, type CommandIo } from './command.ts'
import { exportFiles } from './export-files.ts'
import { defineCommand, listChoices, type Values } from './run-command.ts'

const FORMATS = ['jsonl', 'rl', 'tracebench', 'parquet']
const FILTERS = ['since', 'until', 'outcome', 'service', 'cursor']

export const exportCommand = defineCommand({
  name: 'export',
  summary: 'export runs as labelled runs, rewards, stages or Parquet',
  usage: `onset export --format jsonl|rl|tracebench|parquet [filters] [--labelled-only] [-o FILE]

  --format jsonl         labelled runs as "onset eval" reads them; labels come from feedback
  --format rl            a verdict and a reward for each step
  --format tracebench    stages with their incorrect and unuseful steps
  --format parquet       the steps of jsonl, one row per step
  --since TIME --until TIME    runs that started in this range; ISO 8601
  --outcome ok|error|cancelled|unknown
  --service S
  --labelled-only        only runs on whose onset people agree
  -o, --out FILE         write to FILE instead of standard output; overwrites, or appends with --cursor
                         (Parquet always overwrites)
  --cursor C             continue an interrupted export

Complete runs only, newest first. A Parquet file holds at most 1,000 runs; further ones go to FILE with .2, .3
before its extension. Each Parquet file appears only once it is complete.
ONSET_URL: where Onset runs (http://127.0.0.1:4318). ONSET_API_KEY: a key with the scope read.
Exit codes: 0 exported (also when there are none), 1 interrupted or no answer, 2 wrong usage.`,
  options: {
    format: { type: 'string' },
    ...Object.fromEntries(FILTERS.map((name) => [name, { type: 'string' as const }])),
    'labelled-only': { type: 'boolean' },
    out: { type: 'string', short: 'o' },
    output: { type: 'string' }
  },
  positionals: [],
  act: async (_, values, io) => {
    const { format, cursor } = values
    const output = values['out'] ?? values['output']
    if (typeof format !== 'string' || !FORMATS.includes(format)) {
      const problem = `--format is ${typeof format === 'string' ? JSON.stringify(format) : 'missing'}`
      return refuse(io, `${problem}; expected ${listChoices(FORMATS)}`)
    }
    const query = toQuery(format, values)
    if (format === 'parquet') {
      return exportFiles(io, query, typeof output === 'string' ? output : undefined)
    }
    if (typeof output !== 'string') return exportPages(io, query, toStream(io))
    let file
    try {
      file = await open(output, typeof cursor === 'string' ? 'a' : 'w')
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      return refuse(io, `cannot write ${output}: ${reason}`)
    }
    try {
      return await exportPages(io, query, await toFile(file))
    } finally {
      await file.close()
    }
  }
})

function toQuery(format: string, values: Values): Record<string, string> {
  const query: Record<string, string> = { format }
  for (const name of FILTERS) {
    const value = values[name]
    if (typeof value === 'string') query[name] = value
  }
  if (values['labelled-only'] === true) query['labelledOnly'] = 'true'
  return query
}

interface Target {
  write(bytes: Uint8Array): Promise<unknown>
  /** A whole page was written. */
  keep(): void
  /** What to say of the page that broke off. */
  drop(): Promise<string>
}

async function exportPages(
  io: CommandIo,
  first: Readonly<Record<string, string>>,
  target: Target
): Promise<number> {
  const client = createApiClient(io.env)
  let query = first
  for (;;) {
    let nextCursor
    try {
      nextCursor = await exportPage(client, query, target)
    } catch (error) {
      // What the server refused before a line was written is said by the frame.
      if (error instanceof OnsetApiError && query === first) throw error
      const reason = error instanceof Error ? error.message : String(error)
      const cursor = query['cursor']
      const resume = cursor === undefined ? 'start again' : `continue with --cursor ${cursor}`
      io.stderr.write(`onset export: interrupted (${reason}); ${await target.drop()}; ${resume}\n`)
      return EXIT_FAILED
    }
    target.keep()
    if (nextCursor === undefined) return EXIT_OK
    query = { ...query, cursor: nextCursor }
  }
}

async function exportPage(
  client: ApiClient,
  query: Readonly<Record<string, string>>,
  target: Target
): Promise<string | undefined> {
  const { body, nextCursor } = await client.exportPage(query)
  for await (const bytes of body) await target.write(bytes)
  return nextCursor
}

async function toFile(file: FileHandle): Promise<Target> {
  let written = (await file.stat()).size
  let kept = written
  return {
    write: async (bytes) => {
      await file.appendFile(bytes)
      written += bytes.length
    },
    keep: () => {
      kept = written
    },
    drop: async () => {
      await file.truncate(kept)
      return 'the earlier pages are in the file'
    }
  }
}

/** Waits for whoever reads. */
function toStream({ stdout }: CommandIo): Target {
  const decoder = new TextDecoder()
  let lines = 0
  let kept = 0
  return {
    write: async (bytes) => {
      const text = decoder.decode(bytes, { stream: true })
      for (const character of text) if (character === '\n') lines += 1
      if (stdout.write(text) === false) await drained(stdout)
    },
    keep: () => {
      kept = lines
    },
    drop: async () => `the first ${kept} lines are complete pages`
  }
}

async function drained(stdout: CommandIo['stdout']): Promise<void> {
  if (!('once' in stdout) || typeof stdout.once !== 'function') return
  const { once } = stdout
  await new Promise<void>((resolve) => once.call(stdout, 'drain', resolve))
}

function refuse(io: CommandIo, problem: string): number {
  io.stderr.write(`onset export: ${problem}\nSee "onset export --help".\n`)
  return EXIT_USAGE
}

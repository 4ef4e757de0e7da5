// `onset eval`: measures the localizer on labelled runs and prints every figure beside trivial baselines.

import { stat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { CollectorError } from '@onset/collector/model'
import { FOLD_REPEATS } from './cases.ts'
import { readDataset, RUNS_PER_DATASET_MAX } from './datasets/dataset.ts'
import { evaluateDataset } from './evaluate.ts'
import type { JudgeSettings } from '../judge/index.ts'
import type { JudgeRequest } from './judge-request.ts'
import { DEFAULT_JUDGE_SETTINGS, openEvalJudge, parseJudgeRequest } from './judge-request.ts'
import type { ProductionPath } from './production.ts'
import { renderReport } from './report/table.ts'

const EXIT_OK = 0
/** Wrong command line or unreadable dataset; what could be measured before it was printed. */
const EXIT_USAGE = 2

interface CommandIo {
  readonly stdout: { write(text: string): unknown }
  readonly stderr: { write(text: string): unknown }
  readonly env: Readonly<Record<string, string | undefined>>
}

export interface EvalCommand {
  readonly name: 'eval'
  readonly summary: string
  readonly usage: string
  run(args: readonly string[], io: CommandIo): Promise<number>
}

const USAGE = `onset eval <dataset>... [--json] [--limit N] [--seed N] [--errors] [--baselines-only] [--memory]
                             [--judge | --judge-stub KIND] [--judge-record FILE] [--judge-replay FILE]

Measures the localizer on labelled runs, from steps on as in production, beside trivial baselines.

  <dataset>          a .jsonl or .jsonl.gz file of labelled runs, or a folder of them; a name that is
                     not there is looked for in the folder ONSET_DATA
  --json             one JSON report a line and dataset
  --limit N          the first N runs of each dataset only
  --seed N           of folds and intervals (default 1)
  --errors           list the runs whose best suspect is not the labelled onset
  --baselines-only   leave the localizer out
  --memory           also print what memory would be worth as a weight in the ranking, with and without
  --judge            also ask the model of ONSET_JUDGE_BASE_URL about the runs the localizer is not sure
                     of, and print what that gains and costs; what runs say is sent there
  --judge-record F   with it, append each answer to the file F; what is there already is not asked again
  --judge-replay F   answer from the file F alone: the same figures again, without network
  --judge-stub KIND  instead of a model: oracle (knows the label: the most any judge can do), random or
                     first
  --help             this text

Formats are told by the shape of the first run: onsets, who-and-when, agentrx-tau, step-kinds.
Exit codes: 0 measured, 2 wrong usage or a dataset that cannot be read.
`

export interface EvalOptions {
  /** From the environment; the defaults unless told. */
  readonly readJudgeSettings?: (env: CommandIo['env']) => Promise<JudgeSettings>
}

type MeasuredWith = EvalOptions & { readonly path: ProductionPath }

/** `path` is what is measured: production's own rooms, or others in a test. */
export function createEvalCommand(path: ProductionPath, options: EvalOptions = {}): EvalCommand {
  return {
    name: 'eval',
    summary: 'measure the localizer on labelled runs',
    usage: USAGE,
    run: (args, io) => runEval(args, io, { ...options, path })
  }
}

async function runEval(
  args: readonly string[],
  io: CommandIo,
  measured: MeasuredWith
): Promise<number> {
  const parsed = parseRequest(args)
  const request = typeof parsed === 'object' ? (findConflict(parsed) ?? parsed) : parsed
  if (request === 'help') {
    io.stdout.write(USAGE)
    return EXIT_OK
  }
  if (typeof request === 'string') {
    io.stderr.write(`onset eval: ${request}\n\n${USAGE}`)
    return EXIT_USAGE
  }
  try {
    await measure(request, io, measured)
    return EXIT_OK
  } catch (error) {
    if (!(error instanceof CollectorError)) throw error
    io.stderr.write(`onset eval: ${error.message}\n`)
    return EXIT_USAGE
  }
}

async function measure(
  request: Request,
  io: CommandIo,
  { path, readJudgeSettings }: MeasuredWith
): Promise<void> {
  const { judge: asked, seed } = request
  const settings = asked && ((await readJudgeSettings?.(io.env)) ?? DEFAULT_JUDGE_SETTINGS)
  const judge = asked && settings && (await openEvalJudge(asked, settings, seed))
  for (const [position, file] of (await findFiles(request.datasets, io.env)).entries()) {
    const dataset = await readDataset(file, request.limit)
    const report = await evaluateDataset(dataset, path, {
      seed,
      repeats: FOLD_REPEATS,
      baselinesOnly: request.baselinesOnly,
      misses: request.errors,
      memory: request.memory,
      now,
      judge,
      progress: createProgress(io)
    })
    if (!request.json && position > 0) io.stdout.write('\n')
    io.stdout.write(request.json ? `${JSON.stringify(report)}\n` : renderReport(report))
  }
}

function now(): number {
  return performance.now()
}

/** Often enough to see that it goes on, seldom enough for a log. */
const PROGRESS_INTERVAL_MS = 5_000

function createProgress(io: CommandIo): (text: string) => void {
  let toldAt = -Infinity
  return (text) => {
    if (now() - toldAt < PROGRESS_INTERVAL_MS) return
    toldAt = now()
    io.stderr.write(`onset eval: ${text}\n`)
  }
}

interface Request {
  readonly datasets: readonly string[]
  readonly json: boolean
  readonly limit: number
  readonly seed: number
  readonly errors: boolean
  readonly baselinesOnly: boolean
  readonly memory: boolean
  readonly judge: JudgeRequest | undefined
}

/** A text is what is wrong with the command line. */
function parseRequest(args: readonly string[]): Request | string {
  const parsed = parseFlags(args)
  if (typeof parsed === 'string') return parsed
  const { values, positionals } = parsed
  if (values.help === true) return 'help'
  if (positionals.length === 0) return 'which dataset? Give the path of a .jsonl or .jsonl.gz file'
  const limit = readCount(values.limit ?? String(RUNS_PER_DATASET_MAX), 1, RUNS_PER_DATASET_MAX)
  if (limit === undefined) return `--limit takes a number of 1..${RUNS_PER_DATASET_MAX}`
  const seed = readCount(values.seed ?? '1', 0, SEED_MAX)
  if (seed === undefined) return `--seed takes a number of 0..${SEED_MAX}`
  const judge = parseJudgeRequest(values)
  if (typeof judge === 'string') return judge
  return {
    datasets: positionals,
    json: values.json === true,
    limit,
    seed,
    errors: values.errors === true,
    baselinesOnly: values['baselines-only'] === true,
    memory: values.memory === true,
    judge
  }
}

/** What each flag allows alone and two flags do not allow together. */
function findConflict({ baselinesOnly, errors, memory, judge }: Request): string | undefined {
  if (!baselinesOnly) return undefined
  if (errors) return '--errors lists what the localizer misses; leave out --baselines-only'
  if (memory) return 'memory reorders what the localizer says; leave out --baselines-only'
  return judge && 'a judge judges what the localizer says; leave out --baselines-only'
}

/** What the generator takes as its state. */
const SEED_MAX = 4_294_967_295

function parseFlags(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: { type: 'boolean' },
        limit: { type: 'string' },
        seed: { type: 'string' },
        errors: { type: 'boolean' },
        'baselines-only': { type: 'boolean' },
        memory: { type: 'boolean' },
        judge: { type: 'boolean' },
        'judge-stub': { type: 'string' },
        'judge-record': { type: 'string' },
        'judge-replay': { type: 'string' },
        help: { type: 'boolean', short: 'h' }
      }
    })
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function readCount(text: string, min: number, max: number): number | undefined {
  if (!/^\d{1,10}$/.test(text)) return undefined
  const count = Number(text)
  return count >= min && count <= max ? count : undefined
}

async function findFiles(
  names: readonly string[],
  env: CommandIo['env']
): Promise<readonly string[]> {
  const files: string[] = []
  for (const name of names) {
    const path = await locate(name, env['ONSET_DATA'])
    files.push(...((await isFolder(path)) ? await listDatasets(path) : [path]))
  }
  return files
}

async function locate(name: string, dataFolder: string | undefined): Promise<string> {
  if (dataFolder === undefined || dataFolder === '' || (await exists(name))) return name
  const inside = join(dataFolder, name)
  return (await exists(inside)) ? inside : name
}

async function listDatasets(folder: string): Promise<readonly string[]> {
  const names = (await readdir(folder)).filter((name) => /\.jsonl(?:\.gz)?$/.test(name)).toSorted()
  if (names.length > 0) return names.map((name) => join(folder, name))
  const message = `${folder} holds no .jsonl or .jsonl.gz file; give the path of one`
  throw new CollectorError('NOT_FOUND', message, { retryable: false })
}

async function exists(path: string): Promise<boolean> {
  return (await findStats(path)) !== undefined
}

async function isFolder(path: string): Promise<boolean> {
  return (await findStats(path))?.isDirectory() === true
}

async function findStats(path: string) {
  try {
    return await stat(path)
  } catch {
    return undefined
  }
}

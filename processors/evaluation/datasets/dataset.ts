// Opens a dataset: tells its format by the shape of its first run and reads all runs in it.

import { basename, dirname, join, resolve } from 'node:path'
import { CollectorError, STEPS_PER_RUN_MAX } from '@onset/collector/model'
import type { DatasetFormat, LabelledRun } from '../labelled-run.ts'
import { FieldError, isJsonObject } from './fields.ts'
import type { JsonObject } from './fields.ts'
import { readJsonLines } from './json-lines.ts'
import { isAgentRxTauRecord, readAgentRxTauRun } from './agentrx-tau.ts'
import { isOnsetsRecord, readOnsetsRun } from './onsets.ts'
import { isStepKindsRecord, readStepKindsRun } from './step-kinds.ts'
import { isWhoAndWhenRecord, readWhoAndWhenRun } from './who-and-when.ts'

export interface Dataset {
  readonly path: string
  readonly name: string
  readonly format: DatasetFormat
  readonly runs: readonly LabelledRun[]
  /** Labels left out, each with its line and what is wrong with it. */
  readonly flaws: readonly string[]
}

interface Format {
  readonly name: DatasetFormat
  readonly recognizes: (record: JsonObject) => boolean
  readonly toRun: (record: JsonObject) => LabelledRun
}

const FORMATS: readonly Format[] = [
  { name: 'onsets', recognizes: isOnsetsRecord, toRun: readOnsetsRun },
  { name: 'who-and-when', recognizes: isWhoAndWhenRecord, toRun: readWhoAndWhenRun },
  { name: 'agentrx-tau', recognizes: isAgentRxTauRecord, toRun: readAgentRxTauRun },
  { name: 'step-kinds', recognizes: isStepKindsRecord, toRun: readStepKindsRun }
]

/** Three times the largest labelled set known. All runs are held at once, so this bounds memory. */
export const RUNS_PER_DATASET_MAX = 10_000

/**
 * @throws CollectorError NOT_FOUND when the file cannot be opened, INVALID_ARGUMENT when it is no
 *   dataset of a known format; the message names file, line, field and what would be right.
 */
export async function readDataset(path: string, runsMax = RUNS_PER_DATASET_MAX): Promise<Dataset> {
  let format: Format | undefined
  const runs: LabelledRun[] = []
  const flaws: string[] = []
  for await (const { lineNumber, value } of readJsonLines(path)) {
    const place = `${path}:${lineNumber}`
    if (!isJsonObject(value))
      throw invalid(`${place} is not a JSON object; each line must be one run`)
    format ??= detectFormat(value, place)
    const run = toRun(format, value, place)
    runs.push(run)
    flaws.push(...run.flaws.map((flaw) => `line ${lineNumber}: ${flaw}`))
    if (runs.length >= runsMax) break
  }
  if (format === undefined) throw invalid(`${path} holds no runs; each line must be one run`)
  return { path, name: nameOf(path), format: format.name, runs, flaws }
}

function detectFormat(record: JsonObject, place: string): Format {
  const format = FORMATS.find((candidate) => candidate.recognizes(record))
  if (format !== undefined) return format
  const known = FORMATS.map((candidate) => candidate.name).join(', ')
  throw invalid(`${place} has the fields of no known format (${known}): ${shownKeys(record)}`)
}

function toRun(format: Format, record: JsonObject, place: string): LabelledRun {
  if (!format.recognizes(record)) {
    throw invalid(`${place} is no run of format ${format.name}, as the lines before it are`)
  }
  let run: LabelledRun
  try {
    run = format.toRun(record)
  } catch (cause) {
    if (cause instanceof FieldError) throw invalid(`${place}: ${cause.message}`, cause)
    throw cause
  }
  if (run.numbered.length === 0) throw invalid(`${place} has no steps; a run needs at least one`)
  // Agent frame and closing message come on top of the numbered steps.
  if (run.steps.length > STEPS_PER_RUN_MAX) {
    throw invalid(`${place} has ${run.steps.length} steps; at most ${STEPS_PER_RUN_MAX} are read`)
  }
  return run
}

const KEYS_SHOWN_MAX = 12

function shownKeys(record: JsonObject): string {
  const keys = Object.keys(record)
  const more = keys.length > KEYS_SHOWN_MAX ? ', …' : ''
  return keys.slice(0, KEYS_SHOWN_MAX).join(', ') + more
}

/** With its folder, since `dev` names nothing. */
function nameOf(path: string): string {
  const whole = resolve(path)
  const file = basename(whole)
    .replace(/\.gz$/, '')
    .replace(/\.jsonl$/, '')
  return join(basename(dirname(whole)), file)
}

function invalid(message: string, cause?: unknown): CollectorError {
  return new CollectorError('INVALID_ARGUMENT', message, { retryable: false, cause })
}

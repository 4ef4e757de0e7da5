// Runs a program in a process of its own with the recorder before it, and gives back what it printed and
// the spans of it.

import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { RecordedSpan } from './llm-recorder.ts'

const PRELOAD = fileURLToPath(new URL('llm-preload.ts', import.meta.url))
const TIMEOUT_MS = 60_000

export interface ProgramRun {
  readonly spans: readonly RecordedSpan[]
  readonly defects: readonly string[]
  readonly lastLine: string
}

export async function runLlmProgram(
  folder: string,
  { file, text, env }: { file: string; text: string; env: Readonly<Record<string, string>> }
): Promise<ProgramRun> {
  const path = join(folder, file)
  const spansFile = `${path}.spans.json`
  await writeFile(path, text)
  const stdout = await new Promise<string>((resolve, reject) => {
    execFile(
      process.execPath,
      ['--no-warnings', '--import', PRELOAD, path],
      {
        timeout: TIMEOUT_MS,
        env: { ...process.env, NODE_OPTIONS: '', LLM_SPANS_FILE: spansFile, ...env }
      },
      (error, out, err) => (error === null ? resolve(out) : reject(new Error(`${err}\n${out}`)))
    )
  })
  const told = JSON.parse(await readFile(spansFile, 'utf8')) as Omit<ProgramRun, 'lastLine'>
  return { ...told, lastLine: stdout.trim().split('\n').at(-1) ?? '' }
}

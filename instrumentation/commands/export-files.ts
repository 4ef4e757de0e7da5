// `onset export --format parquet`: a page of runs is a whole file. It is written beside its place and put there
// when its last byte is known to be the last, so a file that is there is whole.

import { open, rename, rm } from 'node:fs/promises'
import { extname } from 'node:path'
import { createApiClient, OnsetApiError, type ExportPage } from '../api-client/index.ts'
import { EXIT_FAILED, EXIT_OK, EXIT_USAGE, type CommandIo } from './command.ts'

/** What a Parquet file begins and ends with: https://parquet.apache.org/docs/file-format/ */
const MAGIC = Buffer.from('PAR1')

export async function exportFiles(
  io: CommandIo,
  query: Readonly<Record<string, string>>,
  output: string | undefined
): Promise<number> {
  if (output !== undefined) return exportParts(io, query, output)
  if (io.stdout.isTTY === true) {
    return refuse(io, 'Parquet cannot go to a terminal; use --out FILE or a pipe')
  }
  const page = await createApiClient(io.env).exportPage(query)
  if (page.nextCursor !== undefined) {
    page.close()
    return refuse(io, 'more runs than fit in one file; use --out FILE')
  }
  try {
    for await (const bytes of checkWhole(page)) io.stdout.write(bytes)
    return EXIT_OK
  } catch (error) {
    io.stderr.write(`onset export: interrupted (${toReason(error)}); the output is incomplete\n`)
    return EXIT_FAILED
  }
}

async function exportParts(
  io: CommandIo,
  first: Readonly<Record<string, string>>,
  output: string
): Promise<number> {
  const client = createApiClient(io.env)
  let query = first
  let parts = 0
  for (;;) {
    const file = parts === 0 ? output : nameOfPart(output, parts + 1)
    let page
    try {
      page = await client.exportPage(query)
      // Runs without a label fill pages too; of those only the first is worth a file.
      if (page.runs !== 0 || parts === 0) {
        await writeWhole(file, page)
        parts += 1
      } else {
        page.close()
      }
    } catch (error) {
      if (query !== first) return breakOff(io, error, { parts, cursor: query['cursor'] })
      if (error instanceof OnsetApiError) throw error
      if (isFileError(error)) return refuse(io, `cannot write ${file}: ${toReason(error)}`)
      return breakOff(io, error, { parts, cursor: query['cursor'] })
    }
    if (page.nextCursor === undefined) return EXIT_OK
    query = { ...query, cursor: page.nextCursor }
  }
}

interface Kept {
  readonly parts: number
  readonly cursor: string | undefined
}

function breakOff(io: CommandIo, error: unknown, { parts, cursor }: Kept): number {
  const files = parts === 1 ? 'the first file is complete' : `the first ${parts} files are complete`
  const kept = parts === 0 ? 'nothing was written' : files
  const resume =
    cursor === undefined ? 'start again' : `continue with --cursor ${cursor} and another FILE`
  io.stderr.write(`onset export: interrupted (${toReason(error)}); ${kept}; ${resume}\n`)
  return EXIT_FAILED
}

/** `runs.parquet` → `runs.2.parquet`, so that `runs*.parquet` names all. */
function nameOfPart(output: string, part: number): string {
  const ending = extname(output)
  const stem = ending === '' ? output : output.slice(0, -ending.length)
  return `${stem}.${part}${ending}`
}

async function writeWhole(path: string, page: ExportPage): Promise<void> {
  const unfinished = `${path}.part`
  try {
    const file = await open(unfinished, 'w')
    try {
      for await (const bytes of checkWhole(page)) await file.appendFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(unfinished, path)
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => undefined)
    throw error
  } finally {
    page.close()
  }
}

/** @throws Error when it does not begin and end as a Parquet file does. */
async function* checkWhole({ body }: ExportPage): AsyncGenerator<Uint8Array> {
  let head = Buffer.alloc(0)
  let tail = Buffer.alloc(0)
  for await (const bytes of body) {
    if (head.length < MAGIC.length) head = Buffer.concat([head, bytes.subarray(0, MAGIC.length)])
    tail = Buffer.concat([tail, bytes.subarray(-MAGIC.length)]).subarray(-MAGIC.length)
    yield bytes
  }
  const isWhole = MAGIC.equals(head.subarray(0, MAGIC.length)) && MAGIC.equals(tail)
  if (!isWhole) throw new Error("the server's answer is not a complete Parquet file")
}

function isFileError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && 'path' in error
}

function toReason(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function refuse(io: CommandIo, problem: string): number {
  io.stderr.write(`onset export: ${problem}\nSee "onset export --help".\n`)
  return EXIT_USAGE
}

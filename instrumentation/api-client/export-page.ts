// One page of an export, as its bytes come. It may take minutes, so what is bounded is the silence.

import type { Send } from './send.ts'

/** The server makes a file of many runs before its first byte, within 100 s. */
const SILENCE_MAX_MS = 120_000

export interface ExportPage {
  readonly body: AsyncIterable<Uint8Array>
  /** Absent on the last page. */
  readonly nextCursor: string | undefined
  /** Of a file; undefined of lines. */
  readonly runs: number | undefined
  /** Lets go of the connection; to be called where the body was not read to its end. */
  close(): void
}

export async function readExportPage(
  send: Send,
  query: Readonly<Record<string, string>>
): Promise<ExportPage> {
  const silence = new AbortController()
  const give = (): void => silence.abort(new Error(`nothing came for ${SILENCE_MAX_MS / 1_000} s`))
  const timer = setTimeout(give, SILENCE_MAX_MS)
  try {
    const path = `/api/export?${new URLSearchParams(query).toString()}`
    const { headers, body } = await send('GET', path, { signal: silence.signal })
    const runs = headers.get('onset-export-runs')
    return {
      body: readPieces(body ?? new ReadableStream<Uint8Array>(), timer),
      nextCursor: headers.get('onset-next-cursor') ?? undefined,
      runs: runs === null ? undefined : Number(runs),
      close: () => {
        clearTimeout(timer)
        silence.abort()
      }
    }
  } catch (error) {
    clearTimeout(timer)
    throw error
  }
}

async function* readPieces(
  body: ReadableStream<Uint8Array>,
  timer: NodeJS.Timeout
): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of body) {
      timer.refresh()
      yield piece
    }
  } finally {
    clearTimeout(timer)
  }
}

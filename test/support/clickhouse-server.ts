// The part of ClickHouse's HTTP interface that the store speaks, over the embedded engine: statements run
// for real, and a test may make the next one fail the way servers and networks fail.

import { randomUUID } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer, text } from 'node:stream/consumers'
import { Session } from 'chdb'

/** How the next statement that matches, by its text or its data, is answered instead. */
export interface Fault {
  readonly on: RegExp
  /** Run the statement before failing: the answer is lost, not the statement. */
  readonly afterRunning?: boolean
  readonly fail: (response: ServerResponse) => void
}

export interface ClickHouseServer {
  readonly url: string
  /** Statements, in the order they came, each with its data. */
  readonly statements: readonly string[]
  /** `user:password` of the last request. */
  readonly credentials: string | undefined
  failNext(fault: Fault): void
  close(): Promise<void>
}

/** An answer as the server gives it when a statement fails. */
export function exception(code: number, message: string, status = 500) {
  return (response: ServerResponse): void => {
    response.writeHead(status, { 'X-ClickHouse-Exception-Code': String(code) })
    response.end(`Code: ${code}. DB::Exception: ${message}. (ERROR) (version 26.7.2.1)\n`)
  }
}

export function cutConnection(response: ServerResponse): void {
  response.destroy()
}

/** Never answers. */
export function hang(): void {}

export async function startClickHouseServer(
  t: { teardown(gone: () => unknown): void },
  dataDir: string,
  port = 0
): Promise<ClickHouseServer> {
  const session = new Session(dataDir)
  const statements: string[] = []
  const faults: Fault[] = []
  let credentials: string | undefined
  const server = createServer((request, response) => {
    credentials = readCredentials(request)
    void answer(request, response)
  })
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const query = new URL(request.url ?? '/', 'http://localhost').searchParams.get('query')
    // A statement in the address has its data in the body.
    const body = query === null ? undefined : await buffer(request)
    const statement = query ?? (await text(request))
    const sent = body === undefined ? statement : `${statement}\n${body.toString('latin1')}`
    statements.push(sent)
    const at = faults.findIndex((fault) => fault.on.test(sent))
    const [fault] = at === -1 ? [] : faults.splice(at, 1)
    try {
      if (fault !== undefined && fault.afterRunning !== true) return fault.fail(response)
      const result = await runStatement(session, statement, body)
      if (fault !== undefined) return fault.fail(response)
      response.writeHead(200, { 'X-ClickHouse-Summary': '{"written_rows":"0"}' })
      response.end(result.bytes())
    } catch (error) {
      response.writeHead(500)
      response.end(error instanceof Error ? error.message : String(error))
    }
  }
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  let isClosed = false
  const close = async (): Promise<void> => {
    if (isClosed) return
    isClosed = true
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    session.close()
  }
  t.teardown(close)
  const address = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${address.port}`,
    statements,
    get credentials() {
      return credentials
    },
    failNext: (fault) => faults.push(fault),
    close
  }
}

/** The engine takes binary data from a file only. */
async function runStatement(
  session: Session,
  statement: string,
  body: Buffer | undefined
): Promise<{ bytes(): Uint8Array }> {
  if (body === undefined) return session.queryAsync(statement, { format: 'TabSeparated' })
  const file = join(tmpdir(), `onset-server-${randomUUID()}`)
  await writeFile(file, body)
  try {
    const fromFile = statement.replace(' SETTINGS ', ` FROM INFILE '${file}' SETTINGS `)
    return await session.queryAsync(fromFile, { format: 'TabSeparated' })
  } finally {
    await rm(file)
  }
}

function readCredentials(request: IncomingMessage): string | undefined {
  const basic = /^Basic (.+)$/.exec(request.headers.authorization ?? '')?.[1]
  return basic === undefined ? undefined : Buffer.from(basic, 'base64').toString()
}

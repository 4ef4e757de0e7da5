// A receiver of alerts on a free port that answers as badly as a test wants.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface ReceivedRequest {
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly text: string
}

/** Answers, cuts the connection, or does nothing at all. `before` counts the requests before this one. */
export type Behave = (response: ServerResponse, before: number) => void

export interface AlertReceiver {
  readonly url: string
  readonly requests: readonly ReceivedRequest[]
  behave(next: Behave): void
  close(): Promise<void>
}

export const answerOk: Behave = (response) => {
  response.end('ok')
}

export async function startAlertReceiver(
  t: { teardown(gone: () => unknown): void },
  behave: Behave = answerOk
): Promise<AlertReceiver> {
  const requests: ReceivedRequest[] = []
  let current = behave
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8')
      requests.push({ path: request.url ?? '', headers: request.headers, text })
      current(response, requests.length - 1)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const close = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  t.teardown(close)
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    behave: (next) => {
      current = next
    },
    close
  }
}

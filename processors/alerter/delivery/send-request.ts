// One POST and what it means. Follows no redirect: an alert goes where the operator said, or nowhere. Reads
// little of the answer and waits for it only so long.

import type { HttpRequest } from '../destinations/notification.ts'
import type { Destination } from '../rules/alert-rules.ts'

export type SendResult =
  | { readonly kind: 'confirmed' }
  /** May succeed later. */
  | { readonly kind: 'failed'; readonly reason: string; readonly retryAfterMs: number | undefined }
  /** The same request will be refused again. */
  | { readonly kind: 'refused'; readonly reason: string }

/** The part of `fetch` that is used. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

export interface SendOptions {
  readonly fetch: Fetch
  readonly timeoutMs: number
  readonly answerBytesMax: number
  /** Aborts when the process stops. */
  readonly signal: AbortSignal
}

/** What the request says is wrong, whoever asks. Wrong keys and addresses can be mended, those are not here. */
const REFUSALS = new Set([400, 413, 422])
const SECONDS = /^\d{1,6}$/
const MILLIS_PER_SECOND = 1_000
const REASON_CHARS_MAX = 300
const UNPRINTABLE = /[\p{Cc}\p{Cf}\u2028\u2029]+/gu

/** Never throws. */
export async function sendRequest(
  destination: Destination,
  request: HttpRequest,
  options: SendOptions
): Promise<SendResult> {
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(options.timeoutMs)])
  try {
    const response = await options.fetch(addressOf(destination), {
      method: 'POST',
      headers: {
        ...Object.fromEntries(destination.headers),
        ...Object.fromEntries(request.headers),
        'content-type': 'application/json',
        'user-agent': 'onset-alerter'
      },
      body: request.body,
      redirect: 'manual',
      signal
    })
    if (response.ok) {
      // Taken, whatever else it says and however that ends.
      await response.body?.cancel().catch(() => undefined)
      return { kind: 'confirmed' }
    }
    const answer = await readAnswer(response, options.answerBytesMax)
    return judge(response, hideSecrets(answer, destination))
  } catch (error) {
    const reason = hideSecrets(reasonOf(error), destination)
    return { kind: 'failed', reason, retryAfterMs: undefined }
  }
}

const ALERTMANAGER_PATH = '/api/v2/alerts'

/** Of an Alertmanager the base address is given, as Prometheus has it. */
function addressOf({ kind, url }: Destination): string {
  if (kind !== 'alertmanager' || url.endsWith(ALERTMANAGER_PATH)) return url
  return `${url.replace(/\/+$/, '')}${ALERTMANAGER_PATH}`
}

/** Of an answer that is not 2xx. */
function judge(response: Response, answer: string): SendResult {
  const { status } = response
  const where = status >= 300 && status < 400 ? ', a redirect, which is not followed' : ''
  const said = answer.slice(0, REASON_CHARS_MAX).replaceAll(UNPRINTABLE, ' ').trim()
  const reason = `HTTP ${status}${where}${said === '' ? '' : `: ${said}`}`
  if (REFUSALS.has(status)) return { kind: 'refused', reason }
  const after = response.headers.get('retry-after') ?? ''
  const retryAfterMs = SECONDS.test(after) ? Number(after) * MILLIS_PER_SECOND : undefined
  return { kind: 'failed', reason, retryAfterMs }
}

async function readAnswer(response: Response, bytesMax: number): Promise<string> {
  if (response.body === null) return ''
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  const reader = response.body.getReader()
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- a stream is read piece by piece
    const { done, value } = await reader.read()
    if (done) break
    bytes += value.length
    text += decoder.decode(value.subarray(0, bytesMax), { stream: true })
    if (bytes >= bytesMax) {
      // oxlint-disable-next-line no-await-in-loop -- the last turn
      await reader.cancel()
      break
    }
  }
  return text
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'failed'
  if (error.name === 'TimeoutError') return 'no answer in time'
  if (error.name === 'AbortError') return 'stopped'
  const cause: unknown = error.cause ?? error
  // Not the message: it may hold the address, which may be a secret.
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : ''
  return typeof code === 'string' && code !== '' ? `no connection: ${code}` : 'no connection'
}

function hideSecrets(text: string, { secrets }: Destination): string {
  return secrets.reduce((hidden, secret) => hidden.replaceAll(secret, '***'), text)
}

// One request to the REST API: the key, the patience, and a sentence for a person when it was refused.

export const DEFAULT_URL = 'http://127.0.0.1:4318'

/** Reading a page of 2,000 steps takes well below a second; this is for a server that hangs. */
const REQUEST_TIMEOUT_MS = 30_000

export class OnsetApiError extends Error {
  /** HTTP status, absent when no answer came. */
  readonly status: number | undefined

  constructor(message: string, options: { cause?: unknown; status?: number } = {}) {
    super(message, { cause: options.cause })
    this.name = 'OnsetApiError'
    this.status = options.status
  }
}

export interface SendOptions {
  readonly body?: object
  /** Instead of the usual patience, which counts until the last byte. */
  readonly signal?: AbortSignal
}

export type Send = (method: string, path: string, options?: SendOptions) => Promise<Response>

/** The answer, when it is a good one. */
export function createSend(url: string, apiKey: string | undefined): Send {
  const key = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }
  return async (method, path, { body, signal } = {}) => {
    requireAddress(url)
    requireKey(apiKey)
    const sent =
      body === undefined
        ? { headers: key }
        : { headers: { ...key, 'content-type': 'application/json' }, body: JSON.stringify(body) }
    let response: Response
    try {
      const patience = signal ?? AbortSignal.timeout(REQUEST_TIMEOUT_MS)
      response = await fetch(`${url}${path}`, { method, ...sent, signal: patience })
    } catch (cause) {
      throw new OnsetApiError(
        `no Onset answers at ${url}: start it with "npm start", or set ONSET_URL to where it runs`,
        { cause }
      )
    }
    if (response.ok) return response
    const text = await response.text()
    const { status } = response
    throw new OnsetApiError(explain({ url, status, text, hasKey: apiKey !== undefined }), {
      status
    })
  }
}

/** @throws OnsetApiError a sentence with the value: an address is no secret, unless it carries a password. */
function requireAddress(url: string): void {
  const address = URL.canParse(url) ? new URL(url) : undefined
  if (address?.protocol === 'http:' || address?.protocol === 'https:') return
  const shown = url.includes('@') ? '' : ` ${JSON.stringify(url)},`
  throw new OnsetApiError(`ONSET_URL is${shown} not an http(s) URL such as ${DEFAULT_URL}`)
}

/** A header takes no other characters: https://www.rfc-editor.org/rfc/rfc9110#field.values */
function requireKey(apiKey: string | undefined): void {
  if (apiKey === undefined || /^[\t\u0020-\u007e\u0080-\u00ff]*$/.test(apiKey)) return
  const what = /[\r\n]/.test(apiKey) ? 'a line break' : 'a character not allowed in a header'
  throw new OnsetApiError(`ONSET_API_KEY contains ${what}; set it to the key only`)
}

interface Refused {
  readonly url: string
  readonly status: number
  readonly text: string
  readonly hasKey: boolean
}

function explain({ url, status, text, hasKey }: Refused): string {
  if (status === 401 && hasKey) {
    return `Onset at ${url} does not know the key in ONSET_API_KEY, or it was revoked or has expired`
  }
  if (status === 401) return `Onset at ${url} requires a key: set ONSET_API_KEY`
  if (status === 403 && hasKey)
    return `the key in ONSET_API_KEY lacks the scope for this at ${url}: reading needs read, managing needs admin`
  return `Onset at ${url} answered ${status}: ${readMessage(text)}`
}

function readMessage(text: string): string {
  try {
    const body: unknown = JSON.parse(text)
    if (typeof body === 'object' && body !== null && 'error' in body) {
      const { error } = body
      if (typeof error === 'object' && error !== null && 'message' in error) {
        return String(error.message)
      }
    }
  } catch {
    // Not JSON: some proxy's page. Its first words are the best there is to show.
  }
  return text.slice(0, 200)
}

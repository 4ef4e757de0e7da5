// Which attempt of a request this is. SDKs made by Stainless say it in a header; elsewhere the same body
// to the same place, after the first one failed, is the same request again.

import type { HeaderReader } from './recognize-call.ts'

/** Failed requests that may be repeated; a program that has more of them open is not retrying any more. */
const FAILED_REQUESTS_MAX = 256

export class Attempts {
  /** Key of a request → how often it failed. */
  readonly #failed = new Map<string, number>()

  attemptOf(key: string, headerOf: HeaderReader): number {
    const retries = Number(headerOf('x-stainless-retry-count') ?? 0)
    const counted = Number.isInteger(retries) && retries > 0 ? retries : this.#failed.get(key)
    return (counted ?? 0) + 1
  }

  failed(key: string, attempt: number): void {
    this.#failed.delete(key)
    if (this.#failed.size >= FAILED_REQUESTS_MAX) {
      const [oldest] = this.#failed.keys()
      if (oldest !== undefined) this.#failed.delete(oldest)
    }
    this.#failed.set(key, attempt)
  }

  succeeded(key: string): void {
    this.#failed.delete(key)
  }
}

/** The end of a body is what is new in it; a hash of all of it would cost more than it tells. */
export function requestKey(traceId: string | undefined, url: URL, bodyText: string): string {
  const end = bodyText.slice(-BODY_END_CHARS)
  return [traceId ?? '', url.host, url.pathname, String(bodyText.length), end].join(' ')
}

const BODY_END_CHARS = 512

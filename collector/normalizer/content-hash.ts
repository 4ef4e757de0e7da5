// The hash by which a content that is not kept is known again.

import { hash } from 'node:crypto'

/** Of a SHA-256: 64 bits tell apart all that one installation holds. */
export const HASH_HEX_CHARS = 16

export function contentHash(content: string | Uint8Array): string {
  return hash('sha256', content).slice(0, HASH_HEX_CHARS)
}

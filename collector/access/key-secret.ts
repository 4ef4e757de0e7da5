// The secrets of keys made at run time: `onset_`, 32 random bytes and a checksum of them, so that scanners
// of repositories and our own masking know one when they see it, and a mistyped one costs no look-up.
//
// A digest by SHA-256 and no slow hash: slow hashes make guessing dear where secrets are guessable. Nobody
// guesses 256 random bits, and a slow hash on each export request would be a way to overload the collector.

import { createHash, randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'

const PREFIX = 'onset_'

/** As many bits as the digest keeps. */
const RANDOM_BYTES = 32

/** 43 characters of base64url for the bytes, 6 for the checksum. */
const SECRET = /^onset_([\w-]{43})([\w-]{6})$/

export function createSecret(): string {
  const random = randomBytes(RANDOM_BYTES).toString('base64url')
  return `${PREFIX}${random}${checksumOf(random)}`
}

/** False only for what createSecret cannot have made. */
export function isSecret(text: string): boolean {
  const [, random = '', checksum] = SECRET.exec(text) ?? []
  return checksum !== undefined && checksumOf(random) === checksum
}

/** Looks like one, whole or mistyped, and does not belong into a name or a log. */
export function holdsSecret(text: string): boolean {
  return /onset_[\w-]{43}/.test(text)
}

export function digestOf(secret: string): Buffer {
  return createHash('sha256').update(secret, 'utf8').digest()
}

function checksumOf(random: string): string {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(crc32(random))
  return bytes.toString('base64url')
}

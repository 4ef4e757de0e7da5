// A number that stands for a text, so that what a run has shown can be remembered without its texts: two
// FNV-1a hashes (https://www.rfc-editor.org/rfc/rfc9923) side by side. Among a million texts two share one
// with a chance of one in ten thousand, and then two actions pass for equal. Not for secrets.

const PRIME = 0x01000193
const BASIS = 0x811c9dc5
/** Any other start gives an independent second half. */
const OTHER_BASIS = 0x2f0b4c47
/** 32 bits of one and 21 of the other are what a number holds exactly. */
const HIGH_VALUES = 2 ** 21
const LOW_VALUES = 2 ** 32

export function fingerprint(text: string): number {
  let low = BASIS
  let high = OTHER_BASIS
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    low = Math.imul(low ^ unit, PRIME)
    high = Math.imul(high ^ (unit + at), PRIME)
  }
  return ((high >>> 0) % HIGH_VALUES) * LOW_VALUES + (low >>> 0)
}

// Secrets in a text that comes by another way than spans: what a verifier printed, what a person wrote.

import { maskSecrets } from './sanitizers/mask-secrets.ts'
import { findSecretHints } from './sanitizers/secret-hints.ts'

export function maskText(text: string): string {
  const hints = findSecretHints(text)
  return hints === undefined ? text : maskSecrets(text, hints)
}

// All kinds of secrets. What has no shape (a password in prose) is not found: without a prefix there must be a name
// and a separator, or a command that takes a password.

import { COMMAND_KINDS } from './command-kinds.ts'
import { NAMED_KINDS } from './named-kinds.ts'
import type { SecretKind } from './secret-kind.ts'
import { TOKEN_KINDS } from './token-kinds.ts'
import { URL_KINDS } from './url-kinds.ts'

/** In the order they are masked: what is known by its shape before what is known by its name. */
export const SECRET_KINDS: readonly SecretKind[] = [
  ...TOKEN_KINDS,
  ...URL_KINDS,
  ...COMMAND_KINDS,
  ...NAMED_KINDS
]

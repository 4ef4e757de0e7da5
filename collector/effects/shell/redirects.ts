// Redirections as files read and written, and the text that a here-document feeds to a command.

import type { Redirection } from 'unbash'
import type { RedirectMode, ShellRedirect } from './program.ts'
import type { Words } from './words.ts'

/** Descriptor of `&>`: both outputs, told as standard output. */
const STANDARD_OUTPUT = 1

export function readRedirects(
  redirections: readonly Redirection[],
  words: Words
): readonly ShellRedirect[] {
  const redirects: ShellRedirect[] = []
  for (const redirection of redirections) {
    if (redirection.type !== 'Redirect' || redirection.target === undefined) continue
    const target = words.read(redirection.target)
    const { operator } = redirection
    // `2>&1`, `>&-` move descriptors; no file is meant.
    if (operator.endsWith('&') && /^(?:\d{1,3}-?|-)$/.test(target)) continue
    const mode = modeOf(operator)
    const own = redirection.descriptor
    const descriptor = own?.type === 'FileDescriptor' ? own.value : undefined
    redirects.push({
      mode,
      target,
      descriptor: descriptor ?? (mode === 'read' ? 0 : STANDARD_OUTPUT)
    })
  }
  return redirects
}

function modeOf(operator: string): RedirectMode {
  if (operator.startsWith('<')) return 'read'
  return operator.endsWith('>>') ? 'append' : 'write'
}

/** Body of the last here-document or here-string, which is the one a shell feeds. */
export function readInput(redirections: readonly Redirection[], words: Words): string | undefined {
  let input: string | undefined
  for (const redirection of redirections) {
    if (redirection.type === 'HereDoc') input = redirection.body.text
    else if (redirection.type === 'HereString' && redirection.target !== undefined) {
      input = words.read(redirection.target)
    }
  }
  return input
}

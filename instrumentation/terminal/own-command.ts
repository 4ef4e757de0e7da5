// How a person calls `onset` where this one was called: a line to be pasted has to work there.

import { dirname, relative } from 'node:path'

/** `show <run>` as a line for the shell. */
export type OwnCommand = (words: string) => string

/** https://docs.npmjs.com/cli/v11/using-npm/scripts#environment: npm says which script it runs, and of what. */
export function ownCommandOf(env: Readonly<Record<string, string | undefined>>): OwnCommand {
  const { npm_lifecycle_event: script, npm_package_json: scriptOf, INIT_CWD: startedIn } = env
  if (script === 'onset' && scriptOf !== undefined) {
    const root = dirname(scriptOf)
    const isInside = startedIn === undefined || !/^\.\.|^\//.test(relative(root, startedIn))
    const npm = isInside ? 'npm' : `npm --prefix ${quote(root)}`
    return (words) => `${npm} run onset -- ${words}`
  }
  // What the script of another package calls is not what its caller types.
  const isNpx = env['npm_command'] === 'exec' || script !== undefined
  return (words) => (isNpx ? `npx --no-install onset ${words}` : `onset ${words}`)
}

function quote(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`
}

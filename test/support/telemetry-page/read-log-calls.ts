// The calls of loggers in the sources, read as text: level, message, and the fields where they are written out.

import { globSync } from 'node:fs'
import { readText, ROOT } from '../deploy-files.ts'

export interface LogCall {
  readonly file: string
  readonly level: string
  /** Texts that it may log; each hole of a template is `…`. */
  readonly messages: readonly string[]
  /** Undefined when they are put together elsewhere. */
  readonly fields: readonly string[] | undefined
}

const CALL = /\b(?:logger|log)\??\.(fatal|error|warn|info|debug|trace)\(/g

/** Passes on what others log. */
const FORWARDER = 'collector/receiver/throttled-log.ts'

export function readLogCalls(): readonly LogCall[] {
  const files = globSync('{collector,processors}/**/*.ts', {
    cwd: ROOT,
    exclude: ['**/node_modules/**', '**/dist/**']
  })
  return [...files, 'main.ts']
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file !== FORWARDER)
    .toSorted()
    .flatMap((file) => findLogCalls(file, readText(file)))
}

export function findLogCalls(file: string, text: string): readonly LogCall[] {
  return [...text.matchAll(CALL)].map((found) => {
    const args = splitArguments(text, found.index + found[0].length)
    const message = args.at(-1) ?? ''
    return {
      file,
      level: found[1] ?? '',
      messages: readTexts(message),
      fields: args.length === 1 ? [] : readFields(args[0] ?? '')
    }
  })
}

const QUOTED = /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`/g

/** No call is longer. */
const CALL_CHARS_MAX = 2_000

/** From behind the parenthesis to the one that closes it. */
function splitArguments(text: string, start: number): readonly string[] {
  const call = text.slice(start, start + CALL_CHARS_MAX)
  // Of the same length, so that what is found there is found here.
  const bare = call.replaceAll(QUOTED, (quoted) => '_'.repeat(quoted.length))
  const args: string[] = []
  let depth = 0
  let from = 0
  for (const { 0: char, index } of bare.matchAll(/[()[\]{},]/g)) {
    if ('([{'.includes(char)) depth += 1
    else if (char !== ',') depth -= 1
    if (depth > 0 || (depth === 0 && char !== ',')) continue
    args.push(call.slice(from, index).trim())
    from = index + 1
    if (depth < 0) break
  }
  return args.filter((arg) => arg !== '')
}

/** `'a'`, a template, or a choice of two. */
function readTexts(argument: string): readonly string[] {
  const texts = [...argument.matchAll(/'((?:[^'\\]|\\.)*)'|`((?:[^`\\]|\\.)*)`/g)]
  return texts.map(
    ([, plain, template]) => plain ?? (template ?? '').replaceAll(/\$\{[^}]*\}/g, '…')
  )
}

function readFields(argument: string): readonly string[] | undefined {
  if (!argument.startsWith('{')) return undefined
  const inner = argument.slice(1, -1)
  return splitArguments(`${inner})`, 0).map((field) =>
    field.startsWith('...') ? '…' : (/^[\w$]+/.exec(field)?.[0] ?? field)
  )
}

// Reads the files of deploy/ and says what in them leads nowhere: a name that is no setting, a mount without
// a volume, a port or a probe that nothing answers. Each check returns problems, so that a test can show it a
// planted one.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseAllDocuments } from 'yaml'
import { SETTINGS_SCHEMA } from '../../collector/settings-schema.ts'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export type Node = Record<string, unknown>

export function readText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}

/** All documents of a YAML file; throws on what is not clean YAML. */
export function readYaml(path: string): readonly Node[] {
  return parseAllDocuments(readText(path), { uniqueKeys: true, merge: true }).map((document) => {
    const [problem] = [...document.errors, ...document.warnings]
    if (problem !== undefined) throw new Error(`${path}: ${problem.message}`)
    return document.toJS() as Node
  })
}

export function isSetting(name: string): boolean {
  return Object.hasOwn(SETTINGS_SCHEMA.properties, name)
}

/** `onset.a.b` of nested objects; undefined when a part is missing. */
export function dig(value: unknown, ...path: readonly (string | number)[]): unknown {
  let at = value
  for (const key of path) {
    if (typeof at !== 'object' || at === null) return undefined
    at = (at as Record<string | number, unknown>)[key]
  }
  return at
}

export function listOf(value: unknown): readonly Node[] {
  return Array.isArray(value) ? (value as readonly Node[]) : []
}

export function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : []
}

export function keysOf(value: unknown): readonly string[] {
  return typeof value === 'object' && value !== null ? Object.keys(value) : []
}

/** Names in `${NAME}` and `${NAME:?why}`. */
export function variablesOf(text: string): readonly string[] {
  return [...text.matchAll(/\$\{(\w+)/g)].map(([, name = '']) => name)
}

export type Say = (problem: string) => void

/** `node file`: the file is one of the image's. */
export function checkCommand(command: unknown, say: Say): void {
  if (command === undefined) return
  const [program = '', script = ''] = textsOf(command)
  if (program !== 'node') say(`runs ${program}, not node: npm would swallow SIGTERM`)
  if (!existsSync(join(ROOT, script))) say(`${script} does not exist`)
}

/** Tags that are not closed in order, of the plain XML of configuration files. */
export function checkXml(text: string): readonly string[] {
  const open: string[] = []
  const plain = text.replaceAll(/<!--[^]*?-->/g, '')
  for (const [, closes, name = '', rest = ''] of plain.matchAll(/<(\/?)([\w]+)([^<>]*)>/g)) {
    if (closes === '/') {
      const last = open.pop()
      if (last !== name) return [`</${name}> closes <${last}>`]
    } else if (!rest.endsWith('/')) open.push(name)
  }
  return open.map((name) => `<${name}> is not closed`)
}

// What installing a package puts on the disk: itself and its dependencies, each once, as npm resolves them.

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** A package that goes into other people's agents is to be light. */
export const PACKAGE_BYTES_MAX = 15 * 1024 * 1024

export interface InstalledPackage {
  readonly name: string
  readonly version: string
  readonly bytes: number
}

interface Manifest {
  readonly name: string
  readonly version: string
  readonly dependencies?: Readonly<Record<string, string>>
}

export function installedPackages(folder: string): readonly InstalledPackage[] {
  const seen = new Map<string, InstalledPackage>()
  const waiting = [folder]
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (seen.has(path)) continue
    const manifest = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as Manifest
    const { name, version, dependencies = {} } = manifest
    seen.set(path, { name, version, bytes: folderBytes(path) })
    for (const dependency of Object.keys(dependencies)) waiting.push(findPackage(path, dependency))
  }
  return [...seen.values()]
}

function findPackage(from: string, name: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    const path = join(folder, 'node_modules', name)
    if (existsSync(join(path, 'package.json'))) return path
    if (folder === dirname(folder)) throw new Error(`${name} is not installed for ${from}`)
  }
}

/** Nested packages are counted where they are found as dependencies. */
function folderBytes(folder: string): number {
  let bytes = 0
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) bytes += entry.name === 'node_modules' ? 0 : folderBytes(path)
    else if (entry.isFile()) bytes += statSync(path).size
  }
  return bytes
}

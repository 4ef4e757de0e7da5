// Reaches a class inside a package without the application's help: an ES module gets a line at its end
// that hands the class over, a CommonJS module is looked at once it is loaded. Only the named files are
// touched; nothing is wrapped, so imports, cycles and subclasses stay what they are.

import * as nodeModule from 'node:module'
import { isObject } from './bridge-room.ts'

export interface WantedClass {
  /** The end of the file's path, with `/`. */
  readonly files: readonly string[]
  readonly name: string
  /** Called with each copy of the class that the program loads. */
  readonly found: (theClass: Readonly<Record<PropertyKey, unknown>>) => void
}

const HAND_OVER = Symbol.for('onset.instrumentation.bridges')

/** Gives the function that takes the hooks off. */
export function reachModules(wanted: readonly WantedClass[]): () => void {
  const handOver = (name: string, value: unknown): void => {
    const match = wanted.find((entry) => entry.name === name)
    if (match !== undefined && isObject(value)) match.found(value)
  }
  Object.defineProperty(globalThis, HAND_OVER, { value: handOver, configurable: true })
  const removeEsm = reachEsModules(wanted)
  const removeCjs = reachCommonJs(wanted, handOver)
  return () => {
    removeEsm()
    removeCjs()
    Reflect.deleteProperty(globalThis, HAND_OVER)
  }
}

function wantedIn(wanted: readonly WantedClass[], path: string): WantedClass | undefined {
  return wanted.find(({ files }) => files.some((file) => path.endsWith(file)))
}

/**
 * The first minor and patch of each line in which a synchronous hook leaves CommonJS inside an ES module
 * graph alone: https://github.com/nodejs/node/pull/59929. Later lines have it from the start.
 */
const SYNC_HOOKS_SINCE = new Map([
  [22, [22, 3]],
  [24, [11, 1]],
  [25, [1, 0]]
])
const SYNC_HOOKS_ALWAYS_SINCE = 26

function supportsSyncHooks(): boolean {
  const [major = 0, minor = 0, patch = 0] = process.versions.node.split('.').map(Number)
  if (major >= SYNC_HOOKS_ALWAYS_SINCE) return true
  const [sinceMinor = Infinity, sincePatch = 0] = SYNC_HOOKS_SINCE.get(major) ?? []
  return minor > sinceMinor || (minor === sinceMinor && patch >= sincePatch)
}

function reachEsModules(wanted: readonly WantedClass[]): () => void {
  if (!supportsSyncHooks()) return () => undefined
  const hooks = nodeModule.registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context)
      const match = wantedIn(wanted, url)
      if (match === undefined || loaded.format !== 'module' || loaded.source === undefined) {
        return loaded
      }
      const source =
        typeof loaded.source === 'string' ? loaded.source : Buffer.from(sourceBytes(loaded.source))
      return { ...loaded, source: `${source.toString()}\n${handOverLine(match.name)}` }
    }
  })
  return () => hooks.deregister()
}

function sourceBytes(source: ArrayBuffer | NodeJS.TypedArray | null): Uint8Array {
  if (source === null) return new Uint8Array()
  return source instanceof ArrayBuffer
    ? new Uint8Array(source)
    : new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
}

function handOverLine(name: string): string {
  const key = `Symbol.for(${JSON.stringify(HAND_OVER.description)})`
  return `globalThis[${key}]?.(${JSON.stringify(name)}, typeof ${name} === 'undefined' ? undefined : ${name});`
}

type LoadFile = (this: unknown, filename: string) => unknown

function reachCommonJs(
  wanted: readonly WantedClass[],
  handOver: (name: string, value: unknown) => void
): () => void {
  const prototype: unknown = nodeModule.Module.prototype
  if (!isObject(prototype)) return () => undefined
  const original = prototype['load']
  if (!isLoad(original)) return () => undefined
  const load: LoadFile = function (filename) {
    const result = original.call(this, filename)
    const match = wantedIn(wanted, filename.replaceAll('\\', '/'))
    if (match !== undefined && isObject(this) && isObject(this['exports'])) {
      handOver(match.name, this['exports'][match.name])
    }
    return result
  }
  Reflect.set(prototype, 'load', load)
  return () => {
    if (prototype['load'] === load) Reflect.set(prototype, 'load', original)
  }
}

function isLoad(value: unknown): value is LoadFile {
  return typeof value === 'function'
}

// Which files tell something about the agent: those it works on, not those that programs are made of.

import { homedir } from 'node:os'
import { resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

const MACHINE = /^\/(?:proc|sys|dev|run|etc|usr|lib|lib64|bin|sbin|opt\/node[^/]*)(?:\/|$)/
const PARTS_OF_PROGRAMS = /[/\\](?:node_modules|\.git|\.cache|__pycache__)(?:[/\\]|$)/
const MODULE = /\.(?:[cm]?[jt]sx?|json|node)$/

/** The path as it is, absolute; undefined for descriptors and what else is no path. */
export function pathOf(given: unknown): string | undefined {
  if (typeof given === 'string') return resolve(given)
  if (Buffer.isBuffer(given)) return resolve(given.toString())
  return given instanceof URL && given.protocol === 'file:' ? fileURLToPath(given) : undefined
}

export function isWorthKnowing(path: string, ignored: readonly string[]): boolean {
  if (MACHINE.test(path) || PARTS_OF_PROGRAMS.test(path)) return false
  return !ignored.some((folder) => path === folder || path.startsWith(folder + sep))
}

/** Settings of tools in the home folder are read by programs, whatever they work on. */
export function isReadForWork(path: string, isSync: boolean): boolean {
  if (path.startsWith(`${homedir()}${sep}.`)) return false
  return !(isSync && MODULE.test(path) && isModuleLoading())
}

/** CommonJS reads what it loads with the same functions, those that wait; only the stack tells. */
function isModuleLoading(): boolean {
  const at = { stack: '' }
  Error.captureStackTrace(at, isModuleLoading)
  return at.stack.includes('node:internal/modules/')
}

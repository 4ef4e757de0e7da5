// Where spools are and whose they are. A process writes into a folder of its own, named for its machine
// and process id; who wants to upload a folder that another left behind renames it first, and only one
// rename can succeed.

import { lstatSync, mkdirSync, readFileSync, readlinkSync, renameSync } from './untouched-fs.ts'
import { createHash, randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import type { Destination } from './options.ts'

/** `run`: written by its process; `left`: handed over; `taken`: being uploaded by the process in its name. */
export type FolderState = 'run' | 'left' | 'taken'

export interface FolderName {
  readonly state: FolderState
  readonly machine: string
  readonly pid: number
  readonly id: string
}

const FOLDER_NAME = /^(run|left|taken)-([0-9a-f]{8})-(\d{1,10})-([0-9a-f]{12})$/

/** Names of headers that carry a key: who asks, not who is asked. */
const CREDENTIAL_HEADER =
  /^(?:cookie|authorization|proxy-authorization|.*(?:api-?key|access-?key|token|secret|password))$/i

/**
 * Spools are kept apart by destination: what was meant for one is never sent to another. It is the address, with the
 * headers that choose something there, as a tenant; not the key: what was refused for a wrong one goes with the right one.
 */
export function spoolOfDestination(spoolDir: string, { url, headers }: Destination): string {
  const address = new URL(url)
  address.username = ''
  address.password = ''
  const names = Object.keys(headers).filter((name) => !CREDENTIAL_HEADER.test(name))
  const lines = names.toSorted().map((name) => `${name}: ${headers[name]}`)
  const identity = [address.href, ...lines].join('\n')
  return join(spoolDir, createHash('sha256').update(identity).digest('hex').slice(0, 16))
}

/**
 * Makes the folder with no access for others. In a folder that all users share, somebody may have been
 * there first: what is not a folder of this user is refused.
 * @throws Error when it cannot be made or is not this user's.
 */
export function makePrivateFolder(path: string): void {
  makeFolders(path)
  const uid = process.getuid?.()
  if (uid === undefined) return
  const found = lstatSync(path)
  if (!found.isDirectory() || found.uid !== uid)
    throw new Error(`${path} is not a folder of this user`)
  if ((found.mode & 0o022) !== 0) throw new Error(`${path} may be written by others`)
}

/**
 * As `mkdirSync` with `recursive`, which on Node 20 to 24 never returns where the file system answers ENOENT although
 * the parent is there, as /proc does: an agent must not hang on a wrong setting.
 */
function makeFolders(path: string): void {
  if (makeFolder(path)) return
  makeFolders(dirname(path))
  if (!makeFolder(path)) throw new Error(`${path} cannot be made`)
}

/** False when its parent is missing. Somebody else may make it at the same time. */
function makeFolder(path: string): boolean {
  try {
    mkdirSync(path, { mode: 0o700 })
    return true
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'EEXIST') return true
    if (code === 'ENOENT' && dirname(path) !== path) return false
    throw error
  }
}

export function newFolderName(machine: string, pid: number): string {
  return formatName({ state: 'run', machine, pid, id: randomBytes(6).toString('hex') })
}

export function formatName({ state, machine, pid, id }: FolderName): string {
  return `${state}-${machine}-${pid}-${id}`
}

export function parseName(name: string): FolderName | undefined {
  const match = FOLDER_NAME.exec(name)
  if (match === null) return undefined
  const [, state, machine = '', pid, id = ''] = match
  if (state !== 'run' && state !== 'left' && state !== 'taken') return undefined
  return { state, machine, pid: Number(pid), id }
}

/** A process id means something only within one boot, one host name and one namespace of process ids. */
export function machineToken(): string {
  const parts = [hostname()]
  try {
    parts.push(readFileSync('/proc/sys/kernel/random/boot_id', 'utf8'))
    parts.push(readlinkSync('/proc/self/ns/pid'))
  } catch {
    // Not a Linux: the host's name is what there is.
  }
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 8)
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: alive, of another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** Renames the folder to the given name; false when somebody else was faster. */
export function claimFolder(root: string, from: string, to: string): boolean {
  try {
    renameSync(join(root, from), join(root, to))
    return true
  } catch {
    return false
  }
}

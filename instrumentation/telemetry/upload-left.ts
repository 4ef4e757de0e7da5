// Uploads the spools that other processes left behind: handed over at their end, or there because they
// were killed. One process at a time has a folder, by renaming it to its own name first.

import { join } from 'node:path'
import { FOREIGN_IDLE_MAX_MS, SPOOL_AGE_MAX_MS } from './limits.ts'
import { readInterrupted, readSegment } from './read-spool.ts'
import { sendRecords, type SendRecordsOptions, type Sent } from './send-records.ts'
import { claimFolder, formatName, isAlive, machineToken, parseName } from './spool-folder.ts'
import { listSegments, OPEN_FILE } from './spool-files.ts'
import { readdirSync, rmSync, statSync } from './untouched-fs.ts'

export interface UploadLeftOptions extends SendRecordsOptions {
  readonly root: string
  /** More than this left behind is not kept: the oldest goes. */
  readonly bytesMax: number
  /** When this process began, in ms: a folder with its process id and from before is another's. */
  readonly startedAt: number
}

/** `done` when nothing is left that this process may take. */
export async function uploadLeft(options: UploadLeftOptions): Promise<Sent> {
  const machine = machineToken()
  for (const name of listFolders(options.root)) {
    if (!isLeft(name, machine, options)) continue
    const parsed = parseName(name)
    if (parsed === undefined) continue
    const taken = formatName({ ...parsed, state: 'taken', machine, pid: process.pid })
    if (name !== taken && !claimFolder(options.root, name, taken)) continue
    const sent = await uploadTaken(join(options.root, taken), options)
    if (sent.kind === 'done') continue
    claimFolder(options.root, taken, formatName({ ...parsed, state: 'left' }))
    keepWithinBounds(machine, options)
    return sent
  }
  return { kind: 'done' }
}

async function uploadTaken(folder: string, options: UploadLeftOptions): Promise<Sent> {
  // Before the segments go: they tell which spans ended although their mark was not written any more.
  const interrupted = await sendRecords(readInterrupted(folder), options)
  if (interrupted.kind !== 'done') return interrupted
  rmSync(join(folder, OPEN_FILE), { force: true })
  for (const segment of listSegments(folder)) {
    const path = join(folder, segment)
    const sent = await sendRecords(readSegment(path), options)
    if (sent.kind !== 'done') return sent
    rmSync(path, { force: true })
  }
  rmSync(folder, { recursive: true, force: true })
  return { kind: 'done' }
}

function isLeft(name: string, machine: string, options: UploadLeftOptions): boolean {
  const parsed = parseName(name)
  if (parsed === undefined) return false
  if (parsed.state === 'left') return true
  const changed = changeTime(join(options.root, name))
  if (changed === undefined) return false
  if (parsed.machine !== machine) return options.now() - changed > FOREIGN_IDLE_MAX_MS
  if (parsed.pid === process.pid) return parsed.state === 'run' && changed < options.startedAt
  return !isAlive(parsed.pid)
}

/** Old first: what waits longest is sent first, and goes first when there is too much. */
function listFolders(root: string): readonly string[] {
  let names: string[]
  try {
    names = readdirSync(root)
  } catch {
    return []
  }
  return names
    .map((name) => ({ name, changed: changeTime(join(root, name)) ?? 0 }))
    .toSorted((a, b) => a.changed - b.changed)
    .map(({ name }) => name)
}

function keepWithinBounds(machine: string, options: UploadLeftOptions): void {
  const left = listFolders(options.root).filter((name) => isLeft(name, machine, options))
  const sizes = left.map((name) => folderBytes(join(options.root, name)))
  let bytes = sizes.reduce((sum, size) => sum + size, 0)
  for (const [index, name] of left.entries()) {
    const path = join(options.root, name)
    const isOld = options.now() - (changeTime(path) ?? 0) > SPOOL_AGE_MAX_MS
    if (bytes <= options.bytesMax && !isOld) continue
    options.onDropped(countSpans(path), isOld ? 'too old' : 'too much waits to be sent')
    rmSync(path, { recursive: true, force: true })
    bytes -= sizes[index] ?? 0
  }
}

function countSpans(folder: string): number {
  return listSegments(folder).reduce(
    (sum, segment) => sum + readSegment(join(folder, segment)).records.length,
    0
  )
}

function folderBytes(folder: string): number {
  try {
    return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)
  } catch {
    return 0
  }
}

function changeTime(path: string): number | undefined {
  try {
    return statSync(path).mtimeMs
  } catch {
    return undefined
  }
}

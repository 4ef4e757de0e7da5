// Functions of `fs` in all three forms. What one of them calls inside is not seen a second time: during the
// call nothing else is watched.

import fs from 'node:fs'
import { isFunction, type AnyFunction, type Patches } from '../patch.ts'
import type { Room } from '../room.ts'
import type { FileRecords, Operation, Settle, Touch } from './file-records.ts'
import { pathOf } from './worth-knowing.ts'

const ONE_PATH: Readonly<Record<string, Operation>> = {
  readFile: 'read',
  writeFile: 'write',
  appendFile: 'write',
  truncate: 'write',
  unlink: 'delete',
  rm: 'delete',
  mkdir: 'mkdir'
}
const TWO_PATHS: Readonly<Record<string, Operation>> = { rename: 'rename', copyFile: 'copy' }

type Begin = (args: readonly unknown[]) => Settle | undefined

export function watchFiles(room: Room, files: FileRecords, patches: Patches): void {
  const followed = new FollowedHandles(room, files)
  const touches: [string, (args: readonly unknown[]) => Touch | undefined][] = [
    ...Object.entries(ONE_PATH).map(([name, operation]): [string, typeof onePath] => [
      name,
      (args) => onePath(args, operation)
    ]),
    ...Object.entries(TWO_PATHS).map(([name, operation]): [string, typeof onePath] => [
      name,
      (args) => twoPaths(args, operation)
    ])
  ]
  for (const [name, touchOf] of touches) {
    const begin: Begin = (args) => {
      const touch = room.isBusy ? undefined : touchOf(args)
      return touch === undefined ? undefined : room.safely(() => files.touch(touch))
    }
    const beginSync: Begin = (args) => {
      const touch = room.isBusy ? undefined : touchOf(args)
      return touch === undefined
        ? undefined
        : room.safely(() => files.touch({ ...touch, isSync: true }))
    }
    patches.replace(fs, `${name}Sync`, (original) => watchSync(room, original, beginSync))
    patches.replace(fs, name, (original) => watchCallback(room, original, begin))
    patches.replace(fs.promises, name, (original) => watchPromise(original, begin))
  }
  followed.watch(patches)
}

function onePath(args: readonly unknown[], operation: Operation = 'read'): Touch | undefined {
  const path = pathOf(args[0])
  return path === undefined ? undefined : { operation, path }
}

function twoPaths(args: readonly unknown[], operation: Operation): Touch | undefined {
  const from = pathOf(args[0])
  const path = pathOf(args[1])
  return from === undefined || path === undefined ? undefined : { operation, path, from }
}

function watchSync(room: Room, original: AnyFunction, begin: Begin): AnyFunction {
  return function (this: unknown, ...args) {
    const settle = begin(args)
    if (settle === undefined) return original.apply(this, args)
    return settled(room, settle, () => original.apply(this, args))
  }
}

function settled(room: Room, settle: Settle, work: () => unknown): unknown {
  let failure: unknown
  room.isBusy = true
  try {
    return work()
  } catch (error) {
    failure = error
    throw error
  } finally {
    room.isBusy = false
    room.safely(() => settle(failure))
  }
}

function watchCallback(room: Room, original: AnyFunction, begin: Begin): AnyFunction {
  return function (this: unknown, ...args) {
    const callback = args.at(-1)
    const settle = isFunction(callback) ? begin(args) : undefined
    if (settle === undefined || !isFunction(callback)) return original.apply(this, args)
    const last: AnyFunction = function (this: unknown, ...results) {
      room.safely(() => settle(results[0]))
      return callback.apply(this, results)
    }
    room.isBusy = true
    try {
      return original.apply(this, [...args.slice(0, -1), last])
    } catch (error) {
      room.safely(() => settle(error))
      throw error
    } finally {
      room.isBusy = false
    }
  }
}

/** What goes back is a promise of its own: a second reader of the same would hide a rejection nobody handles. */
function watchPromise(original: AnyFunction, begin: Begin): AnyFunction {
  return function (this: unknown, ...args) {
    const settle = begin(args)
    const promise = original.apply(this, args)
    if (settle === undefined || !(promise instanceof Promise)) return promise
    return promise.then(
      (value: unknown) => {
        settle()
        return value
      },
      (error: unknown) => {
        settle(error)
        throw error
      }
    )
  }
}

interface Opening {
  readonly path: string
  readonly settle: Settle
}

/** Descriptors and handles that were opened for writing: streams, `fs.write`, `FileHandle`. */
class FollowedHandles {
  readonly #room: Room
  readonly #files: FileRecords
  readonly #paths = new Map<unknown, string>()

  constructor(room: Room, files: FileRecords) {
    this.#room = room
    this.#files = files
  }

  watch(patches: Patches): void {
    const room = this.#room
    patches.replace(fs, 'openSync', (original) => this.#watchOpenSync(original))
    patches.replace(fs, 'open', (original) => this.#watchOpen(original))
    patches.replace(fs.promises, 'open', (original) => this.#watchPromisedOpen(original))
    for (const name of ['writeSync', 'writevSync', 'ftruncateSync', 'closeSync']) {
      patches.replace(fs, name, (original) => watchSync(room, original, this.#touchOf(name)))
    }
    for (const name of ['write', 'writev', 'ftruncate', 'close']) {
      patches.replace(fs, name, (original) => watchCallback(room, original, this.#touchOf(name)))
    }
  }

  /** Before the file is opened, because opening may empty it. */
  #begin(args: readonly unknown[]): Opening | undefined {
    if (this.#room.isBusy || !opensForWriting(args[1])) return undefined
    const path = pathOf(args[0])
    if (path === undefined || this.#paths.size >= this.#room.limits.openFilesMax) return undefined
    const settle = this.#room.safely(() => this.#files.touch({ operation: 'write', path }))
    return settle === undefined ? undefined : { path, settle }
  }

  #watchOpenSync(original: AnyFunction): AnyFunction {
    const begin = (args: readonly unknown[]): Opening | undefined => this.#begin(args)
    const paths = this.#paths
    const room = this.#room
    return function (this: unknown, ...args) {
      const opening = begin(args)
      if (opening === undefined) return original.apply(this, args)
      const descriptor = settled(room, opening.settle, () => original.apply(this, args))
      paths.set(descriptor, opening.path)
      return descriptor
    }
  }

  #watchOpen(original: AnyFunction): AnyFunction {
    const room = this.#room
    const paths = this.#paths
    const openings = (args: readonly unknown[]): Settle | undefined => {
      const opening = this.#begin(args)
      return opening === undefined ? undefined : (error) => opening.settle(error)
    }
    const watched = watchCallback(room, original, openings)
    return function (this: unknown, ...args) {
      const callback = args.at(-1)
      const path = opensForWriting(args[1]) ? pathOf(args[0]) : undefined
      if (room.isBusy || path === undefined || !isFunction(callback)) {
        return original.apply(this, args)
      }
      const last: AnyFunction = function (this: unknown, ...results) {
        if (typeof results[1] === 'number' && paths.size < room.limits.openFilesMax) {
          paths.set(results[1], path)
        }
        return callback.apply(this, results)
      }
      return watched.apply(this, [...args.slice(0, -1), last])
    }
  }

  #watchPromisedOpen(original: AnyFunction): AnyFunction {
    const begin = (args: readonly unknown[]): Opening | undefined => this.#begin(args)
    const follow = (handle: unknown, path: string): void => this.#followHandle(handle, path)
    const room = this.#room
    return function (this: unknown, ...args) {
      const opening = begin(args)
      if (opening === undefined) return original.apply(this, args)
      const watched = watchPromise(original, () => opening.settle).apply(this, args)
      if (!(watched instanceof Promise)) return watched
      return watched.then((handle: unknown) => {
        room.safely(() => follow(handle, opening.path))
        return handle
      })
    }
  }

  #followHandle(handle: unknown, path: string): void {
    if (typeof handle !== 'object' || handle === null) return
    const begin: Begin = () =>
      this.#room.isBusy
        ? undefined
        : this.#room.safely(() => this.#files.touch({ operation: 'write', path }))
    for (const name of ['write', 'writev', 'writeFile', 'appendFile', 'truncate']) {
      const method: unknown = Reflect.get(handle, name)
      if (!isFunction(method)) continue
      const value = watchPromise(method, begin)
      Object.defineProperty(handle, name, { value, writable: true, configurable: true })
    }
  }

  #touchOf(name: string): Begin {
    return (args) => {
      const path = this.#paths.get(args[0])
      if (path === undefined || this.#room.isBusy) return undefined
      if (name.startsWith('close')) this.#paths.delete(args[0])
      return this.#room.safely(() => this.#files.touch({ operation: 'write', path }))
    }
  }
}

/** `r` and its like, and numbers without a writing bit, only read. */
function opensForWriting(flags: unknown): boolean {
  if (typeof flags === 'string') return /[wa+]/.test(flags)
  if (typeof flags !== 'number') return false
  return (flags & (fs.constants.O_WRONLY | fs.constants.O_RDWR)) !== 0
}

// Watches a stream of the Web without touching it: the program keeps the very stream it was given, and the
// ways to read it are shadowed on the object, each by one that does the same and looks at what passes. So
// nothing is buffered, teed or read ahead, back-pressure stays the reader's, and locks, errors and
// cancellations are the stream's own. `response.text()` and its like read by the same `getReader`.
// https://streams.spec.whatwg.org/#rs-model

import { recordOf } from '../json.ts'

export interface StreamWatcher {
  /** Somebody asks for more. */
  waiting(): void
  chunk(bytes: Uint8Array): void
  end(): void
  fail(error: unknown): void
  cancel(): void
}

type Reader = ReadableStreamDefaultReader<unknown> | ReadableStreamBYOBReader

export function watchStream(stream: ReadableStream, watcher: StreamWatcher): void {
  watchFrom(stream, createFollower({ watcher, bytes: 0, branches: 1 }, 0))
}

/** What all branches of a teed stream share: they carry the same bytes. */
interface Watched {
  readonly watcher: StreamWatcher
  /** Bytes that the watcher was told. */
  bytes: number
  /** Branches that nobody has cancelled. */
  branches: number
}

/** One branch's place in the stream. */
interface Follower {
  readonly watcher: StreamWatcher
  /** Two branches in place of this one. */
  fork(): Follower
  take(value: unknown): void
  cancel(): void
}

function createFollower(watched: Watched, startsAt: number): Follower {
  const { watcher } = watched
  let place = startsAt
  let isCancelled = false
  return {
    watcher,
    fork() {
      if (!isCancelled) watched.branches -= 1
      isCancelled = true
      watched.branches += 1
      return createFollower(watched, place)
    },
    take(value) {
      if (!(value instanceof Uint8Array)) return
      const skipped = Math.max(0, watched.bytes - place)
      place += value.byteLength
      if (place <= watched.bytes) return
      watched.bytes = place
      watcher.chunk(skipped === 0 ? value : value.subarray(skipped))
    },
    cancel() {
      if (isCancelled) return
      isCancelled = true
      watched.branches -= 1
      if (watched.branches <= 0) watcher.cancel()
    }
  }
}

function watchFrom(stream: ReadableStream, follower: Follower): void {
  const getReader = stream.getReader.bind(stream)
  shadow(stream, 'getReader', (...args: unknown[]) => {
    const reader: unknown = Reflect.apply(getReader, undefined, args)
    if (isReader(reader)) watchReader(reader, follower)
    return reader
  })
  const tee = stream.tee.bind(stream)
  shadow(stream, 'tee', () => {
    const branches = tee()
    for (const branch of branches) watchFrom(branch, follower.fork())
    return branches
  })
  const cancel = stream.cancel.bind(stream)
  shadow(stream, 'cancel', (...args: unknown[]) => {
    // A locked stream refuses, and goes on.
    if (!stream.locked) follower.cancel()
    return Reflect.apply(cancel, undefined, args)
  })
  watchPipes(stream)
  const values = stream.values.bind(stream)
  const iterate = (...args: unknown[]): unknown => {
    const iterator: unknown = Reflect.apply(values, undefined, args)
    return watchIterator(iterator, follower, recordOf(args[0])['preventCancel'] === true)
  }
  shadow(stream, 'values', iterate)
  shadow(stream, Symbol.asyncIterator, iterate)
}

/** Pipes read by the engine's own means, so they are given a stream between that has no queue. */
function watchPipes(stream: ReadableStream): void {
  for (const name of ['pipeTo', 'pipeThrough'] as const) {
    const pipe: unknown = stream[name].bind(stream)
    shadow(stream, name, (...args: unknown[]): unknown => {
      // The refusal of a locked stream is the stream's own.
      const source = stream.locked ? stream : throughReader(stream)
      const apply = source === stream ? pipe : source[name].bind(source)
      return typeof apply === 'function' ? Reflect.apply(apply, undefined, args) : undefined
    })
  }
}

function throughReader(stream: ReadableStream): ReadableStream {
  const reader = stream.getReader()
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await reader.read()
        if (!done) return controller.enqueue(value)
        reader.releaseLock()
        return controller.close()
      },
      async cancel(reason) {
        await reader.cancel(reason)
        reader.releaseLock()
      }
    },
    { highWaterMark: 0 }
  )
}

function watchReader(reader: Reader, follower: Follower): void {
  const { watcher } = follower
  let isReleased = false
  const read = reader.read.bind(reader)
  shadow(reader, 'read', (...args: unknown[]) => {
    watcher.waiting()
    return watchRead(Reflect.apply(read, undefined, args), follower, () => isReleased)
  })
  const cancel = reader.cancel.bind(reader)
  shadow(reader, 'cancel', (...args: unknown[]) => {
    follower.cancel()
    return Reflect.apply(cancel, undefined, args)
  })
  const releaseLock = reader.releaseLock.bind(reader)
  shadow(reader, 'releaseLock', () => {
    isReleased = true
    releaseLock()
  })
}

/** What was read passes on; derived and not looked at on the side, so that a rejection nobody handles is reported. */
function watchRead(
  reading: Promise<ReadResult>,
  follower: Follower,
  isReleased: () => boolean
): Promise<ReadResult> {
  return reading.then(
    (result) => {
      if (result.value !== undefined) follower.take(result.value)
      if (result.done === true) follower.watcher.end()
      return result
    },
    (error: unknown) => {
      // A released reader's reads fail, the stream goes on.
      if (!isReleased()) follower.watcher.fail(error)
      throw error
    }
  )
}

interface ReadResult {
  readonly done?: boolean
  readonly value?: unknown
}

interface StreamIterator {
  next(): Promise<ReadResult>
  return(value?: unknown): Promise<unknown>
}

function watchIterator(iterator: unknown, follower: Follower, preventCancel: boolean): unknown {
  if (!isIterator(iterator)) return iterator
  const next = iterator.next.bind(iterator)
  shadow(iterator, 'next', () => {
    follower.watcher.waiting()
    return watchRead(next(), follower, () => false)
  })
  const finish = iterator.return.bind(iterator)
  shadow(iterator, 'return', (...args: unknown[]) => {
    if (!preventCancel) follower.cancel()
    return Reflect.apply(finish, undefined, args)
  })
  return iterator
}

/** Like a method of a class: writable, and not among what a program lists. */
function shadow(target: object, name: string | symbol, value: unknown): void {
  Object.defineProperty(target, name, { value, configurable: true, writable: true })
}

function isReader(value: unknown): value is Reader {
  return typeof value === 'object' && value !== null && 'read' in value && 'cancel' in value
}

function isIterator(value: unknown): value is StreamIterator {
  return typeof value === 'object' && value !== null && 'next' in value && 'return' in value
}

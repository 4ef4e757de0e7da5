// Notices how the process ends and changes nothing about it: exit codes stay, a signal still kills, an
// application's own handlers decide as they did. Everything done here is synchronous.

import type { Ending } from './options.ts'

/** What ends a process from outside and can be noticed. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

export interface ExitHandlingOptions {
  /** Called once at most for each way to end; throws nothing. */
  readonly onEnding: (ending: Ending) => void
  /** Worker threads get no signals. */
  readonly isMainThread: boolean
}

export function handleExit(options: ExitHandlingOptions): void {
  let lastError: Error | undefined
  // A monitor sees the error and leaves the rest to Node.
  process.on('uncaughtExceptionMonitor', (error) => {
    lastError = error
  })
  process.on('exit', (code) => {
    options.onEnding({
      kind: 'exit',
      code,
      // An error the application handled and lived on with is not what ended it.
      ...(code === 0 || lastError === undefined ? {} : { error: lastError })
    })
  })
  if (options.isMainThread) for (const signal of SIGNALS) watchSignal(signal, options)
}

/**
 * Listens only while nobody else does. With a listener of its own the application decides what the signal
 * means; ours would be asked at a moment when a `once` listener is gone already, and would kill.
 */
function watchSignal(signal: NodeJS.Signals, options: ExitHandlingOptions): void {
  const onSignal = (): void => {
    options.onEnding({ kind: 'signal', signal })
    process.off('removeListener', onRemoved)
    process.off(signal, onSignal)
    // Without a listener the signal does what it does by default, and the parent sees it.
    process.kill(process.pid, signal)
  }
  const onAdded = (name: string | symbol, listener: unknown): void => {
    if (name !== signal || listener === onSignal) return
    // Told before it is added: Node stops watching a signal whose last listener goes, so ours goes after.
    queueMicrotask(() => {
      if (process.listenerCount(signal) > 1) process.off(signal, onSignal)
    })
  }
  const onRemoved = (name: string | symbol, listener: unknown): void => {
    if (name !== signal || listener === onSignal) return
    if (process.listenerCount(signal) === 0) process.on(signal, onSignal)
  }
  if (process.listenerCount(signal) === 0) process.on(signal, onSignal)
  process.on('newListener', onAdded)
  process.on('removeListener', onRemoved)
}

// What the server says, again and again while somebody looks.

import { useCallback, useEffect, useRef, useState } from 'preact/hooks'

export interface Refreshed<Value> {
  readonly value: Value | undefined
  readonly error: Error | undefined
  /** Ask now, as after a change. */
  readonly refresh: () => void
}

export interface RefreshOptions<Value> {
  readonly load: (before: Value | undefined) => Promise<Value>
  /** What is loaded depends on these; when one changes, what was there is forgotten. */
  readonly of: readonly unknown[]
  /** Undefined: once is enough. */
  readonly intervalMs: (value: Value | undefined) => number | undefined
}

/** Hidden tabs ask nothing; an answer that comes after its question was replaced is dropped. */
export function useRefreshed<Value>(options: RefreshOptions<Value>): Refreshed<Value> {
  const [state, setState] = useState<{ value?: Value; error?: Error }>({})
  const [asked, setAsked] = useState(0)
  const latest = useRef(options)
  latest.current = options
  const value = useRef<Value | undefined>(undefined)

  useEffect(() => {
    value.current = undefined
    setState({})
  }, options.of)

  useEffect(() => {
    let isCurrent = true
    let timer: ReturnType<typeof setTimeout> | undefined
    const ask = async (): Promise<void> => {
      try {
        if (!document.hidden || value.current === undefined) {
          const answer = await latest.current.load(value.current)
          if (!isCurrent) return
          value.current = answer
          setState({ value: answer })
        }
      } catch (error) {
        if (!isCurrent) return
        const shown = error instanceof Error ? error : new Error(String(error))
        setState((before) => ({ ...before, error: shown }))
      }
      const wait = latest.current.intervalMs(value.current)
      if (wait !== undefined) timer = setTimeout(() => void ask(), wait)
    }
    void ask()
    return () => {
      isCurrent = false
      clearTimeout(timer)
    }
  }, [...options.of, asked])

  const refresh = useCallback(() => setAsked((count) => count + 1), [])
  return { value: state.value, error: state.error, refresh }
}

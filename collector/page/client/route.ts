// Where the person is: the list with its filters, or one run. The address says it, so that links,
// bookmarks and the browser's own buttons work.

import { h, type ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'

export type Route =
  | { readonly page: 'runs'; readonly filters: URLSearchParams }
  | { readonly page: 'run'; readonly runId: string }

const MOVED = 'onset:moved'

export function useRoute(): Route {
  const [route, setRoute] = useState(readRoute)
  useEffect(() => {
    const read = (): void => setRoute(readRoute())
    addEventListener('popstate', read)
    addEventListener(MOVED, read)
    return () => {
      removeEventListener('popstate', read)
      removeEventListener(MOVED, read)
    }
  }, [])
  return route
}

export function goTo(href: string): void {
  history.pushState(undefined, '', href)
  dispatchEvent(new Event(MOVED))
  scrollTo(0, 0)
}

export function hrefOfRun(runId: string): string {
  return `/runs/${encodeURIComponent(runId)}`
}

export function hrefOfRuns(filters: URLSearchParams): string {
  const query = filters.toString()
  return query === '' ? '/' : `/?${query}`
}

/** A link inside of this page; with a modifier the browser does what it always does. */
export function Link({
  href,
  children
}: {
  href: string
  children?: ComponentChildren
}): ComponentChildren {
  const follow = (event: MouseEvent): void => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return
    event.preventDefault()
    goTo(href)
  }
  return h('a', { href, onClick: follow }, children)
}

function readRoute(): Route {
  const run = /^\/runs\/([^/]+)\/?$/.exec(location.pathname)?.[1]
  if (run !== undefined) {
    try {
      return { page: 'run', runId: decodeURIComponent(run) }
    } catch {
      return { page: 'run', runId: run }
    }
  }
  return { page: 'runs', filters: new URLSearchParams(location.search) }
}

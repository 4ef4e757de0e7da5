// Where the person is: the list with its filters, a session, or one run. The address says it, so that links,
// bookmarks and the browser's own buttons work.

import { h, type ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'

export type Route =
  | { readonly page: 'runs'; readonly filters: URLSearchParams }
  | { readonly page: 'session'; readonly sessionId: string }
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

/** In the query: a conversation may be called `..`, which is no part of a path, or be a long text. */
export function hrefOfSession(sessionId: string): string {
  return `/session?${new URLSearchParams({ id: sessionId })}`
}

export function hrefOfRuns(filters: URLSearchParams): string {
  const query = filters.toString()
  return query === '' ? '/' : `/?${query}`
}

/** Of the tab, so that several and their bookmarks are told apart. */
export function useTitle(title: string | undefined): void {
  useEffect(() => {
    document.title = title === undefined ? 'Onset' : `${title} · Onset`
  }, [title])
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
  if (location.pathname === '/session') {
    return { page: 'session', sessionId: new URLSearchParams(location.search).get('id') ?? '' }
  }
  return { page: 'runs', filters: new URLSearchParams(location.search) }
}

// Onset's page: the list of runs, a session, or one run with its onset.

import { h, render, type ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { RunView } from './run-view.ts'
import { RunsView } from './runs-view.ts'
import { Link, useRoute, type Route } from './route.ts'
import { SessionView } from './session-view.ts'

function Page(): ComponentChildren {
  const route = useRoute()
  useFocusOnArrival(route)
  return h(
    'div',
    { class: 'page' },
    h(
      'header',
      { class: 'top' },
      h('h1', null, h(Link, { href: '/' }, 'Onset')),
      h('span', { class: 'quiet' }, 'the step where it went wrong'),
      h('nav', null, h('a', { href: '/api/docs' }, 'API'))
    ),
    h(View, { route })
  )
}

function View({ route }: { route: Route }): ComponentChildren {
  if (route.page === 'runs') return h(RunsView, { filters: route.filters, now: Date.now })
  return route.page === 'session'
    ? h(SessionView, { key: route.sessionId, sessionId: route.sessionId })
    : h(RunView, { key: route.runId, runId: route.runId })
}

/** The link that was followed is gone: a keyboard or a screen reader goes on where the new view begins. */
function useFocusOnArrival(route: Route): void {
  const view = JSON.stringify({ ...route, filters: undefined })
  const last = useRef(view)
  useEffect(() => {
    if (last.current !== view) document.querySelector('main')?.focus({ preventScroll: true })
    last.current = view
  }, [view])
}

const place = document.querySelector('#page')
if (place !== null) render(h(Page, null), place)

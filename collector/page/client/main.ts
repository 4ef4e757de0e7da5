// Onset's page: the list of runs, or one run with its onset.

import { h, render, type ComponentChildren } from 'preact'
import { RunView } from './run-view.ts'
import { RunsView } from './runs-view.ts'
import { Link, useRoute } from './route.ts'

function Page(): ComponentChildren {
  const route = useRoute()
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
    route.page === 'runs'
      ? h(RunsView, { filters: route.filters })
      : h(RunView, { key: route.runId, runId: route.runId })
  )
}

const place = document.querySelector('#page')
if (place !== null) render(h(Page, null), place)

// Of the dashboard of Onset itself: which producers are understood, and what comes that nobody knows.

import type { Dashboard } from '../dashboard.ts'
import { COLORED_TEXT, column, type Threshold } from '../fields.ts'
import { lines, table } from '../panels.ts'
import { askPrometheus, askTable } from '../queries.ts'
import { rateOf, UNDERSTOOD } from './itself-queries.ts'

/** Green where nearly all is understood. */
const LESS_IS_WORSE: readonly Threshold[] = [
  { color: 'red', value: null },
  { color: 'orange', value: 0.5 },
  { color: 'green', value: 0.9 }
]

export const understood: Dashboard['rows'][number] = {
  title: 'Understood',
  panels: [
    table({
      title: 'Producers',
      description:
        'Per service and dialect: the share of steps that are understood as something an agent does, the text that they came with, and the share that was cut. GET /api/coverage and onset dialects explain name the attributes that nobody reads.',
      empty: 'No steps in this time range. If spans arrive, look at Failures below',
      width: 16,
      height: 8,
      queries: [askTable(UNDERSTOOD)],
      overrides: [
        column('understood', {
          unit: 'percentunit',
          decimals: 0,
          thresholds: { mode: 'absolute', steps: LESS_IS_WORSE },
          ...COLORED_TEXT
        }),
        column('characters a step', { unit: 'short' }),
        column('cut', { unit: 'percentunit', decimals: 0 })
      ]
    }),
    lines({
      title: 'Log events that no dialect knows, per second',
      description:
        'Of coding agents whose other events are read: a new version may tell something that no step shows.',
      empty: 'None since Onset started, or no metrics: see Spans received',
      width: 8,
      height: 8,
      queries: [
        askPrometheus(rateOf('onset_pipeline_log_events_unread_total', 'dialect'), '{{dialect}}')
      ],
      fields: { unit: 'short', min: 0 }
    })
  ]
}

// Onsets: what goes wrong, where, in which version, and how far are these answers to be trusted?

import type { Dashboard } from '../dashboard.ts'
import { column, RATIO, runColumns, thresholds } from '../fields.ts'
import { barChart, stackedBars, stats, table } from '../panels.ts'
import { askSeries, askTable } from '../queries.ts'
import { ONSETS_DASHBOARD } from '../uids.ts'
import { RUN_VARIABLES } from '../variables.ts'
import {
  AGREEMENT,
  CONFIDENCE,
  DISAGREEMENTS,
  LATEST,
  MATRIX,
  OVER_TIME,
  PATTERNS,
  REGRESSIONS
} from './onsets-queries.ts'
import { PRECISION } from './precision-queries.ts'
import { STAGES } from './stages.ts'

const NO_ONSETS =
  'No onsets in this time range: no run failed, or none whose failure is the agent\'s. Widen the range or see "Onset: runs"'
const NO_FEEDBACK = 'No corrections of these runs yet. POST /api/runs/{runId}/feedback takes them'

/** Below it chance explains the change, see the query. */
const Z_NOTABLE = 2
const Z_CERTAIN = 3

const PERCENT = { ...RATIO, decimals: 1 }

export const onsets: Dashboard = {
  uid: ONSETS_DASHBOARD,
  title: 'Onset: onsets',
  description: 'What goes wrong first, in which stage and version, and how often people agree.',
  variables: RUN_VARIABLES,
  from: 'now-7d',
  refresh: '5m',
  rows: [
    {
      title: 'What goes wrong',
      panels: [
        table({
          title: 'Category by stage',
          description:
            'Onsets by what went wrong first (rows) and what the agent was doing then (columns): the darker, the more.',
          empty: NO_ONSETS,
          width: 14,
          height: 10,
          queries: [askTable(MATRIX)],
          overrides: STAGES.map((stage) =>
            column(stage, {
              color: { mode: 'continuous-YlRd' },
              min: 0,
              'custom.cellOptions': { type: 'color-background', mode: 'basic' }
            })
          )
        }),
        stackedBars({
          title: 'Onsets over time',
          description: 'By category and the start of the run.',
          empty: NO_ONSETS,
          width: 10,
          height: 10,
          queries: [askSeries(OVER_TIME)],
          fields: { displayName: '${__field.labels.category}', decimals: 0 }
        }),
        table({
          title: 'Top patterns',
          description:
            'The same agent and model going wrong in the same way with the same tool. The run is the latest example.',
          empty: NO_ONSETS,
          width: 24,
          height: 9,
          queries: [askTable(PATTERNS)],
          overrides: runColumns()
        })
      ]
    },
    {
      title: 'What got worse',
      panels: [
        table({
          title: 'Regressions between agent versions',
          description:
            'Share of runs with an onset of the category: the newest version of each agent, and the one before. Orange where chance hardly explains the change (z above 2), red where it does not (above 3).',
          empty:
            'Nothing to compare: needs two versions of an agent in the time range (gen_ai.agent.version) and onsets in one of them',
          width: 24,
          height: 9,
          queries: [askTable(REGRESSIONS)],
          overrides: [
            column('rate', PERCENT),
            column('previous rate', PERCENT),
            column('change', { unit: 'percentunit', decimals: 1 }),
            column('pooled', { 'custom.hidden': true, 'custom.hideFrom': { viz: true } }),
            column('z', {
              decimals: 1,
              thresholds: { mode: 'absolute', steps: thresholds(Z_NOTABLE, Z_CERTAIN) },
              'custom.cellOptions': { type: 'color-background', mode: 'basic' }
            })
          ]
        })
      ]
    },
    {
      title: 'How far to trust it',
      panels: [
        barChart({
          title: 'Confidence',
          description:
            'Onsets by the confidence Onset has in them; calibrated on labelled runs, see docs/localization.md.',
          empty: NO_ONSETS,
          width: 10,
          height: 9,
          queries: [askTable(CONFIDENCE)],
          fields: { decimals: 0 }
        }),
        stats({
          title: 'Agreement with people',
          description:
            'Runs of the time range that people corrected or confirmed, the newest word of each.',
          empty: NO_FEEDBACK,
          width: 14,
          height: 9,
          queries: [askTable(AGREEMENT)],
          overrides: ['same step', 'within one step', 'same category'].map((name) =>
            column(name, {
              ...RATIO,
              thresholds: {
                mode: 'absolute',
                steps: [
                  { color: 'red', value: null },
                  { color: 'orange', value: 0.5 },
                  { color: 'green', value: 0.8 }
                ]
              }
            })
          )
        }),
        table({
          title: 'Precision by localizer version',
          description:
            'Of feedback given in the time range: exact, top 3 and missed of the runs in which people blame a step, accused of those in which they blame none. From and to: 95 % interval. Disputed runs are in no share.',
          empty: NO_FEEDBACK,
          width: 24,
          height: 7,
          queries: [askTable(PRECISION)],
          overrides: ['exact', 'exact from', 'exact to', 'top 3', 'missed', 'accused'].map((name) =>
            column(name, PERCENT)
          )
        }),
        table({
          title: 'Where people disagree',
          description: 'What to look at when Onset is wrong.',
          empty: NO_FEEDBACK,
          width: 24,
          height: 8,
          queries: [askTable(DISAGREEMENTS)],
          overrides: [...runColumns(), column('confidence', PERCENT)]
        })
      ]
    },
    {
      title: 'One by one',
      panels: [
        table({
          title: 'Latest onsets',
          description:
            'Click the run. Provisional: the run is still open, and its next steps may withdraw this.',
          empty: NO_ONSETS,
          width: 24,
          height: 12,
          queries: [askTable(LATEST)],
          overrides: [
            ...runColumns(),
            column('confidence', PERCENT),
            column('summary', { 'custom.width': 420 }),
            column('tokens after', { unit: 'short' }),
            column('cost after', { unit: 'currencyUSD' })
          ]
        })
      ]
    }
  ]
}

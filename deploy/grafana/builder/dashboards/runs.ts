// Runs: how are the agents doing, and which runs failed last?

import type { Dashboard } from '../dashboard.ts'
import {
  COLORED_TEXT,
  column,
  OUTCOME_COLORS,
  RATIO,
  runColumns,
  seriesColors,
  thresholds
} from '../fields.ts'
import { barChart, lines, stackedBars, stats, table } from '../panels.ts'
import { askSeries, askTable } from '../queries.ts'
import { RUNS_DASHBOARD } from '../uids.ts'
import { RUN_VARIABLES } from '../variables.ts'
import {
  BY_AGENT,
  BY_CATEGORY,
  BY_OUTCOME,
  COST_BY_MODEL,
  FAILED_BY_AGENT,
  FAILED_RUNS,
  INEFFECTIVE,
  LATENCY,
  TOKENS_BY_MODEL,
  TOTALS,
  WASTE_SERIES,
  WASTE_TOTALS
} from './runs-queries.ts'

const NO_RUNS =
  'No runs in this time range. Widen it, set the variables to All, or send spans to Onset (npm run demo)'
const NO_FAILURES = 'No failed runs in this time range'

export const runs: Dashboard = {
  uid: RUNS_DASHBOARD,
  title: 'Onset: runs',
  description: 'How the agents are doing, what they cost, and which runs failed last.',
  variables: RUN_VARIABLES,
  from: 'now-24h',
  refresh: '1m',
  rows: [
    {
      title: 'Health',
      panels: [
        stats({
          title: 'Totals',
          description:
            'Failed ratio: failed runs among those with a known outcome. Onset found: failed runs for which Onset names the step that made them fail.',
          empty: NO_RUNS,
          width: 24,
          height: 4,
          queries: [askTable(TOTALS)],
          overrides: [
            column('failed ratio', {
              ...RATIO,
              thresholds: { mode: 'absolute', steps: thresholds(0.1, 0.3) }
            }),
            column('onset found', { ...RATIO }),
            column('p95 duration', { unit: 'ms' }),
            column('tokens', { unit: 'short' }),
            column('cost', { unit: 'currencyUSD' })
          ]
        }),
        stackedBars({
          title: 'Runs by outcome',
          description:
            'Runs by the time they started. Unknown: nothing in the run says how it ended; report the outcome to change that.',
          empty: NO_RUNS,
          width: 12,
          height: 8,
          queries: [askSeries(BY_OUTCOME)],
          fields: { displayName: '${__field.labels.outcome}', decimals: 0 },
          overrides: seriesColors(OUTCOME_COLORS)
        }),
        lines({
          title: 'Failed ratio by agent',
          description:
            'Failed runs among those with a known outcome. The name of the service where the agent has none.',
          empty: NO_RUNS,
          width: 12,
          height: 8,
          queries: [askSeries(FAILED_BY_AGENT)],
          fields: {
            ...RATIO,
            displayName: '${__field.labels.agent}',
            thresholds: { mode: 'absolute', steps: thresholds(0.1, 0.3) }
          }
        })
      ]
    },
    {
      title: 'Where failures begin',
      panels: [
        barChart({
          title: 'Onsets by category and stage',
          description: 'What went wrong first, and what the agent was doing when it did.',
          empty: NO_FAILURES,
          width: 12,
          height: 9,
          stacked: true,
          queries: [askTable(BY_CATEGORY)],
          fields: { decimals: 0 }
        }),
        lines({
          title: 'Ineffective steps',
          description:
            'Share of all steps that brought no new evidence (unuseful) or were a wrong change that belongs to a failure (incorrect), by the start of the run.',
          empty: NO_RUNS,
          width: 12,
          height: 9,
          queries: [askSeries(INEFFECTIVE)],
          fields: RATIO
        }),
        stats({
          title: 'Spent after the onset',
          description:
            'Steps, tokens, cost and time after the step that made the run fail: what stopping there would have saved.',
          empty: NO_FAILURES,
          width: 24,
          height: 4,
          queries: [askTable(WASTE_TOTALS)],
          overrides: [
            column('tokens', { unit: 'short' }),
            column('cost', { unit: 'currencyUSD' }),
            column('time', { unit: 'ms' })
          ]
        }),
        lines({
          title: 'Spent after the onset, over time',
          description:
            'By the start of the run. Cost on the right axis; it is known only where spans carry it.',
          empty: NO_FAILURES,
          width: 12,
          height: 8,
          queries: [askSeries(WASTE_SERIES)],
          overrides: [
            column('tokens', { unit: 'short' }),
            column('cost', { unit: 'currencyUSD', 'custom.axisPlacement': 'right' })
          ]
        }),
        lines({
          title: 'Duration of runs',
          description: 'From the start of the first to the end of the last span.',
          empty: NO_RUNS,
          width: 12,
          height: 8,
          queries: [askSeries(LATENCY)],
          fields: { unit: 'ms', min: 0 }
        })
      ]
    },
    {
      title: 'Spending',
      panels: [
        stackedBars({
          title: 'Tokens by model',
          description: 'Input and output tokens of runs, by the models they used.',
          empty: NO_RUNS,
          width: 12,
          height: 8,
          queries: [askSeries(TOKENS_BY_MODEL)],
          fields: { unit: 'short', displayName: '${__field.labels.model}' }
        }),
        stackedBars({
          title: 'Cost by model',
          description: 'As the spans say; Onset does not guess prices.',
          empty: 'No costs: the spans of these runs carry none',
          width: 12,
          height: 8,
          queries: [askSeries(COST_BY_MODEL)],
          fields: { unit: 'currencyUSD', displayName: '${__field.labels.model}' }
        }),
        table({
          title: 'By agent, version and model',
          description: 'Means per run, except where it says otherwise.',
          empty: NO_RUNS,
          width: 24,
          height: 8,
          queries: [askTable(BY_AGENT)],
          overrides: [
            column('failed', {
              ...RATIO,
              thresholds: { mode: 'absolute', steps: thresholds(0.1, 0.3) },
              ...COLORED_TEXT
            }),
            column('p50', { unit: 'ms' }),
            column('p95', { unit: 'ms' }),
            column('steps', { decimals: 1 }),
            column('tokens', { unit: 'short' }),
            column('cost', { unit: 'currencyUSD' })
          ]
        })
      ]
    },
    {
      title: 'Failed runs',
      panels: [
        table({
          title: 'Latest failed runs',
          description: 'Click the run. Without an onset, the summary says why Onset names none.',
          empty: NO_FAILURES,
          width: 24,
          height: 12,
          queries: [askTable(FAILED_RUNS)],
          overrides: [
            ...runColumns(),
            column('started', { 'custom.width': 170 }),
            column('confidence', {
              ...RATIO,
              decimals: 0,
              'custom.cellOptions': { type: 'gauge', mode: 'basic' },
              thresholds: { mode: 'absolute', steps: [{ color: 'blue', value: null }] },
              'custom.width': 130
            }),
            column('summary', { 'custom.width': 420 }),
            column('duration', { unit: 'ms' }),
            column('cost', { unit: 'currencyUSD' })
          ]
        })
      ]
    }
  ]
}

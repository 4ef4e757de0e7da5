// Run: where did this run go wrong, why do we think so, and what happened step by step?

import type { Dashboard } from '../dashboard.ts'
import { COLORED_TEXT, column, OUTCOME_COLORS, RATIO, thresholds, wordColors } from '../fields.ts'
import { logs, nodeGraph, stateTimeline, stats, table, trace } from '../panels.ts'
import { askLogs, askTable, askTrace } from '../queries.ts'
import { RUN_DASHBOARD } from '../uids.ts'
import { RUN_ID } from '../variables.ts'
import { CHECKS, EVIDENCE, FACTS, NUMBERS, REQUIREMENTS, SUSPECTS, WASTE } from './run-queries.ts'
import {
  EDGES,
  NODES,
  NODES_MAX,
  STEPS,
  STEPS_MAX,
  TEXTS,
  TIMELINE,
  TRACE
} from './run-step-queries.ts'

const NO_RUN =
  'No such run yet. Put a run id (the trace id) in the box above, or click one in "Onset: runs". A run appears seconds after its first spans'
const NO_ONSET = 'No onset: the run did not fail, or Run facts says why none is named'

const ROLE_COLORS = { onset: 'red', symptom: 'orange', chain: 'yellow' }
const VERDICT_COLORS = { incorrect: 'red', unuseful: 'orange', correct: 'green' }

const CONFIDENCE = {
  ...RATIO,
  decimals: 0,
  thresholds: { mode: 'absolute', steps: [{ color: 'blue', value: null }] }
}

export const run: Dashboard = {
  uid: RUN_DASHBOARD,
  title: 'Onset: run',
  description: 'One run: where it went wrong, the evidence, and every step of it.',
  variables: [RUN_ID],
  from: 'now-24h',
  refresh: '',
  rows: [
    {
      title: 'Where it went wrong',
      panels: [
        stats({
          title: 'Run',
          description: 'The newest analysis of this run.',
          empty: NO_RUN,
          width: 24,
          height: 4,
          queries: [askTable(NUMBERS)],
          overrides: [
            column('outcome', { mappings: wordColors(OUTCOME_COLORS) }),
            column('confidence', CONFIDENCE),
            column('duration', { unit: 'ms' }),
            column('tokens', { unit: 'short' }),
            column('cost', { unit: 'currencyUSD' })
          ]
        }),
        table({
          title: 'Suspects',
          description:
            'Rank 1 is the onset: the earliest step from which the failure follows and from which the agent never recovered.',
          empty: NO_ONSET,
          width: 16,
          height: 7,
          queries: [askTable(SUSPECTS)],
          overrides: [
            column('rank', { 'custom.width': 60 }),
            column('step', { 'custom.width': 60 }),
            column('confidence', { ...CONFIDENCE, 'custom.width': 90 }),
            column('summary', { 'custom.width': 420 })
          ]
        }),
        stats({
          title: 'Spent after the onset',
          description: 'What stopping at the onset would have saved.',
          empty: NO_ONSET,
          width: 8,
          height: 7,
          queries: [askTable(WASTE)],
          overrides: [
            column('share of steps', {
              ...RATIO,
              thresholds: { mode: 'absolute', steps: thresholds(0.3, 0.6) }
            }),
            column('tokens', { unit: 'short' }),
            column('cost', { unit: 'currencyUSD' }),
            column('time', { unit: 'ms' })
          ]
        }),
        table({
          title: 'Evidence',
          description:
            'Each quote stands verbatim in the step. Weight is its share in the score; negative weights speak against the step.',
          empty: NO_ONSET,
          width: 24,
          height: 8,
          queries: [askTable(EVIDENCE)],
          overrides: [
            column('suspect', { 'custom.width': 80 }),
            column('step', { 'custom.width': 60 }),
            column('weight', { decimals: 2, 'custom.width': 80 })
          ]
        })
      ]
    },
    {
      title: 'What happened',
      panels: [
        stateTimeline({
          title: 'Stages',
          description:
            'What the agent was doing, and the steps from onset to symptom. Empty? Set the time range to that of the run, or come here by a link of "Onset: runs".',
          empty: NO_RUN,
          width: 24,
          height: 6,
          queries: [askTable(TIMELINE)],
          overrides: [column('role', { mappings: wordColors(ROLE_COLORS) })]
        }),
        table({
          title: 'Steps',
          description: `In order, the first ${STEPS_MAX}. The onset is red, the symptom orange, the chain between them yellow.`,
          empty: NO_RUN,
          width: 24,
          height: 14,
          queries: [askTable(STEPS)],
          overrides: [
            column('step', { 'custom.width': 60 }),
            column('role', {
              mappings: wordColors(ROLE_COLORS),
              'custom.width': 90,
              'custom.cellOptions': { type: 'color-background', mode: 'basic', applyToRow: true }
            }),
            column('action', { 'custom.width': 420 }),
            column('outcome', { mappings: wordColors(OUTCOME_COLORS), ...COLORED_TEXT }),
            column('verdict', { mappings: wordColors(VERDICT_COLORS), ...COLORED_TEXT }),
            column('duration', { unit: 'ms' }),
            column('cost', { unit: 'currencyUSD' })
          ]
        }),
        nodeGraph({
          title: 'State tree',
          description: `The first ${NODES_MAX} steps. A change opens a state under the one before; what only looked hangs under the state it looked at. Dashed: from the onset to the symptom.`,
          empty: NO_RUN,
          width: 12,
          height: 14,
          queries: [askTable(NODES, 'nodes'), askTable(EDGES, 'edges')],
          overrides: [
            ['arc__onset', 'red'],
            ['arc__symptom', 'orange'],
            ['arc__change', 'blue'],
            ['arc__explore', 'gray']
          ].map(([arc, fixedColor]) => column(arc ?? '', { color: { mode: 'fixed', fixedColor } }))
        }),
        trace({
          title: 'Trace',
          description:
            'All spans as they came. The span of the onset carries a warning and the attributes onset.*.',
          empty:
            'No spans of this run. They expire before runs do (ONSET_RAW_TTL_DAYS), and a run of several traces shows the one whose id it has',
          width: 12,
          height: 14,
          queries: [askTrace(TRACE)]
        })
      ]
    },
    {
      title: 'Details',
      panels: [
        table({
          title: 'Run facts',
          description: 'What is known of this run.',
          empty: NO_RUN,
          width: 12,
          height: 10,
          queries: [askTable(FACTS)],
          overrides: [column('fact', { 'custom.width': 160 })]
        }),
        table({
          title: 'Checks',
          description: 'What the verifier reported, failures first.',
          empty:
            'Nobody reported checks. POST /api/runs/{runId}/outcome does, and makes onsets better',
          width: 12,
          height: 10,
          queries: [askTable(CHECKS)],
          overrides: [
            column('status', {
              mappings: wordColors({
                passed: 'green',
                failed: 'red',
                error: 'red',
                skipped: 'gray'
              }),
              ...COLORED_TEXT,
              'custom.width': 90
            })
          ]
        }),
        table({
          title: 'Requirements',
          description:
            'What the task asks for by its shape (files, commands, ports, names, formats, numbers, constraints) and the first steps that did it. Untouched: in no step at all; seen: looked at or planned, and nothing done.',
          empty: 'Nothing was read in the task, or the run was analysed before Onset looked for it',
          width: 24,
          height: 8,
          queries: [askTable(REQUIREMENTS)],
          overrides: [
            column('status', {
              mappings: wordColors({ addressed: 'green', seen: 'yellow', untouched: 'red' }),
              ...COLORED_TEXT,
              'custom.width': 100
            }),
            column('kind', { 'custom.width': 100 }),
            column('requirement', { 'custom.width': 520 })
          ]
        }),
        logs({
          title: 'What was thought, done and seen',
          description: 'The texts of the first 500 steps.',
          empty: NO_RUN,
          width: 24,
          height: 14,
          queries: [askLogs(TEXTS)]
        })
      ]
    }
  ]
}

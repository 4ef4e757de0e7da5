// How numbers and words of a panel are shown: units, thresholds, colours, links. The property ids are those
// of Grafana's field options.

import { RUN_DASHBOARD } from './uids.ts'

export interface Threshold {
  readonly color: string
  /** Null is minus infinity: the first of a list. */
  readonly value: number | null
}

export interface FieldConfig {
  readonly unit?: string
  readonly decimals?: number
  readonly min?: number
  readonly max?: number
  readonly displayName?: string
  readonly color?: { readonly mode: string; readonly fixedColor?: string }
  readonly thresholds?: { readonly mode: 'absolute'; readonly steps: readonly Threshold[] }
  readonly mappings?: readonly object[]
  readonly links?: readonly Link[]
  readonly custom?: Readonly<Record<string, unknown>>
}

export interface Link {
  readonly title: string
  readonly url: string
  readonly targetBlank: boolean
}

export interface Override {
  readonly matcher: { readonly id: string; readonly options: string }
  readonly properties: readonly { readonly id: string; readonly value: unknown }[]
}

/** Green, from `warning` on orange, from `critical` on red. */
export function thresholds(warning: number, critical: number): Threshold[] {
  return [
    { color: 'green', value: null },
    { color: 'orange', value: warning },
    { color: 'red', value: critical }
  ]
}

export const RATIO: FieldConfig = { unit: 'percentunit', min: 0, max: 1, decimals: 1 }

/** Turns each field into an override of the columns it names. */
export function column(name: string, fields: Readonly<Record<string, unknown>>): Override {
  return {
    matcher: { id: 'byName', options: name },
    properties: Object.entries(fields).map(([id, value]) => ({ id, value }))
  }
}

/** Columns that links need and nobody reads. The first property is the one before Grafana 12.2. */
export function hiddenColumn(name: string): Override {
  return column(name, { 'custom.hidden': true, 'custom.hideFrom': { viz: true } })
}

/**
 * From a row with columns `run`, `from_ms` and `to_ms` (texts: a number would come formatted) to the Run
 * dashboard, at the time of that run.
 */
export function runColumns(): Override[] {
  const url = `/d/${RUN_DASHBOARD}?var-run=\${__data.fields.run}&from=\${__data.fields.from_ms}&to=\${__data.fields.to_ms}`
  const links: Link[] = [{ title: 'Show this run', url, targetBlank: false }]
  return [
    column('run', { links, 'custom.width': 130 }),
    hiddenColumn('from_ms'),
    hiddenColumn('to_ms')
  ]
}

// Of agent_runs, for runColumns: a minute around the run, so that its first and last step are not at the edge.
export const RUN_LINK_COLUMNS = `RunId AS run,
    toString(toUnixTimestamp64Milli(StartTime) - 60000) AS from_ms,
    toString(toUnixTimestamp64Milli(EndTime) + 60000) AS to_ms`

export const OUTCOME_COLORS: Readonly<Record<string, string>> = {
  ok: 'green',
  error: 'red',
  cancelled: 'orange',
  unknown: 'gray'
}

/** Values that are words, in colours. */
export function wordColors(colors: Readonly<Record<string, string>>): readonly object[] {
  const options = Object.fromEntries(
    Object.entries(colors).map(([word, color], index) => [word, { color, index, text: word }])
  )
  return [{ type: 'value', options }]
}

/** Series that are named for words, in the colours of those words. */
export function seriesColors(colors: Readonly<Record<string, string>>): Override[] {
  return Object.entries(colors).map(([word, fixedColor]) =>
    column(word, { color: { mode: 'fixed', fixedColor } })
  )
}

export const COLORED_TEXT = { 'custom.cellOptions': { type: 'color-text' } }

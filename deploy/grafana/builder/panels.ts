// The panels that our dashboards are made of, each as the JSON of Grafana's panel of that type. A panel says
// what it answers (its description) and, when there is nothing to show, what to do about it.

import type { FieldConfig, Override } from './fields.ts'
import type { Query } from './queries.ts'
import { CLICKHOUSE, PROMETHEUS } from './queries.ts'

type Options = Readonly<Record<string, unknown>>

/** Grid columns of 24, and rows of 30 pixels. */
interface Size {
  readonly width: number
  readonly height: number
}

export interface Panel extends Size {
  readonly type: string
  readonly title: string
  readonly description: string
  readonly datasource: { readonly type: string; readonly uid: string }
  readonly targets: readonly Query[]
  readonly fieldConfig: { readonly defaults: Options; readonly overrides: readonly Override[] }
  readonly options: Options
}

/** What every panel is told. */
export interface Given extends Size {
  readonly title: string
  readonly description: string
  /** Shown when no row came: says what to do. */
  readonly empty: string
  readonly queries: readonly Query[]
  readonly fields?: FieldConfig
  readonly overrides?: readonly Override[]
}

interface Kind {
  readonly type: string
  readonly options?: Options
  readonly fields?: Options
  readonly custom?: Options
}

function panel(given: Given, { type, options = {}, fields = {}, custom = {} }: Kind): Panel {
  const { custom: givenCustom = {}, ...givenFields } = given.fields ?? {}
  return {
    type,
    title: given.title,
    description: given.description,
    width: given.width,
    height: given.height,
    datasource: given.queries[0]?.datasource.type === PROMETHEUS.type ? PROMETHEUS : CLICKHOUSE,
    targets: given.queries,
    fieldConfig: {
      defaults: {
        noValue: given.empty,
        ...fields,
        ...givenFields,
        custom: { ...custom, ...givenCustom }
      },
      overrides: given.overrides ?? []
    },
    options
  }
}

const LEGEND = { displayMode: 'list', placement: 'bottom', showLegend: true, calcs: [] }

export function lines(given: Given): Panel {
  return panel(given, {
    type: 'timeseries',
    options: { legend: LEGEND, tooltip: { mode: 'multi', sort: 'desc' } },
    custom: {
      drawStyle: 'line',
      lineWidth: 1,
      fillOpacity: 10,
      showPoints: 'auto',
      spanNulls: true
    }
  })
}

export function stackedBars(given: Given): Panel {
  return panel(given, {
    type: 'timeseries',
    options: { legend: LEGEND, tooltip: { mode: 'multi', sort: 'desc' } },
    custom: {
      drawStyle: 'bars',
      lineWidth: 0,
      fillOpacity: 80,
      stacking: { mode: 'normal', group: 'A' }
    }
  })
}

/** Bars of names instead of times; numbers of one row stand on each other. */
export function barChart(given: Given & { readonly stacked?: boolean }): Panel {
  const { stacked = false, ...rest } = given
  return panel(rest, {
    type: 'barchart',
    options: {
      orientation: 'horizontal',
      stacking: stacked ? 'normal' : 'none',
      showValue: 'auto',
      legend: { ...LEGEND, showLegend: stacked },
      tooltip: { mode: 'multi', sort: 'desc' },
      xTickLabelMaxLength: 30
    },
    custom: { fillOpacity: 80, lineWidth: 0 }
  })
}

/** Every column of the one row, words too. */
export function stats(given: Given): Panel {
  return panel(given, {
    type: 'stat',
    options: {
      reduceOptions: { values: false, calcs: ['lastNotNull'], fields: '/.*/' },
      colorMode: 'value',
      graphMode: 'none',
      justifyMode: 'auto',
      orientation: 'auto',
      textMode: 'value_and_name',
      wideLayout: true
    }
  })
}

export function table(given: Given & { readonly sortBy?: string }): Panel {
  const { sortBy, ...rest } = given
  return panel(rest, {
    type: 'table',
    options: {
      showHeader: true,
      cellHeight: 'sm',
      footer: { show: false, reducer: ['sum'], countRows: false, fields: '' },
      sortBy: sortBy === undefined ? [] : [{ displayName: sortBy, desc: true }]
    },
    custom: { align: 'auto', filterable: true, inspect: true, cellOptions: { type: 'auto' } }
  })
}

/** One lane a column of words, in time. */
export function stateTimeline(given: Given): Panel {
  return panel(given, {
    type: 'state-timeline',
    options: {
      mergeValues: true,
      showValue: 'auto',
      alignValue: 'left',
      rowHeight: 0.9,
      legend: LEGEND,
      tooltip: { mode: 'single', sort: 'none' }
    },
    fields: { color: { mode: 'palette-classic' } },
    custom: { fillOpacity: 70, lineWidth: 0, spanNulls: false }
  })
}

/** Two queries, with the refIds `nodes` and `edges`. */
export function nodeGraph(given: Given): Panel {
  return panel(given, { type: 'nodeGraph', options: { zoomMode: 'cooperative' } })
}

/** One query in the format of a trace. */
export function trace(given: Given): Panel {
  return panel(given, { type: 'traces' })
}

export function logs(given: Given): Panel {
  return panel(given, {
    type: 'logs',
    options: {
      showTime: true,
      wrapLogMessage: true,
      enableLogDetails: true,
      dedupStrategy: 'none',
      sortOrder: 'Ascending',
      showLabels: false,
      showCommonLabels: false,
      prettifyLogMessage: false
    }
  })
}

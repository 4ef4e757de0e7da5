// The shape of everything that is published about a dataset: sections of rows of figures, each figure
// with the number of runs it speaks of and its interval. `--json` prints it as it is.

import type { Bootstrap, Interval, Tally } from '../intervals.ts'
import { wilsonInterval } from '@onset/collector/model'
import { createBootstrap, ratio } from '../intervals.ts'
import type { DatasetFormat } from '../labelled-run.ts'

export interface Figure {
  /** A share of 0..1, unless the column says otherwise. */
  readonly value: number
  /** 95 %, whole tasks drawn. */
  readonly interval?: Interval | undefined
  /** 95 %, runs drawn as if they were independent; given when some task has several runs. */
  readonly intervalOverRuns?: Interval | undefined
  /** Runs that have a part in it. */
  readonly n: number
}

export interface Column {
  readonly key: string
  readonly label: string
  /** `share` is shown in percent, `difference` in points with a sign. */
  readonly unit: 'share' | 'difference' | 'count'
}

export interface Row {
  readonly name: string
  readonly kind: 'baseline' | 'localizer' | 'shipped' | 'detail'
  /** By column key; a key that is absent does not apply. */
  readonly figures: Readonly<Record<string, Figure>>
  /** Said after the figures. */
  readonly remark?: string
}

export interface Section {
  readonly title: string
  readonly columns: readonly Column[]
  readonly rows: readonly Row[]
  /** What a reader must know to read the figures right. */
  readonly notes: readonly string[]
}

/** A run whose best suspect is not the labelled onset. */
export interface Miss {
  readonly runId: string
  /** Absent when the localizer abstained. */
  readonly predicted: number | undefined
  readonly onset: number
  readonly acceptable: readonly number[]
  /** Place of the labelled onset among the suspects, when it is there. */
  readonly rank: number | undefined
  readonly abstention: string | undefined
}

export interface Speed {
  readonly runs: number
  readonly steps: number
  readonly classifyMs: number
  readonly assembleMs: number
  readonly localizeMs: number
  readonly runsPerSecond: number
  readonly msPerStep: number
}

export interface Report {
  readonly dataset: string
  readonly path: string
  readonly format: DatasetFormat
  readonly localizerVersion: string | undefined
  readonly runs: number
  readonly tasks: number
  readonly steps: number
  readonly seed: number
  readonly sections: readonly Section[]
  /** Labels left out of the figures, each with its line and what is wrong with it. */
  readonly flaws: readonly string[]
  /** Only when asked for. */
  readonly misses?: readonly Miss[]
  readonly speed: Speed | undefined
}

/** Makes figures over one fixed list of runs, so that all of them share their draws. */
export interface FigureMaker {
  /** Of the ratio of sums; absent when no run has a part in it. */
  figure(tallies: readonly Tally[]): Figure | undefined
  /** `a` minus `b`, paired by run. */
  difference(a: readonly Tally[], b: readonly Tally[]): Figure | undefined
}

export function createFigureMaker(tasks: readonly string[], seed: number): FigureMaker {
  const byTask = createBootstrap(tasks, { seed })
  const repeats = new Set(tasks).size < tasks.length
  const byRun = repeats
    ? createBootstrap(
        tasks.map((_, run) => String(run)),
        { seed }
      )
    : undefined

  function build(value: number, n: number, intervalOf: (from: Bootstrap) => Interval | undefined) {
    return {
      value,
      n,
      interval: intervalOf(byTask),
      intervalOverRuns: byRun === undefined ? undefined : intervalOf(byRun)
    }
  }

  return {
    figure(tallies) {
      const value = ratio(tallies)
      if (value === undefined) return undefined
      const n = tallies.filter((tally) => tally.of > 0).length
      return build(value, n, (from) => from.interval(tallies))
    },
    difference(a, b) {
      const left = ratio(a)
      const right = ratio(b)
      if (left === undefined || right === undefined) return undefined
      const n = a.filter((tally) => tally.of > 0).length
      return build(left - right, n, (from) => from.pairedInterval(a, b))
    }
  }
}

/** A share of independent runs that is often none or all of them. */
export function countFigure(hits: number, of: number): Figure | undefined {
  if (of === 0) return undefined
  return { value: hits / of, n: of, interval: wilsonInterval(hits, of) }
}

/** Leaves out the figures that do not apply. */
export function figuresOf(
  figures: Readonly<Record<string, Figure | undefined>>
): Readonly<Record<string, Figure>> {
  const kept: [string, Figure][] = []
  for (const [key, figure] of Object.entries(figures)) {
    if (figure !== undefined) kept.push([key, figure])
  }
  return Object.fromEntries(kept)
}

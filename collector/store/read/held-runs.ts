// Items of lists that were read before, by the revision they are of: the newest runs are asked for again and
// again, and what most of them say has not changed. Holds nothing that the store could say otherwise: whoever asks
// has just read which revision is the newest.

import type { ListedRun } from '../../model/index.ts'

/** The largest page; some 4 MB of usual runs. */
const RUNS_MAX = 1_000

/** UTF-16 units. A run with a longer task is read each time, so that all held tasks are 16 MB at most. */
const TASK_CHARS_MAX = 8_192

/** What tells a row from every other of its run: a revision is written again when more was seen and nothing new said. */
export interface RowVersion {
  readonly RunId: string
  readonly Revision: number
  readonly AnalyzedAt: string
}

export interface HeldRows<Item> {
  /** `undefined` when that version is not held. */
  find(row: RowVersion): Item | undefined
  hold(row: RowVersion, item: Item): void
}

export class HeldRuns implements HeldRows<ListedRun> {
  /** The one that was asked for last comes last. */
  readonly #held = new Map<string, { readonly version: string; readonly item: ListedRun }>()

  find(row: RowVersion): ListedRun | undefined {
    const held = this.#held.get(row.RunId)
    if (held === undefined || held.version !== versionOf(row)) return undefined
    this.#held.delete(row.RunId)
    this.#held.set(row.RunId, held)
    return held.item
  }

  hold(row: RowVersion, item: ListedRun): void {
    if (item.run.task.length > TASK_CHARS_MAX) return
    this.#held.delete(row.RunId)
    this.#held.set(row.RunId, { version: versionOf(row), item })
    const [oldest] = this.#held.keys()
    if (this.#held.size > RUNS_MAX && oldest !== undefined) this.#held.delete(oldest)
  }
}

function versionOf({ Revision, AnalyzedAt }: RowVersion): string {
  return `${Revision} ${AnalyzedAt}`
}

// Log records and data points have no id, so a batch that is sent again is known by its content: the same
// rows in the same order within the last minutes are one batch. A sender repeats a batch when the answer was
// lost or late, and repeats it byte by byte.

/** Exporters give up on a batch after some minutes; the Collector's retries end after five. */
export const REMEMBERED_MS = 600_000

/** 32 bytes of digest and a promise each, some 3 MB: sixteen batches a second for ten minutes. */
export const REMEMBERED_BATCHES_MAX = 10_000

interface Remembered {
  readonly written: Promise<void>
  readonly since: number
}

export class RecentBatches {
  readonly #now: () => number
  /** By digest, oldest first. */
  readonly #batches = new Map<string, Remembered>()

  constructor(now: () => number) {
    this.#now = now
  }

  /**
   * Runs `write`, or waits for the run of the same batch that is under way or done. A write that failed is
   * forgotten: the next one tries again.
   */
  async writeOnce(digest: string, write: () => Promise<void>): Promise<'written' | 'repeated'> {
    this.#forgetOld()
    const known = this.#batches.get(digest)
    if (known !== undefined) {
      await known.written
      return 'repeated'
    }
    const written = write()
    this.#batches.set(digest, { written, since: this.#now() })
    try {
      await written
      return 'written'
    } catch (error) {
      // Unless it was forgotten for its age and written anew meanwhile.
      if (this.#batches.get(digest)?.written === written) this.#batches.delete(digest)
      throw error
    }
  }

  #forgetOld(): void {
    const oldest = this.#now() - REMEMBERED_MS
    for (const [digest, { since }] of this.#batches) {
      if (since >= oldest && this.#batches.size < REMEMBERED_BATCHES_MAX) return
      this.#batches.delete(digest)
    }
  }
}

// Which of several processes on one store analyses and tells: what a process says of itself, and what it
// learns of the others. The store keeps and orders; who leads is decided by each process from what it reads.

export interface LeadCandidate {
  /** Of one start of one process, never used again. */
  readonly processId: string
  /** For people: where it runs. */
  readonly host: string
}

export interface LeadStore {
  /**
   * Notes that the process lives, and answers which of those that were heard of within `livesForMs` was heard of first.
   * By the store's own clock throughout.
   */
  beat(candidate: LeadCandidate, livesForMs: number): Promise<LeadCandidate | undefined>
  /** The process is no candidate any more: the next one need not wait until it is given up. */
  leave(candidate: LeadCandidate): Promise<void>
}

// The part of the store that processors use, in memory: keeps what is written and records what is saved.
// It follows the contract of AnalysisStore, so that a test of completion needs no engine.

import type {
  Analysis,
  AnalysisStore,
  ClassifiedStep,
  OutcomeReport,
  PendingRun,
  RunId,
  StoredSteps,
  UnixNano
} from '../../collector/model/index.ts'
import { STEPS_PER_RUN_MAX, toUnixNano } from '../../collector/model/index.ts'

interface KeptRun {
  readonly steps: Map<string, ClassifiedStep>
  readonly reports: Map<string, OutcomeReport>
  readonly analyses: Analysis[]
  readonly firstIngestedAt: UnixNano
  lastIngestedAt: UnixNano
}

export class MemoryStore implements AnalysisStore {
  readonly #now: () => number
  readonly #runs = new Map<RunId, KeptRun>()
  #ingestCount = 0n

  constructor(now: () => number) {
    this.#now = now
  }

  write(steps: readonly ClassifiedStep[]): void {
    for (const step of steps) this.#run(step.runId).steps.set(step.stepId, step)
  }

  report(runId: RunId, report: OutcomeReport): void {
    this.#run(runId).reports.set(report.source, report)
  }

  /** Analyses saved of a run, oldest first. */
  analysesOf(runId: RunId): readonly Analysis[] {
    return this.#runs.get(runId)?.analyses ?? []
  }

  async findPendingRuns(ingestedSince: UnixNano, limit: number): Promise<readonly PendingRun[]> {
    const pending: PendingRun[] = []
    for (const [runId, run] of this.#runs) {
      const last = run.analyses.at(-1)
      const isCovered = last?.state === 'complete' && last.ingestedThrough >= run.lastIngestedAt
      if (isCovered || run.lastIngestedAt < ingestedSince) continue
      pending.push({
        runId,
        lastIngestedAt: run.lastIngestedAt,
        firstIngestedAt: run.firstIngestedAt,
        ...structureOf([...run.steps.values()])
      })
    }
    return pending
      .toSorted((one, other) => Number(one.lastIngestedAt - other.lastIngestedAt))
      .slice(0, limit)
  }

  async readRunSteps(runId: RunId): Promise<StoredSteps> {
    const run = this.#runs.get(runId)
    const steps = [...(run?.steps.values() ?? [])]
    return {
      steps: steps.slice(0, STEPS_PER_RUN_MAX),
      capped: steps.length > STEPS_PER_RUN_MAX,
      ingestedThrough: run?.lastIngestedAt ?? toUnixNano(0n)
    }
  }

  async readOutcomeReports(runId: RunId): Promise<readonly OutcomeReport[]> {
    return [...(this.#runs.get(runId)?.reports.values() ?? [])]
  }

  async saveAnalysis(analysis: Analysis): Promise<number> {
    const { analyses } = this.#run(analysis.tree.run.runId, 'read')
    analyses.push(analysis)
    return analyses.length
  }

  #run(runId: RunId, access: 'read' | 'ingest' = 'ingest'): KeptRun {
    const at = this.#ingestedAt()
    const run = this.#runs.get(runId) ?? {
      steps: new Map(),
      reports: new Map(),
      analyses: [],
      firstIngestedAt: at,
      lastIngestedAt: at
    }
    this.#runs.set(runId, run)
    if (access === 'ingest') run.lastIngestedAt = at
    return run
  }

  /** Never the same twice. */
  #ingestedAt(): UnixNano {
    this.#ingestCount += 1n
    return toUnixNano(BigInt(this.#now()) * 1_000_000n + this.#ingestCount)
  }
}

function structureOf(steps: readonly ClassifiedStep[]) {
  const spans = new Set(steps.map((step) => step.spanId))
  const parents = new Set(steps.flatMap((step) => step.parentSpanId ?? []))
  return {
    stepCount: steps.length,
    rootSeen: steps.some((step) => step.parentSpanId === undefined),
    missingParentCount: [...parents].filter((parent) => !spans.has(parent)).length
  }
}

// The store's contracts, so that the rooms which write and read agree without knowing each other or
// the engine. Implemented once, in collector/store, on embedded ClickHouse and on a server alike.

import type { AuditStore, KeyStore } from './access.ts'
import type { AlertDelivery, AlertStatus } from './alert.ts'
import type { Backups } from './backup.ts'
import type { LogWriter } from './log-record.ts'
import type { MemoryReader, MemoryStore } from './memory.ts'
import type { MetricWriter } from './metric-point.ts'
import type { JudgementStore } from './judgement.ts'
import type { LeadStore } from './lead.ts'
import type {
  Feedback,
  Localization,
  LocalizerPrecision,
  Onset,
  OnsetCategory,
  Requirement
} from './onset.ts'
import type { RunId, SpanId, UnixNano } from './quantities.ts'
import type { RawSpanStore } from './raw-spans.ts'
import type { ReadOnlyQueries } from './read-only-queries.ts'
import type { StepExporter } from './step-export.ts'
import type { OutcomeReport, Run, RunState, RunStep, RunTree, Stage } from './run.ts'
import type { DecodedSpan } from './span.ts'
import type { ClassifiedStep, Outcome, StageName } from './step.ts'

/** The spans of one or more export requests and the steps made from them. */
export interface IngestBatch {
  readonly spans: readonly DecodedSpan[]
  readonly steps: readonly ClassifiedStep[]
}

export interface IngestWriter {
  /**
   * Resolves only when spans and steps are durable: they survive `kill -9`. Idempotent: writing the
   * same spans again changes nothing a reader sees. The batch is not mutated and may be retained
   * until the promise settles.
   *
   * @throws CollectorError STORE_BUSY (queue full, retryable), STORE_DISK_FULL (retryable),
   *   STORE_UNAVAILABLE (retryable). After an error some of the batch may be stored; the sender
   *   retries and readers see each span once.
   */
  write(batch: IngestBatch): Promise<void>
}

/** Told after a durable write; must return at once and never throw. */
export interface RunListener {
  stepsWritten(steps: readonly ClassifiedStep[]): void
  outcomeReported(runId: RunId): void
}

export interface IncorrectStep {
  readonly stepIndex: number
  /** 0..1; absent when the localizer does not say. */
  readonly probability: number | undefined
}

/** A run as stored: the tree's head, and how far analysis has come. */
export interface RunRecord {
  readonly run: Run
  readonly state: RunState
  /** Counts analyses of this run, from 1. */
  readonly revision: number
  /** A cap (age or steps) ended the run, not its own end. */
  readonly partial: boolean
  readonly abstention: string | undefined
  /** In the order of the task; absent when none were found or looked for. */
  readonly requirements?: readonly Requirement[]
  /** Steps called incorrect, in order, each with how likely it is one; absent when there are none. */
  readonly incorrectSteps?: readonly IncorrectStep[]
  /** Absent where nobody localized, and in rows of older collectors. */
  readonly localizerVersion?: string
  /** Best suspect of this revision, for lists. */
  readonly topOnset: Onset | undefined
  readonly analyzedAt: UnixNano
}

/** A run as lists have it: without what only a reader of one run wants, most of what a run's row holds. */
export interface ListedRun extends Omit<
  RunRecord,
  'run' | 'requirements' | 'incorrectSteps' | 'localizerVersion'
> {
  readonly run: Omit<Run, 'finalMessage' | 'checks' | 'verifierOutput'>
}

export interface RunFilter {
  /** Bounds on the run's start, since inclusive, until exclusive. */
  readonly since?: UnixNano
  readonly until?: UnixNano
  readonly service?: string
  readonly agent?: string
  readonly model?: string
  readonly outcome?: Outcome
  readonly category?: OnsetCategory
  readonly sessionId?: string
  /** `onset.launch.id` of the resource; without `since`, of the last day. */
  readonly launch?: string
  /** 1..LIST_LIMIT_MAX. */
  readonly limit: number
  readonly cursor?: string
}

export interface OnsetFilter {
  readonly since?: UnixNano
  readonly until?: UnixNano
  readonly category?: OnsetCategory
  readonly stage?: StageName
  readonly service?: string
  readonly minConfidence?: number
  readonly limit: number
  readonly cursor?: string
}

export interface Page<T> {
  readonly items: readonly T[]
  /** Opaque; absent on the last page. A cursor of another query is INVALID_ARGUMENT. */
  readonly nextCursor: string | undefined
}

export interface OnsetRecord {
  readonly onset: Onset
  readonly service: string
  readonly agent: string | undefined
  readonly runStartTime: UnixNano
  readonly detectedAt: UnixNano
}

export interface RunReader {
  /** Newest start first. */
  listRuns(filter: RunFilter): Promise<Page<ListedRun>>
  /** The same pages of whole runs, at some three times the cost. */
  listWholeRuns(filter: RunFilter): Promise<Page<RunRecord>>
  findRun(runId: RunId): Promise<RunRecord | undefined>
  /** Ids that begin so, in their order, at most limit. */
  findRunIds(prefix: string, limit: number): Promise<readonly RunId[]>
  readStages(runId: RunId): Promise<readonly Stage[]>
  /** Numbered steps with index > after, in order, at most limit. */
  readSteps(runId: RunId, after: number, limit: number): Promise<readonly RunStep[]>
  readOnsets(runId: RunId): Promise<readonly Onset[]>
  /** Rank 1 onsets, newest detection first. */
  listOnsets(filter: OnsetFilter): Promise<Page<OnsetRecord>>
}

export interface FeedbackWriter {
  /** Durable when resolved. The run need not have arrived yet. */
  saveOutcomeReport(runId: RunId, report: OutcomeReport): Promise<void>
  saveFeedback(feedback: Feedback): Promise<void>
  readFeedback(runId: RunId): Promise<readonly Feedback[]>
}

export interface PrecisionFilter {
  /** Bounds on when feedback was given, since inclusive, until exclusive. */
  readonly since?: UnixNano
  readonly until?: UnixNano
}

export interface PrecisionReader {
  /** Of each localizer version with feedback, that with the newest feedback first. */
  readPrecision(filter: PrecisionFilter): Promise<readonly LocalizerPrecision[]>
}

/** A run with steps or reports that the latest analysis has not seen. */
export interface PendingRun {
  readonly runId: RunId
  readonly lastIngestedAt: UnixNano
  readonly firstIngestedAt: UnixNano
  readonly stepCount: number
  /** A step without a parent has arrived and ended. */
  readonly rootSeen: boolean
  /** Distinct parent span ids that no step of the run has. */
  readonly missingParentCount: number
}

export interface StoredSteps {
  /** Each step id once, in order of start time then step id; at most STEPS_PER_RUN_MAX. */
  readonly steps: readonly ClassifiedStep[]
  /** True when there are more than STEPS_PER_RUN_MAX. */
  readonly capped: boolean
  /** Newest ingest time among all steps and reports of the run: what an analysis of this read has seen. */
  readonly ingestedThrough: UnixNano
}

export interface Analysis {
  readonly tree: RunTree
  readonly localization: Localization
  readonly state: RunState
  readonly partial: boolean
  readonly ingestedThrough: UnixNano
}

export interface AnalysisStore {
  /** Runs whose newest step or report is not covered by an analysis in state `complete`. Oldest first. */
  findPendingRuns(ingestedSince: UnixNano, limit: number): Promise<readonly PendingRun[]>
  readRunSteps(runId: RunId): Promise<StoredSteps>
  /** To be read after `readRunSteps` has resolved, which counts reports up to then as seen. */
  readOutcomeReports(runId: RunId): Promise<readonly OutcomeReport[]>
  /**
   * Writes run, stages, numbered steps and onsets as the next revision and hides what the previous
   * revision had and this one has not. Idempotent per content. Returns the revision. A step counts as
   * seen when it is in the tree, numbered or folded.
   */
  saveAnalysis(analysis: Analysis): Promise<number>
}

export interface FiringAlertFilter {
  readonly destination: string
  /** Only those that stand longer than this. */
  readonly endsAfter: UnixNano
  readonly limit: number
}

export interface AlertFilter {
  readonly status?: AlertStatus
  readonly destination?: string
  /** 1..LIST_LIMIT_MAX. */
  readonly limit: number
  readonly cursor?: string
}

/** The outbox as people look at it. */
export interface AlertReader {
  /** Changed last first. */
  listAlerts(filter: AlertFilter): Promise<Page<AlertDelivery>>
  findAlert(deliveryId: string): Promise<AlertDelivery | undefined>
}

/** The outbox of alerts: what is to be told survives whoever was about to tell it. */
export interface AlertStore {
  /**
   * Durable when resolved, all or none. A delivery replaces the one with the same run and delivery id
   * and a lower revision.
   */
  saveAlerts(deliveries: readonly AlertDelivery[]): Promise<void>
  /** Of one run, in any status. */
  readRunAlerts(runId: RunId | ''): Promise<readonly AlertDelivery[]>
  /** Held or waiting, due first. */
  findUnsentAlerts(limit: number): Promise<readonly AlertDelivery[]>
  /** Firing and confirmed, newest first. */
  findFiringAlerts(filter: FiringAlertFilter): Promise<readonly AlertDelivery[]>
  /** That began to fire since and that a rule's limit counts: neither held nor told in a summary. */
  findAlertsSince(since: UnixNano, limit: number): Promise<readonly AlertDelivery[]>
  /** About which people have said something since, newest word first. */
  findCorrectedRuns(since: UnixNano, limit: number): Promise<readonly RunId[]>
  /** Newest first. */
  readFeedback(runId: RunId): Promise<readonly Feedback[]>
}

/** Raw spans, for tests of durability and for re-normalization. */
export interface SpanReader {
  /** Each span of the trace once. */
  readSpanIds(traceId: string): Promise<readonly SpanId[]>
}

export interface StoreHealth {
  readonly ready: boolean
  /** Why not, for a person. */
  readonly reason: string | undefined
}

export interface Store
  extends
    IngestWriter,
    LogWriter,
    MetricWriter,
    RunReader,
    FeedbackWriter,
    PrecisionReader,
    StepExporter,
    AnalysisStore,
    AlertStore,
    AlertReader,
    LeadStore,
    JudgementStore,
    MemoryReader,
    MemoryStore,
    SpanReader,
    KeyStore,
    AuditStore {
  /** Spans as they came, to make their steps anew. */
  readonly raw?: RawSpanStore
  /** SQL of strangers, on the embedded engine only: a server answers them itself. */
  readonly readOnlyQueries?: ReadOnlyQueries
  /** Of the embedded engine only: a server has its own. */
  readonly backups?: Backups
  /** Cheap: answers from a round trip to the engine, within HEALTH_TIMEOUT_MS. */
  checkHealth(): Promise<StoreHealth>
  /** Flushes what was accepted, then releases the engine. Idempotent. */
  close(): Promise<void>
}

export const LIST_LIMIT_MAX = 1_000
export const STEPS_PAGE_LIMIT_MAX = 10_000

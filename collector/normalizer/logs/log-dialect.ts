// What a log dialect is: one producer's events and what each says of an action. An event that says nothing
// of an action gives no step; several events of one action give a step each, under ids that only depend on
// what they tell of, and assembly joins them.

import type { DecodedLogRecord, Outcome } from '../../model/index.ts'
import type { StepFacts } from '../dialect.ts'

export interface LogDialect {
  /** `claude_code_logs`. Together with `version` it is `Step.dialect`. */
  readonly name: string
  readonly version: number
  readonly recognizes: (event: LogEvent) => boolean
  /** Total; undefined for an event that tells of no action, or of none that could be placed in a run. */
  readonly read: (event: LogEvent) => LogFacts | undefined
  /** False for an event that it neither reads nor knows to tell of no action, or of one that another event tells. */
  readonly knows: (name: string) => boolean
}

export interface LogEvent {
  /** `event.name`, from the attribute, the field or the body, whichever the producer uses. */
  readonly name: string
  readonly record: DecodedLogRecord
}

export interface LogFacts extends StepFacts {
  /** Where the action belongs; a record's trace id is used where the producer's own ids are not. */
  readonly place: LogPlace
  /** The id that all deliveries of this event have in common; absent where it has none. */
  readonly key: string | undefined
  /** How long it took until the record's time. */
  readonly durationMs?: number | undefined
  /** Overrules what the record's attributes say. */
  readonly outcome?: Outcome | undefined
}

export interface LogPlace {
  /** Names the run; the same for every event of one user prompt. */
  readonly run: string | undefined
  /** The session around the runs. */
  readonly session: string | undefined
  /** False for producers that put the records of one run into several traces, or some of them into none. */
  readonly byTrace: boolean
}

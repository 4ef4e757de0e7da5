// Numbered steps of many runs as one Parquet file, made by the engine. A row is a step with what is known of
// its run, so that a file can be read, filtered and sampled without a join. What comes out is a whole file
// or an error: the last piece is held back until both are known.

import { LIST_LIMIT_MAX, type StepExport } from '../../model/index.ts'
import { CollectorError } from '../../model/index.ts'
import type { Engine } from '../engine/engine.ts'
import { PARQUET_FILES_MAX, PARQUET_MAGIC } from '../engine/parquet.ts'
import { sqlText, type SqlParameters } from '../sql/sql-text.ts'

// Keys: RunId, in all three. Reads all steps of the runs. While a revision is being written a number may be
// there twice: the newer one counts, and the check below refuses the file. Of two checks of one name the
// first stays. Called by exportSteps.
const READ_STEPS = `
WITH
    {runIds: Array(String)} AS runIds,
    transform(s.RunId, {labelledIds: Array(String)}, {onsets: Array(UInt32)}, toUInt32(0)) AS onset,
    has({withoutReport: Array(String)}, s.RunId) AS isBare,
    if(isBare, [], arrayEnumerateUniq(r.CheckNames)) AS nth
SELECT
    s.RunId AS id,
    r.Task AS task,
    r.Agent AS agent,
    r.Model AS model,
    r.Service AS service,
    r.Outcome AS outcome,
    r.OutcomeSource AS outcome_source,
    CAST(r.Outcome = 'ok' AS Bool) AS solved,
    CAST((arrayFilter((name, n) -> n = 1, if(isBare, [], r.CheckNames), nth), arrayFilter((status, n) -> n = 1, if(isBare, [], r.CheckStatuses), nth)) AS Map(String, String)) AS tests,
    CAST((arrayFilter((name, n) -> n = 1, if(isBare, [], r.CheckNames), nth), arrayFilter((message, n) -> n = 1, if(isBare, [], r.CheckMessages), nth)) AS Map(String, String)) AS test_messages,
    if(isBare, '', r.VerifierOutput) AS test_output,
    CAST(has({labelledIds: Array(String)}, s.RunId) AS Bool) AS labelled,
    nullIf(onset, 0) AS onset_step,
    nullIf(transform(s.RunId, {labelledIds: Array(String)}, {categories: Array(String)}, ''), '') AS category,
    s.StepIndex AS index,
    CAST(s.Kind AS String) AS kind,
    CAST(s.Name AS String) AS name,
    CAST(s.Agent AS String) AS step_agent,
    s.StartTime AS start_time,
    if(s.EndTime < s.StartTime, NULL, s.EndTime) AS end_time,
    CAST(s.Tool AS String) AS tool,
    s.Thought AS thought,
    s.Action AS action,
    s.Arguments AS arguments,
    s.Observation AS observation,
    CAST(s.Outcome = 'error' AS Bool) AS is_error,
    s.Error AS error,
    s.ExitCode AS exit_code,
    s.Truncated AS truncated,
    CAST((s.RunId, s.ParentIndex) IN (
        SELECT
            RunId,
            StepIndex
        FROM {database: Identifier}.agent_steps FINAL
        WHERE RunId IN runIds
            AND StepIndex > 0
            AND Tool IN {subAgentTools: Array(String)}
    ) AS Bool) AS sidechain
FROM
(
    SELECT *
    FROM {database: Identifier}.agent_steps FINAL
    WHERE RunId IN runIds
        AND StepIndex > 0
    ORDER BY RunId, StepIndex, Revision DESC
    LIMIT 1 BY RunId, StepIndex
) AS s
INNER JOIN
(
    SELECT
        RunId,
        Task,
        CAST(if(Agent = '', Service, Agent) AS String) AS Agent,
        CAST(Models[1] AS String) AS Model,
        CAST(Service AS String) AS Service,
        CAST(Outcome AS String) AS Outcome,
        CAST(OutcomeSource AS String) AS OutcomeSource,
        Checks.Name AS CheckNames,
        CAST(Checks.Status AS Array(String)) AS CheckStatuses,
        Checks.Message AS CheckMessages,
        VerifierOutput
    FROM {database: Identifier}.agent_runs FINAL
    WHERE RunId IN runIds
) AS r ON r.RunId = s.RunId
ORDER BY id, index`

// Keys: RunId. Reads a few columns of each run. Called by exportSteps.
const COUNT_UNCHANGED = `
WITH {runIds: Array(String)} AS runIds
SELECT count() AS Runs
FROM {database: Identifier}.agent_runs FINAL
WHERE RunId IN runIds
    AND Revision = transform(RunId, runIds, {revisions: Array(UInt32)}, toUInt32(0))`

const RETRY_AFTER_SECONDS = 5
const MAGIC = Buffer.from(PARQUET_MAGIC)

export class StepFiles {
  readonly #engine: Engine
  #making = 0

  constructor(engine: Engine) {
    this.#engine = engine
  }

  async *exportSteps(request: StepExport): AsyncGenerator<Uint8Array> {
    if (request.runs.length > LIST_LIMIT_MAX) throw new RangeError('more runs than a list has')
    if (this.#making >= PARQUET_FILES_MAX) {
      throw busy(`${PARQUET_FILES_MAX} files are being made, and no more may be; ask again later`)
    }
    this.#making += 1
    try {
      yield* this.#make(request)
    } finally {
      this.#making -= 1
    }
  }

  async *#make(request: StepExport): AsyncGenerator<Uint8Array> {
    const statement = sqlText(READ_STEPS, toParameters(this.#engine.database, request))
    let held: Uint8Array = new Uint8Array()
    for await (const piece of this.#engine.readParquet(statement, request.signal)) {
      // A piece of fewer bytes than the mark would hide where the file ends.
      if (held.length < MAGIC.length) held = Buffer.concat([held, piece])
      else {
        yield held
        held = piece
      }
    }
    // Over HTTP an engine that fails midway ends its answer as if it were whole.
    if (!MAGIC.equals(held.subarray(-MAGIC.length))) {
      throw new CollectorError(
        'STORE_UNAVAILABLE',
        'the engine broke off in the middle of a file',
        {
          retryable: true
        }
      )
    }
    await this.#requireUnchanged(request)
    yield held
  }

  async #requireUnchanged({ runs }: StepExport): Promise<void> {
    const parameters = {
      database: this.#engine.database,
      runIds: ['', ...runs.map(({ runId }) => runId)],
      revisions: [0, ...runs.map(({ revision }) => revision)]
    }
    const statement = sqlText(COUNT_UNCHANGED, parameters)
    const [row] = await this.#engine.read<{ readonly Runs: string }>('read', statement)
    if (Number(row?.Runs) === runs.length) return
    throw busy('a run was analyzed again while its steps were read; ask again')
  }
}

/** The engine wants to know what lists are of, so none is empty; no run has an empty id. */
function toParameters(
  database: string,
  { runs, subAgentTools }: Pick<StepExport, 'runs' | 'subAgentTools'>
): SqlParameters {
  const labelled = runs.flatMap(({ runId, truth }) => (truth === undefined ? [] : { runId, truth }))
  return {
    database,
    runIds: ['', ...runs.map(({ runId }) => runId)],
    subAgentTools,
    withoutReport: ['', ...runs.flatMap((run) => (run.withoutReport === true ? run.runId : []))],
    labelledIds: ['', ...labelled.map(({ runId }) => runId)],
    onsets: [0, ...labelled.map(({ truth }) => truth.onsetStepIndex ?? 0)],
    categories: ['', ...labelled.map(({ truth }) => truth.category ?? '')]
  }
}

function busy(message: string): CollectorError {
  return new CollectorError('STORE_BUSY', message, {
    retryable: true,
    retryAfterSeconds: RETRY_AFTER_SECONDS
  })
}

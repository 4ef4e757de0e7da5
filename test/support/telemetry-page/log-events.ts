// Every line that the collector and the processors log, by its message, which is its name. A test holds this list
// against the calls in the code: none may be missing, none may be left over.

export interface LogEvent {
  /** The message. What differs from line to line is `…`. */
  readonly event: string
  /** Where it is logged, by the path of the file. */
  readonly file: string
  readonly level: 'info' | 'warn' | 'error'
  readonly fields: readonly string[]
  readonly meaning: string
  readonly action: string
}

const NOTHING = 'Nothing.'
const REPORT = 'A defect of Onset: report it with the line.'
const STORE = 'Look at the store: disk, server, its own log. Tried again by itself.'

export const LOG_EVENTS: readonly LogEvent[] = [
  {
    event: 'store open',
    file: 'collector/store/open-store.ts',
    level: 'info',
    fields: ['database', 'migrations', 'ms'],
    meaning: 'The tables are there; `migrations` are those that were applied now.',
    action: NOTHING
  },
  {
    event: 'store closed',
    file: 'collector/store/open-store.ts',
    level: 'info',
    fields: [],
    meaning: 'All that was acknowledged is written; the process ends.',
    action: NOTHING
  },
  {
    event: 'keys are required',
    file: 'collector/access/access.ts',
    level: 'info',
    fields: ['configured', 'madeAtRunTime', 'required'],
    meaning: 'Every request needs a key.',
    action: NOTHING
  },
  {
    event: 'no keys: only this machine is answered',
    file: 'collector/access/access.ts',
    level: 'info',
    fields: ['configured', 'madeAtRunTime', 'required'],
    meaning: 'There is no key at all, so that only loopback is answered.',
    action: 'Make one ([authentication.md](authentication.md)) before others are to send.'
  },
  {
    event: 'keys could not be read',
    file: 'collector/access/key-ring.ts',
    level: 'warn',
    fields: ['err', 'ageMs'],
    meaning:
      'What keys there are is known as of `ageMs` ago; beyond 15 s keys of the store no longer work.',
    action: STORE
  },
  {
    event: 'the last use of keys could not be saved',
    file: 'collector/access/key-ring.ts',
    level: 'warn',
    fields: ['err'],
    meaning: '`onset keys list` shows an older last use.',
    action: STORE
  },
  {
    event: 'result not in the audit trail',
    file: 'collector/api/audit-event.ts',
    level: 'warn',
    fields: ['err', 'action', 'target', 'result'],
    meaning: 'The trail has that something was begun, and not how it ended; this line has it.',
    action: 'Keep the line. Look at the store.'
  },
  {
    event: 'OTLP/gRPC listening at …',
    file: 'collector/grpc-server.ts',
    level: 'info',
    fields: [],
    meaning: 'The port of OTLP/gRPC is open.',
    action: NOTHING
  },
  {
    event: 'no OTLP/gRPC: …, or off',
    file: 'collector/grpc-server.ts',
    level: 'warn',
    fields: ['port'],
    meaning: 'The default port is taken, by an OpenTelemetry Collector perhaps: there is none.',
    action: 'Set `ONSET_GRPC_PORT` to another port, or to `off`.'
  },
  {
    event: 'no ClickHouse interface for Grafana: …, or off',
    file: 'collector/gateway-server.ts',
    level: 'warn',
    fields: ['port'],
    meaning: 'The default port is taken: Grafana cannot ask this process.',
    action: 'Set `ONSET_CLICKHOUSE_HTTP_PORT` to another port, or to `off`.'
  },
  {
    event: 'OTLP request refused',
    file: 'collector/receiver/request-outcome.ts',
    level: 'warn',
    fields: ['reason'],
    meaning:
      'Somebody sends what is not OTLP, is too large, or has no key. At most one line in 10 s.',
    action: 'Mend the sender; `reason` says what it was told.'
  },
  {
    event: 'OTLP request deferred',
    file: 'collector/receiver/request-outcome.ts',
    level: 'warn',
    fields: ['err'],
    meaning:
      'Too much in flight, or the store is busy, full or gone: senders keep their data. At most one line in 10 s.',
    action: 'When it lasts: `onset_store_queue_rows`, disk, CPU ([runbook](../deploy/runbook.md)).'
  },
  {
    event: 'OTLP request failed',
    file: 'collector/receiver/request-outcome.ts',
    level: 'error',
    fields: ['err'],
    meaning: 'A request was answered with 500 or INTERNAL.',
    action: REPORT
  },
  {
    event: '… rejected or repaired',
    file: 'collector/receiver/receiver.ts',
    level: 'warn',
    fields: ['rejectedCount', 'itemCount', 'errorMessage'],
    meaning:
      'Spans, log records or data points were left out, or stored without a part, and their sender was told. At most one line in 10 s.',
    action: 'Mend the sender: `errorMessage` names examples.'
  },
  {
    event: 'spans stored in part because of a defect',
    file: 'collector/pipeline.ts',
    level: 'error',
    fields: ['defects', 'count'],
    meaning:
      'A room failed on spans: they are stored without their texts, or as steps of kind `unknown`.',
    action: REPORT
  },
  {
    event: 'log records stored in part because of a defect',
    file: 'collector/log-pipeline.ts',
    level: 'error',
    fields: ['count', 'reason'],
    meaning: 'The sanitizer failed on log records: they are stored without their content.',
    action: REPORT
  },
  {
    event: 'log records without their step because of a defect',
    file: 'collector/log-steps.ts',
    level: 'error',
    fields: ['defects', 'count'],
    meaning: 'Log records are stored, and the runs they belong to lack a step or what it does.',
    action: REPORT
  },
  {
    event: 'data points dropped because of a defect',
    file: 'collector/metric-pipeline.ts',
    level: 'error',
    fields: ['count', 'reason'],
    meaning: 'The sanitizer failed on data points: they are not stored.',
    action: REPORT
  },
  {
    event: 'defect',
    file: 'collector/error-answers.ts',
    level: 'error',
    fields: ['err'],
    meaning: 'A request to the API was answered with 500.',
    action: REPORT
  },
  {
    event: 'defect',
    file: 'collector/gateway/http/gateway-plugin.ts',
    level: 'error',
    fields: ['err'],
    meaning: 'A statement to the ClickHouse interface failed for no reason of its own.',
    action: REPORT
  },
  {
    event: 'requests refused',
    file: 'collector/error-answers.ts',
    level: 'warn',
    fields: ['code', 'err'],
    meaning: 'Requests to the API cannot be served, `code` says why. One line a code in a while.',
    action: 'See the code in [errors.md](errors.md).'
  },
  {
    event: 'disk budget nearly used: beyond it the oldest raw spans are dropped',
    file: 'collector/store/disk/disk-budget.ts',
    level: 'warn',
    fields: ['usedBytes', 'budgetBytes'],
    meaning: 'Four fifths of `ONSET_DISK_BUDGET_BYTES` are used. Once, until it changes.',
    action: 'Raise the budget, or shorten `ONSET_RAW_TTL_DAYS`, if the old data is wanted.'
  },
  {
    event: 'disk budget exceeded: oldest partitions dropped',
    file: 'collector/store/disk/disk-budget.ts',
    level: 'warn',
    fields: ['usedBytes', 'budgetBytes', 'freedBytes', 'partitions'],
    meaning: 'The oldest days were dropped to stay within the budget.',
    action: 'As before.'
  },
  {
    event: 'disk budget exceeded by what came last, which is kept: raise the budget',
    file: 'collector/store/disk/disk-budget.ts',
    level: 'error',
    fields: ['usedBytes', 'budgetBytes'],
    meaning: 'Nothing is left that may be dropped.',
    action: 'Raise the budget, or make room for it.'
  },
  {
    event: 'disk budget: …',
    file: 'collector/store/disk/disk-budget.ts',
    level: 'error',
    fields: ['err'],
    meaning: 'The size of the tables could not be read, or a partition not be dropped.',
    action: STORE
  },
  {
    event: 'backup done',
    file: 'collector/store/backup/backups.ts',
    level: 'info',
    fields: ['name', 'folder', 'bytes'],
    meaning: 'The backup is whole.',
    action: NOTHING
  },
  {
    event: 'backup failed: …',
    file: 'collector/store/backup/backups.ts',
    level: 'error',
    fields: ['name', 'folder', 'err'],
    meaning: 'There is no backup of this name.',
    action: 'Mend what the line names, and begin it again.'
  },
  {
    event: 're-normalization goes on',
    file: 'collector/renormalizer.ts',
    level: 'info',
    fields: ['id'],
    meaning: 'The process ended during a re-normalization, which is continued.',
    action: NOTHING
  },
  {
    event: 're-normalization',
    file: 'collector/renormalizer.ts',
    level: 'error',
    fields: ['err'],
    meaning: 'A re-normalization failed; what was done so far stays.',
    action: 'Look at `err`; start it again with `onset renormalize`.'
  },
  {
    event: 're-normalization does not go on',
    file: 'collector/collector.ts',
    level: 'error',
    fields: ['err'],
    meaning: 'Whether one was interrupted could not be read.',
    action: 'Look at the store; a restart tries again.'
  },
  {
    event: 'run analysis failed',
    file: 'processors/completion/completion.ts',
    level: 'warn',
    fields: ['runId', 'kind', 'failures', 'err'],
    meaning: 'An analysis failed and is tried again, later each time.',
    action: 'With an error of the store: look there. With another: report it with the run.'
  },
  {
    event: 'sweep failed',
    file: 'processors/completion/completion.ts',
    level: 'warn',
    fields: ['runs', 'err'],
    meaning: 'The store could not be asked for runs without an analysis.',
    action: STORE
  },
  {
    event: 'run not remembered',
    file: 'processors/memory/memory.ts',
    level: 'warn',
    fields: ['runId', 'err'],
    meaning: 'The run is analysed, and adds nothing to failure patterns.',
    action: STORE
  },
  {
    event: 'a run was judged',
    file: 'processors/judge/judge.ts',
    level: 'info',
    fields: ['runId', '…'],
    meaning: 'What the judge said, with calls, tokens and why it failed if it did.',
    action: NOTHING
  },
  {
    event: 'what was judged before is not known',
    file: 'processors/judge/judge.ts',
    level: 'warn',
    fields: ['runId', 'err'],
    meaning:
      'What an earlier process judged or spent could not be read: nothing is asked, the deterministic answer stands until the next analysis.',
    action: STORE
  },
  {
    event: 'judging a run failed',
    file: 'processors/judge/judge.ts',
    level: 'warn',
    fields: ['runId', 'err'],
    meaning: 'The run keeps its deterministic answer.',
    action: 'Look at `err`: the store, or a defect.'
  },
  {
    event: 'alerts changed',
    file: 'processors/alerter/alerter.ts',
    level: 'info',
    fields: ['runId', 'deliveries'],
    meaning: 'A run fires or resolves alerts; they are in the outbox.',
    action: NOTHING
  },
  {
    event: 'alert not delivered',
    file: 'processors/alerter/delivery/dispatcher.ts',
    level: 'warn',
    fields: ['destination', 'reason', 'failures'],
    meaning: 'A destination did not take it; tried again, later each time.',
    action: 'Look at the destination.'
  },
  {
    event: 'alert given up',
    file: 'processors/alerter/delivery/dispatcher.ts',
    level: 'error',
    fields: ['destination', 'rule', 'runId', 'reason'],
    meaning: 'Nobody was told of this run by this destination, and nobody will be.',
    action: 'Mend the destination; `onset alerts` sends it again.'
  },
  {
    event: 'alerts given up: their destination is gone',
    file: 'processors/alerter/alerter.ts',
    level: 'error',
    fields: ['deliveries'],
    meaning: 'Alerts wait for a destination that the rules no longer have.',
    action: 'Give the destination its name back, or let them go.'
  },
  {
    event: 'outbox of alerts failed',
    file: 'processors/alerter/delivery/dispatcher.ts',
    level: 'warn',
    fields: ['err'],
    meaning: 'The outbox could not be read or written; what was to be sent is sent later.',
    action: STORE
  },
  {
    event: 'outbox of alerts could not be looked at',
    file: 'processors/alerter/outbox-watch.ts',
    level: 'warn',
    fields: ['err'],
    meaning: 'Whether something waits or was corrected could not be read.',
    action: STORE
  },
  {
    event: 'this process analyses the store',
    file: 'processors/lead/lead.ts',
    level: 'info',
    fields: ['processId'],
    meaning: 'Of several processes on one server, this one leads.',
    action: NOTHING
  },
  {
    event: 'another process analyses this store; this one stands by until that one is gone',
    file: 'processors/lead/lead.ts',
    level: 'warn',
    fields: ['host', 'processId'],
    meaning: 'Two processes have the same store; the other one leads.',
    action: 'Nothing, if it is meant to stand by.'
  },
  {
    event: 'the store does not say who analyses it',
    file: 'processors/lead/lead.ts',
    level: 'warn',
    fields: ['err'],
    meaning: 'The sign of life of this process could not be given.',
    action: STORE
  },
  {
    event:
      'the store could not be told that this process lives: it stops to analyse, another one may begin',
    file: 'processors/lead/lead.ts',
    level: 'error',
    fields: [],
    meaning: 'The lead is lost; runs wait until a process has it.',
    action: STORE
  },
  {
    event: 'the other processes find out by themselves that this one is gone',
    file: 'processors/lead/lead.ts',
    level: 'warn',
    fields: ['err'],
    meaning:
      'At the end the lead could not be given up; another process waits some seconds for it.',
    action: NOTHING
  },
  {
    event: 'beginning or ending to analyse the store failed',
    file: 'processors/lead/lead.ts',
    level: 'error',
    fields: ['err'],
    meaning: 'The lead is given up and tried for anew.',
    action: STORE
  }
]

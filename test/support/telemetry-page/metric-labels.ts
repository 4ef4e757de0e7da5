// What the code does not say of its own metrics: their labels with what they may be, and what they are counted in
// where the name does not end in it. A test holds every entry against the code.

export interface MetricNotes {
  /** Label → its values, or what they are. */
  readonly labels?: Readonly<Record<string, string>>
  readonly unit?: string
}

const KINDS = '`final`, `provisional`, `requested`'
const ITEM_LABELS = {
  outcome: '`accepted`, `rejected`',
  reason:
    'why it was rejected, as in the answer ([otlp.md](otlp.md#what-is-rejected-what-is-repaired)); empty when accepted'
}
const TABLE = { table: 'name of the table' }
const CATEGORY = 'category of the onset'
const DESTINATION = 'name in the rules'
const SIGNAL = '`traces`, `logs`, `metrics`'

/** By the name that Prometheus shows. Every metric is here. */
export const METRIC_NOTES: Readonly<Record<string, MetricNotes>> = {
  http_server_request_duration_seconds: {
    labels: {
      http_request_method: 'method',
      http_route: 'pattern of the route, as `/api/runs/:runId`',
      http_response_status_code: 'status'
    }
  },
  nodejs_eventloop_delay_seconds: { labels: { quantile: '`0.5`, `0.99`, `1` (the longest)' } },
  nodejs_external_memory_bytes: {},
  nodejs_heap_used_bytes: {},
  onset_access_checks_total: {
    labels: { result: '`OK`, or the code of the error ([errors.md](errors.md))' }
  },
  onset_access_keys: {},
  onset_access_keys_age_seconds: {},
  onset_access_limited_total: { labels: { limit: '`requests`, `bytes`' }, unit: 'requests' },
  onset_alerter_attempt_seconds: { labels: { destination: DESTINATION } },
  onset_alerter_attempts_total: {
    labels: {
      destination: DESTINATION,
      event: '`firing`, `resolved`, `refresh`',
      result: '`confirmed`, `failed` (tried again), `refused` (given up)'
    }
  },
  onset_alerter_changes_total: {
    labels: {
      rule: 'name of the rule',
      event: '`firing`, `resolved`',
      status: '`waiting`, `held`, `delivered`, `withdrawn`, `dead`'
    }
  },
  onset_alerter_dead_letters_total: { labels: { destination: DESTINATION }, unit: 'alerts' },
  onset_alerter_failures_total: { labels: { what: '`store`' } },
  onset_alerter_oldest_waiting_seconds: {},
  onset_alerter_open_alerts: { labels: { status: '`waiting`, `held`' } },
  onset_api_event_streams: {},
  onset_completion_analyses_total: {
    labels: { kind: KINDS, result: '`done`, `empty`, `failed`' }
  },
  onset_completion_analysis_seconds: { labels: { kind: KINDS } },
  onset_completion_evicted_runs_total: {},
  onset_completion_found_runs_total: {},
  onset_completion_reopened_runs_total: {},
  onset_completion_settled_runs_total: {
    labels: { by: '`end`, `structure`, `pending_tool`, `quiet`, `steps`, `age`' }
  },
  onset_completion_sweeps_total: { labels: { result: '`done`, `failed`' } },
  onset_completion_tracked_runs: { labels: { state: '`open`, `complete`' } },
  onset_completion_waiting_runs: {},
  onset_gateway_queries_total: {
    labels: { result: '`OK`, or the name of the error, as ClickHouse has it' }
  },
  onset_gateway_query_duration_seconds: {},
  onset_judge_calls_total: { labels: { result: '`answered`, `failed`' } },
  onset_judge_cost_usd_total: {},
  onset_judge_duration_seconds: {},
  onset_judge_failures_total: {
    labels: { reason: 'as in [judge.md](judge.md)' },
    unit: 'runs'
  },
  onset_judge_quotes_rejected_total: { unit: 'quotes' },
  onset_judge_runs_total: { labels: { result: '`confirmed`, `changed`, `failed`' } },
  onset_judge_sample_failures_total: {
    labels: { reason: 'as in [judge.md](judge.md)' },
    unit: 'samples'
  },
  onset_judge_steps_refused_total: { unit: 'steps' },
  onset_judge_tokens_total: { labels: { type: '`input`, `output`' } },
  onset_judge_waiting_runs: {},
  onset_memory_overflows_total: { unit: 'runs' },
  onset_memory_runs_total: { labels: { result: '`remembered`, `failed`' } },
  onset_pipeline_data_points_dropped_total: { unit: 'points' },
  onset_pipeline_data_points_total: {},
  onset_pipeline_defects_total: {
    labels: { room: '`sanitizer`, `normalizer`, `effects`' },
    unit: 'spans or steps'
  },
  onset_pipeline_dialect_steps_total: { labels: { dialect: 'as in [dialects.md](dialects.md)' } },
  onset_pipeline_incomplete_spans_total: {
    labels: { missing: '`attributes`, `events`, `links`, `text`; one span may lack several' }
  },
  onset_pipeline_log_defects_total: { unit: 'log records' },
  onset_pipeline_log_events_unread_total: {
    labels: { dialect: 'as in [dialects.md](dialects.md)' },
    unit: 'log records'
  },
  onset_pipeline_log_records_total: {},
  onset_pipeline_log_step_defects_total: { unit: 'log records' },
  onset_pipeline_log_steps_total: {},
  onset_pipeline_preparation_seconds: {},
  onset_pipeline_spans_total: {},
  onset_pipeline_steps_total: {
    labels: {
      kind: '`agent`, `llm`, `tool`, `retrieval`, `handoff`, `guardrail`, `evaluation`, `unknown`'
    }
  },
  onset_processors_lag_seconds: {},
  onset_processors_leading: { unit: '1 or 0' },
  onset_processors_onsets_total: { labels: { category: CATEGORY, stage: 'stage of the onset' } },
  onset_processors_runs_total: { labels: { outcome: '`ok`, `error`, `cancelled`, `unknown`' } },
  onset_processors_waste_steps_total: { labels: { category: CATEGORY } },
  onset_processors_waste_tokens_total: { labels: { category: CATEGORY } },
  onset_receiver_acknowledgement_seconds: { labels: { signal: SIGNAL } },
  onset_receiver_data_points_total: { labels: ITEM_LABELS },
  onset_receiver_decode_seconds: { labels: { signal: SIGNAL, encoding: '`protobuf`, `json`' } },
  onset_receiver_inflight_bytes: {},
  onset_receiver_log_records_total: { labels: ITEM_LABELS },
  onset_receiver_request_bytes_total: {
    labels: { signal: SIGNAL, encoding: '`protobuf`, `json`' }
  },
  onset_receiver_requests_total: {
    labels: {
      signal: SIGNAL,
      transport: '`http`, `grpc`',
      outcome:
        '`accepted`, `partly_accepted`, `refused` (final), `deferred` (told to come again), `failed` (a defect), `aborted` (the sender left)'
    }
  },
  onset_receiver_spans_total: { labels: ITEM_LABELS },
  onset_server_refusals_total: {
    labels: { code: 'code of the error ([errors.md](errors.md))' },
    unit: 'requests'
  },
  onset_store_analyses_total: { labels: { result: '`written`, `unchanged`' } },
  onset_store_disk_budget_bytes: {},
  onset_store_disk_free_bytes: {},
  onset_store_disk_size_bytes: {},
  onset_store_disk_used_bytes: {},
  onset_store_dropped_bytes_total: { labels: TABLE },
  onset_store_dropped_partitions_total: { labels: TABLE },
  onset_store_errors_total: { labels: { code: 'code of the error ([errors.md](errors.md))' } },
  onset_store_group_rows: {},
  onset_store_parts: { labels: TABLE },
  onset_store_queue_bytes: {},
  onset_store_queue_rows: {},
  onset_store_read_seconds: { labels: { query: 'one of a few names of ours, as `list_runs`' } },
  onset_store_rows_total: { labels: { outcome: '`written`, `failed`, `refused`' } },
  onset_store_telemetry_queue_rows: {},
  onset_store_telemetry_rows_total: {
    labels: { outcome: '`written`, `failed`, `repeated`, `refused`' }
  },
  onset_store_telemetry_write_seconds: {},
  onset_store_write_seconds: {},
  process_cpu_seconds_total: {},
  process_resident_memory_bytes: {},
  process_uptime_seconds: {}
}

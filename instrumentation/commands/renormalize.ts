// `onset renormalize`: has a running Onset make its steps anew from raw spans, and shows how far it has come.

import { setTimeout as sleep } from 'node:timers/promises'
import { createApiClient, type RenormalizationJson } from '../api-client/index.ts'
import { formatCount } from '../terminal/index.ts'
import { EXIT_FAILED, EXIT_OK, type CommandIo } from './command.ts'
import { defineCommand } from './run-command.ts'

const POLL_INTERVAL_MS = 1_000

export const renormalizeCommand = defineCommand({
  name: 'renormalize',
  summary: 'rebuild steps from raw spans after a dialect has improved',
  usage: `onset renormalize [--since T] [--until T] [--run R] [--detach] [--json]

Has the Onset at ONSET_URL (http://127.0.0.1:4318) read its raw spans again, rewrite the steps that a dialect or a
price would now produce differently, and analyze their runs. Ingest continues; ONSET_RENORMALIZE_SHARE_PERCENT
limits the load. The work continues on the server if this command is stopped, and after a restart.

  --since T    ISO 8601, a date or a time; default: the oldest span kept
  --until T    ISO 8601, exclusive; default: the newest
  --run R      this run only
  --detach     do not wait
  --json       print the API's JSON answer at the end

If there are keys, ONSET_API_KEY must be an admin key.
Exit codes: 0 done, 1 failed or no answer, 2 wrong usage.`,
  options: {
    since: { type: 'string' },
    until: { type: 'string' },
    run: { type: 'string' },
    detach: { type: 'boolean' },
    json: { type: 'boolean' }
  },
  positionals: [],
  act: async (_, values, io) => {
    const api = createApiClient(io.env)
    let state = await api.startRenormalization({
      ...(typeof values['since'] === 'string' ? { since: toDateTime(values['since']) } : {}),
      ...(typeof values['until'] === 'string' ? { until: toDateTime(values['until']) } : {}),
      ...(typeof values['run'] === 'string' ? { runId: values['run'] } : {})
    })
    while (state.state === 'running' && values['detach'] !== true) {
      await sleep(POLL_INTERVAL_MS)
      state = await api.readRenormalization(state.id)
      if (io.stdout.isTTY === true) io.stderr.write(`\r${describe(state)}`)
    }
    if (values['json'] === true) io.stdout.write(`${JSON.stringify(state)}\n`)
    else tell(state, io)
    return state.state === 'failed' ? EXIT_FAILED : EXIT_OK
  }
})

/** A date is its first moment, UTC, as in the other commands; what else is given the API judges. */
function toDateTime(given: string): string {
  return /^\d{4}-\d{2}-\d{2}$/.test(given) ? `${given}T00:00:00Z` : given
}

function tell(state: RenormalizationJson, io: CommandIo): void {
  if (state.state === 'failed') {
    io.stderr.write(`onset renormalize: ${state.problem ?? 'failed'}\n`)
    return
  }
  io.stdout.write(`${describe(state)}\n`)
}

function describe(state: RenormalizationJson): string {
  const { id, daysDone, daysTotal, spans, stepsRewritten, stepsHidden, runsAnalyzed } = state
  return (
    `${state.state} ${id}: day ${daysDone} of ${daysTotal}, ${formatCount(spans, 'span')} read, ` +
    `${formatCount(stepsRewritten, 'step')} rewritten, ${stepsHidden} hidden, ${formatCount(runsAnalyzed, 'run')} analyzed`
  )
}

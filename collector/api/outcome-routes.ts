// What a verifier or CI found about a run, told at any time: before its spans, while it runs, days after.

import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type, type Static } from 'typebox'
import {
  CHECKS_PER_RUN_MAX,
  cutText,
  fromUnixMillis,
  OUTCOMES,
  VERIFIER_OUTPUT_CHARS_MAX,
  type Check,
  type OutcomeReport
} from '../model/index.ts'
import { ERROR_RESPONSES, readRunId, RunParams, type ApiOptions } from './api-options.ts'
import { audit } from './audit-event.ts'
import { CHECK_STATUSES, timeSchema, toTimeJson } from './values-json.ts'

/** An assertion with its context; the rest is in the output. */
const CHECK_MESSAGE_CHARS_MAX = 4_000
const CHECK_NAME_CHARS_MAX = 500
const SOURCE_CHARS_MAX = 100

const OutcomeRequest = Type.Object(
  {
    outcome: Type.Enum(OUTCOMES, { type: 'string' }),
    source: Type.String({
      minLength: 1,
      maxLength: SOURCE_CHARS_MAX,
      description: 'Who reports, as ci; a second report of one source replaces its first.'
    }),
    checks: Type.Optional(
      Type.Array(
        Type.Object(
          {
            name: Type.String({ minLength: 1 }),
            status: Type.Enum(CHECK_STATUSES, { type: 'string' }),
            message: Type.Optional(Type.String())
          },
          { additionalProperties: false }
        ),
        { description: `Beyond ${CHECKS_PER_RUN_MAX} those that failed are kept first.` }
      )
    ),
    output: Type.Optional(
      Type.String({
        description: `What the verifier printed; its middle is left out beyond ${VERIFIER_OUTPUT_CHARS_MAX} characters.`
      })
    )
  },
  { additionalProperties: false }
)

const OutcomeAccepted = Type.Object(
  {
    runId: Type.String(),
    outcome: Type.Enum(OUTCOMES, { type: 'string' }),
    source: Type.String(),
    checksKept: Type.Integer({ minimum: 0 }),
    checksLeftOut: Type.Integer({ minimum: 0 }),
    reportedAt: timeSchema('When it was stored.')
  },
  { description: 'Stored. The next revision of the run counts it.' }
)

export const outcomeRoutes: FastifyPluginAsyncTypebox<ApiOptions> = async (app, options) => {
  const { store, listener, maskText, now } = options
  app.route({
    method: 'POST',
    url: '/runs/:runId/outcome',
    schema: {
      summary: 'Report what a verifier or CI found',
      operationId: 'reportOutcome',
      tags: ['runs'],
      params: RunParams,
      body: OutcomeRequest,
      response: { 202: OutcomeAccepted, ...ERROR_RESPONSES }
    },
    handler: async (request, reply) => {
      const runId = readRunId(maskText(request.params.runId))
      const report = toOutcomeReport(request.body, { now: now(), maskText })
      const details = { outcome: report.outcome }
      const audited = { action: 'outcome_reported', target: runId, details } as const
      await audit(options, request, audited, () => store.saveOutcomeReport(runId, report))
      listener?.outcomeReported(runId)
      return reply.code(202).send({
        runId,
        outcome: report.outcome,
        source: report.source,
        checksKept: report.checks.length,
        checksLeftOut: (request.body.checks?.length ?? 0) - report.checks.length,
        reportedAt: toTimeJson(report.reportedAt)
      })
    }
  })
}

function toOutcomeReport(
  body: Static<typeof OutcomeRequest>,
  { now, maskText }: { readonly now: number; readonly maskText: ApiOptions['maskText'] }
): OutcomeReport {
  // Masked after it was cut: what is left out need not be read.
  return {
    outcome: body.outcome,
    source: maskText(body.source),
    checks: keepChecks(body.checks ?? []).map((check) => toCheck(check, maskText)),
    output: cutText(
      maskText(cutText(body.output ?? '', VERIFIER_OUTPUT_CHARS_MAX)),
      VERIFIER_OUTPUT_CHARS_MAX
    ),
    reportedAt: fromUnixMillis(now)
  }
}

type ReportedCheck = NonNullable<Static<typeof OutcomeRequest>['checks']>[number]

function keepChecks(checks: readonly ReportedCheck[]): readonly ReportedCheck[] {
  if (checks.length <= CHECKS_PER_RUN_MAX) return checks
  const failed = checks.filter((check) => check.status === 'failed' || check.status === 'error')
  const kept = new Set(failed.slice(0, CHECKS_PER_RUN_MAX))
  for (const check of checks) {
    if (kept.size === CHECKS_PER_RUN_MAX) break
    kept.add(check)
  }
  return checks.filter((check) => kept.has(check))
}

function toCheck(check: ReportedCheck, maskText: ApiOptions['maskText']): Check {
  return {
    name: maskText(cutText(check.name, CHECK_NAME_CHARS_MAX)),
    status: check.status,
    message: maskText(cutText(check.message ?? '', CHECK_MESSAGE_CHARS_MAX))
  }
}

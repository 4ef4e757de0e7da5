// Analyzing one run again, at once: after a new localizer version, or when somebody doubts the answer.

import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { CollectorError } from '../model/index.ts'
import { ERROR_RESPONSES, readRunId, RunParams, type ApiOptions } from './api-options.ts'
import { audit } from './audit-event.ts'
import { unknownRun } from './list-query.ts'
import { OnsetJson, toOnsetJson } from './onset-json.ts'
import { maskReport } from './mask-report.ts'
import { RunJson, toRunJson } from './run-json.ts'

const LocalizedJson = Type.Object({ run: RunJson, onsets: Type.Array(OnsetJson) })

export const localizeRoutes: FastifyPluginAsyncTypebox<ApiOptions> = async (app, options) => {
  const { store, analyzeNow, maskText } = options

  app.route({
    method: 'POST',
    url: '/runs/:runId/localize',
    schema: {
      summary: 'Analyze a run again, now',
      operationId: 'localizeRun',
      tags: ['onsets'],
      params: RunParams,
      response: { 200: LocalizedJson, ...ERROR_RESPONSES }
    },
    handler: async (request) => {
      const runId = readRunId(request.params.runId)
      if (analyzeNow === undefined) throw noProcessor()
      const audited = { action: 'run_localized', target: runId } as const
      await audit(options, request, audited, () => analyzeNow(runId))
      const [record, onsets] = await Promise.all([store.findRun(runId), store.readOnsets(runId)])
      if (record === undefined) throw unknownRun(runId)
      const run = maskReport(record.run, maskText)
      return { run: toRunJson({ ...record, run }), onsets: onsets.map(toOnsetJson) }
    }
  })
}

function noProcessor(): CollectorError {
  return new CollectorError(
    'NO_PROCESSOR',
    'this process receives and answers but does not analyze; ask one that runs processors, as `npm start` does',
    { retryable: false }
  )
}

// From the command line of `onset eval` to the judge that is measured: an endpoint, a recording of one, or
// a stub.

import { CollectorError } from '@onset/collector/model'
import type { JudgeSettings } from '../judge/index.ts'
import { JUDGE_DEFAULTS, openJudge, recordClient, replayClient } from '../judge/index.ts'
import { createStubJudge, STUB_KINDS, STUB_NOTES } from './judge-stubs.ts'
import type { StubKind } from './judge-stubs.ts'
import type { EvalJudge } from './judged.ts'

export interface JudgeRequest {
  /** Ask the endpoint of the settings. */
  readonly endpoint: boolean
  readonly stub: StubKind | undefined
  readonly recordPath: string | undefined
  readonly replayPath: string | undefined
}

export interface JudgeFlags {
  readonly judge?: boolean | undefined
  readonly 'judge-stub'?: string | undefined
  readonly 'judge-record'?: string | undefined
  readonly 'judge-replay'?: string | undefined
}

/** Undefined: no judge. A text is what is wrong with the command line. */
export function parseJudgeRequest(values: JudgeFlags): JudgeRequest | string | undefined {
  const { judge, 'judge-record': recordPath, 'judge-replay': replayPath } = values
  const named = values['judge-stub']
  const stub = STUB_KINDS.find((kind) => kind === named)
  if (named !== undefined && stub === undefined) {
    return `--judge-stub takes one of ${STUB_KINDS.join(', ')}`
  }
  const asks = judge === true || stub !== undefined || recordPath !== undefined
  if (replayPath !== undefined && asks) {
    return '--judge-replay answers from its file alone; leave out the other --judge flags'
  }
  if (judge === true && stub !== undefined) {
    return '--judge asks the endpoint of ONSET_JUDGE_BASE_URL, --judge-stub asks nobody; give one of them'
  }
  if (!asks && replayPath === undefined) return undefined
  return { endpoint: stub === undefined && replayPath === undefined, stub, recordPath, replayPath }
}

export const DEFAULT_JUDGE_SETTINGS: JudgeSettings = {
  endpoint: undefined,
  limits: JUDGE_DEFAULTS,
  prices: undefined
}

/** @throws CollectorError when there is no endpoint to ask or a file cannot be used. */
export async function openEvalJudge(
  request: JudgeRequest,
  settings: JudgeSettings,
  seed: number
): Promise<EvalJudge> {
  const { limits, prices } = settings
  const { recordPath, replayPath, stub } = request
  const shared = { limits, prices }
  if (replayPath !== undefined) {
    const client = await replayClient(replayPath)
    const notes = [`Replayed from ${replayPath}: no model was asked now.`]
    return { ...shared, name: `judge ${client.model}`, notes, client: () => client }
  }
  const recorded = recordPath === undefined ? [] : [`Recorded in ${recordPath}.`]
  if (stub !== undefined) {
    const { suspects } = limits
    return {
      ...shared,
      name: `judge ${stub}`,
      notes: [STUB_NOTES[stub], 'Its tokens are those of the questions, estimated.', ...recorded],
      client: async (questions) => {
        const client = createStubJudge(stub, questions, { seed, suspects })
        return recordPath === undefined ? client : recordClient(client, recordPath)
      }
    }
  }
  const config = await openJudge(settings)
  if (config === undefined) {
    throw new CollectorError(
      'SETTINGS_INVALID',
      '--judge needs ONSET_JUDGE_BASE_URL and ONSET_JUDGE_MODEL (docs/judge.md); --judge-replay and --judge-stub need no endpoint',
      { retryable: false }
    )
  }
  const client =
    recordPath === undefined ? config.client : await recordClient(config.client, recordPath)
  return { ...shared, name: `judge ${client.model}`, notes: recorded, client: () => client }
}

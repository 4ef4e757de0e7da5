// A small coding agent runs three times against a running Onset — succeeds, fails because of an early wrong
// guess, loops — and each run is printed as the tree that Onset made of it.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { trace } from '@opentelemetry/api'
import OpenAI from 'openai'
import { createApiClient, OnsetApiError, type ApiClient } from '../api-client/index.ts'
import { renderRunTree, type RunDetail } from '../terminal/index.ts'
import { runAgent } from './agent.ts'
import { startModelStub, type ModelStub } from './model-stub.ts'
import type { Scenario } from './scenario.ts'
import { SCENARIOS } from './scenarios/index.ts'
import { startTelemetry } from './telemetry.ts'

/** Onset settles a finished run within seconds; a minute means that something is wrong. */
const COMPLETE_TIMEOUT_MS = 60_000
const POLL_INTERVAL_MS = 250

export interface DemoIo {
  readonly stdout: { write(text: string): unknown; readonly isTTY: boolean }
  readonly stderr: { write(text: string): unknown }
  readonly env: Readonly<Record<string, string | undefined>>
}

export async function playDemo({ env, stdout, stderr }: DemoIo): Promise<number> {
  const api = createApiClient(env)
  try {
    await api.checkReady()
    // Before anything is played: without a key where keys are set, nothing of it would be seen.
    await api.listRuns({ limit: '1' })
  } catch (error) {
    stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    return 1
  }
  const stopTelemetry = startTelemetry(api.url, env['ONSET_API_KEY'])
  const model = await startModelStub(SCENARIOS)
  const runs: { readonly scenario: Scenario; readonly runId: string }[] = []
  try {
    for (const scenario of SCENARIOS) {
      stdout.write(`the agent is working: ${scenario.title} …\n`)
      runs.push({ scenario, runId: await runScenario(scenario, model) })
    }
  } finally {
    // It waits for the spans to be taken, and rejects when they are not.
    await stopTelemetry().finally(() => model.close())
  }
  for (const { scenario, runId } of runs) {
    const detail = await waitForCompleteRun(api, runId)
    stdout.write(`\n━━ ${scenario.title}\n\n`)
    stdout.write(renderRunTree(detail, { color: stdout.isTTY && env['NO_COLOR'] === undefined }))
  }
  stdout.write(`\nShow it again: npm run onset -- show ${runs.at(-1)?.runId ?? ''}\n`)
  return 0
}

async function runScenario(scenario: Scenario, model: ModelStub): Promise<string> {
  const workspace = await mkdtemp(join(tmpdir(), 'onset-demo-'))
  try {
    for (const [path, content] of Object.entries(scenario.files)) {
      await writeFile(join(workspace, path), content)
    }
    const client = new OpenAI({ baseURL: model.baseUrl, apiKey: 'none needed', maxRetries: 0 })
    const tracer = trace.getTracer('onset-demo', '1.0.0')
    return await runAgent({ client, tracer, model: scenario.name, workspace }, scenario.task)
  } finally {
    await rm(workspace, { recursive: true, force: true })
  }
}

async function waitForCompleteRun(api: ApiClient, runId: string): Promise<RunDetail> {
  const deadline = Date.now() + COMPLETE_TIMEOUT_MS
  for (;;) {
    const detail = await api.findRun(runId)
    if (detail?.run.state === 'complete') return detail
    if (Date.now() > deadline) {
      throw new OnsetApiError(
        `run ${runId} did not complete within ${COMPLETE_TIMEOUT_MS / 1000} s; see Onset's log`
      )
    }
    await sleep(POLL_INTERVAL_MS)
  }
}

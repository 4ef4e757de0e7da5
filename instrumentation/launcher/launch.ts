// One launch from its command line to its last word. Whatever happens to the telemetry, the agent runs, and
// its end is ours.

import { randomUUID } from 'node:crypto'
import { createApiClient, type RunDetail } from '../api-client/index.ts'
import { setUpChild, type ChildSetup } from './child-setup.ts'
import { ownCommandOf } from '../terminal/index.ts'
import { describePlace, describeRun, type Words } from './describe-runs.ts'
import { analyzeNow, awaitReported, explainFailure, findRuns, type FoundRuns } from './find-runs.ts'
import type {
  AgentEnd,
  LaunchIo,
  LaunchRequest,
  LaunchServices,
  LaunchTelemetry
} from './options.ts'
import { agentName, programArgv, recognizeCommand, type Recognized } from './recognize-command.ts'
import { reportOutcome } from './report-outcome.ts'
import { runCheck, type CheckResult } from './run-check.ts'
import { runChild } from './run-child.ts'

/** A collector on this machine answers at once, one far away within a second. */
const REACH_TIMEOUT_MS = 1_500

/** What is not sent by then goes with a helper. */
const FLUSH_TIMEOUT_MS = 5_000

export interface LaunchEnd {
  readonly agent: AgentEnd
  readonly check: CheckResult | undefined
}

interface Launch {
  readonly request: LaunchRequest
  readonly services: LaunchServices
  readonly io: LaunchIo
  readonly recognized: Recognized
  readonly agent: string
  readonly launchId: string
  readonly tell: (line: string) => void
}

export async function launch(
  request: LaunchRequest,
  services: LaunchServices,
  io: LaunchIo
): Promise<LaunchEnd> {
  const recognized = recognizeCommand(request.command, io.env)
  const agent = request.name ?? io.env['ONSET_AGENT'] ?? agentName(recognized)
  const tell = (line: string): unknown => io.stderr.write(`onset: ${line}\n`)
  const plan: Launch = {
    request,
    services,
    io,
    recognized,
    agent,
    launchId: randomUUID(),
    tell
  }
  if (request.printsEnvironment) return printEnvironment(plan)
  // Lines that come while the agent has the terminal wait for its end.
  const held = new Set<string>()
  const telemetry = openTelemetry(plan, held)
  if (telemetry === undefined) return runBare(plan)
  const unreached = await findUnreachable(telemetry.endpoint)
  const isReached = unreached === undefined
  if (!isReached) tell(unreached)
  const setup = setUpChild({
    ...plan,
    ...services,
    telemetry,
    name: request.name,
    env: io.env,
    traceparent: telemetry.traceparent,
    tracestate: telemetry.tracestate
  })
  if (setup.advice !== undefined) tell(setup.advice)
  return watch(plan, { telemetry, setup, isReached, held })
}

interface Watched {
  readonly telemetry: LaunchTelemetry
  readonly setup: ChildSetup
  readonly isReached: boolean
  readonly held: ReadonlySet<string>
}

async function watch(plan: Launch, watched: Watched): Promise<LaunchEnd> {
  const { request, services, io, tell } = plan
  const { telemetry, setup } = watched
  const [command = ''] = request.command
  const startedAt = services.now()
  const env = { ...io.env, ...setup.added }
  const end = await runChild({ command, args: setup.args, env, tell })
  if (end.kind === 'unstarted') {
    telemetry.discard()
    return { agent: { kind: 'exit', code: end.code }, check: undefined }
  }
  const endedAt = services.now()
  telemetry.end(end)
  const check = await checkAgent(plan, { ...io.env, ONSET_RUN_ID: telemetry.runId })
  const isSent = await telemetry.flush(watched.isReached ? FLUSH_TIMEOUT_MS : REACH_TIMEOUT_MS)
  if (watched.isReached) for (const line of watched.held) tell(line)
  if (!isSent) {
    const lost = check === undefined ? '' : "; the check's result was not reported"
    tell(`run ${telemetry.runId} is kept in the spool and will be sent at the next start${lost}`)
  } else await conclude(plan, { telemetry, check, startedAt, endedAt })
  return { agent: end, check }
}

interface Concluded {
  readonly telemetry: LaunchTelemetry
  readonly check: CheckResult | undefined
  readonly startedAt: number
  readonly endedAt: number
}

async function conclude(plan: Launch, ended: Concluded): Promise<void> {
  const { request, services, io, tell } = plan
  const { telemetry, check, startedAt, endedAt } = ended
  const api = createApiClient(io.env)
  const { runId } = telemetry
  const { redact } = telemetry
  const report = async (id: string): Promise<boolean> => {
    if (check === undefined || request.check === undefined) return false
    const problem = await reportOutcome(api, {
      runId: id,
      check: request.check,
      result: check,
      redact
    })
    if (problem !== undefined) tell(`the check's result was not reported: ${problem}`)
    return problem === undefined
  }
  const isReported = await report(runId)
  try {
    const { services: names } = plan.recognized.producer
    const deadline = services.now() + request.waitMs
    const found = await findRuns({
      api,
      runId,
      launchId: plan.launchId,
      services: names,
      startedAt,
      endedAt,
      deadline,
      isReported,
      now: services.now
    })
    // One prompt, one run of the producer's own: the check is about it too.
    const [only] = found.others
    const isAbout = isReported && found.others.length === 1 && only !== undefined
    if (isAbout) await report(only.run.id)
    const settle = async (other: RunDetail): Promise<RunDetail> => {
      if (isAbout) return awaitReported({ api, now: services.now }, other, deadline)
      return request.waitMs > 0 && other.run.state !== 'complete' ? analyzeNow(api, other) : other
    }
    const others = await Promise.all(found.others.map(settle))
    say(plan, { ...found, others }, runId, { url: api.url, ownCommand: ownCommandOf(io.env) })
  } catch (error) {
    tell(`run ${runId}: ${ownCommandOf(io.env)(`show ${runId}`)}`)
    tell(explainFailure(error))
  }
}

function say({ tell, request }: Launch, found: FoundRuns, runId: string, words: Words): void {
  const details = [found.own, ...found.others].filter((detail) => detail !== undefined)
  for (const detail of details) for (const line of describeRun(detail, words)) tell(line)
  if (found.isAmbiguous) {
    tell('several of its sessions ran at that time; some of these runs may belong to another')
  }
  if (details.length === 0) {
    tell(`run ${runId}: ${describePlace(runId, words)}`)
  }
  if (!found.isSettled && request.waitMs > 0) {
    tell(`analysis was not complete within ${request.waitMs / 1000} s`)
  }
}

async function checkAgent(
  { request, io }: Launch,
  env: Readonly<Record<string, string | undefined>>
): Promise<CheckResult | undefined> {
  if (request.check === undefined) return undefined
  const show = (text: string): unknown => io.stderr.write(text)
  return runCheck({ check: request.check, env, show })
}

async function runBare(plan: Launch): Promise<LaunchEnd> {
  const { request, io, tell } = plan
  const [command = '', ...args] = request.command
  const agent = await runChild({ command, args, env: io.env, tell })
  if (agent.kind === 'unstarted')
    return { agent: { kind: 'exit', code: agent.code }, check: undefined }
  return { agent, check: await checkAgent(plan, io.env) }
}

function openTelemetry(plan: Launch, held: Set<string>): LaunchTelemetry | undefined {
  const { request, services, io, agent, launchId, tell } = plan
  const hold = (line: string): unknown => held.add(line)
  try {
    const { task, command } = request
    const argv = programArgv(plan.recognized)
    return services.openTelemetry({ env: io.env, agent, task, launchId, command, argv, tell: hold })
  } catch (error) {
    tell(`nothing is recorded: ${error instanceof Error ? error.message : String(error)}`)
    return undefined
  }
}

/** What to say of an endpoint that does not answer; undefined when it does. Any answer will do. */
async function findUnreachable(endpoint: string): Promise<string | undefined> {
  try {
    const response = await fetch(endpoint, {
      method: 'HEAD',
      signal: AbortSignal.timeout(REACH_TIMEOUT_MS)
    })
    await response.arrayBuffer()
    return undefined
  } catch (error) {
    const isSlow = error instanceof DOMException && error.name === 'TimeoutError'
    return isSlow
      ? `no answer from ${endpoint} within ${REACH_TIMEOUT_MS / 1_000} s; the run is kept in the spool until there is one`
      : `nothing answers at ${endpoint}; the run is kept in the spool`
  }
}

/** Variables one a line, the command below; a header may be a key and is masked. */
function printEnvironment(plan: Launch): LaunchEnd {
  const { request, services, io, recognized } = plan
  const telemetry = services.describeTelemetry(io.env)
  const [command = ''] = request.command
  if (telemetry !== undefined) {
    const setup = setUpChild({
      ...plan,
      ...services,
      telemetry,
      name: request.name,
      env: io.env,
      traceparent: '00-<run>-<span>-01',
      tracestate: 'onset=<span>'
    })
    for (const [variable, value] of Object.entries(setup.added)) {
      io.stdout.write(`${variable}=${variable.endsWith('_HEADERS') ? '[REDACTED]' : value}\n`)
    }
    io.stdout.write(`# ${recognized.producer.name}: ${[command, ...setup.args].join(' ')}\n`)
    if (setup.advice !== undefined) io.stdout.write(`# ${setup.advice}\n`)
  }
  return { agent: { kind: 'exit', code: 0 }, check: undefined }
}

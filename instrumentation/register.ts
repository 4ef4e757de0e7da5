// `node --import @onset/instrumentation/register agent.js`: looks at the process and starts the
// instrumentation. Whatever fails here is said in one line; the agent runs as it would have without.

import { isMainThread } from 'node:worker_threads'

/** The oldest Node that is tested; an older one may run, or break in ways nobody has seen. */
const NODE_MAJOR_MIN = 20

/** Programs that start other programs: with `NODE_OPTIONS` they are given the flag too, and are no agents. */
const LAUNCHERS = /[/\\](?:npm-cli|npx-cli|yarn|yarnpkg|pnpm|pnpx|corepack)(?:\.[cm]?js)?$/

/** Our own upload at the end of an agent: whatever hands `NODE_OPTIONS` down, it is no agent and has no helper. */
const LAST_UPLOAD = /[/\\](?:telemetry|instrumentation|dist)[/\\]last-upload\.[jt]s$/

const REGISTERED = Symbol.for('onset.instrumentation.registered')

async function register(): Promise<void> {
  const major = Number(process.versions.node.split('.')[0])
  if (!(major >= NODE_MAJOR_MIN)) {
    tell(
      `Node ${process.versions.node} is not supported, ${NODE_MAJOR_MIN} or newer is; nothing is recorded`
    )
    return
  }
  const program = process.argv[1] ?? ''
  if (LAUNCHERS.test(program) || LAST_UPLOAD.test(program)) return
  if (Reflect.has(globalThis, REGISTERED)) return
  Object.defineProperty(globalThis, REGISTERED, { value: true })
  const { startInstrumentation } = await import('./start-instrumentation.ts')
  startInstrumentation({
    env: process.env,
    argv: process.argv,
    isMainThread,
    now: () => performance.timeOrigin + performance.now(),
    tell
  })
}

function tell(line: string): void {
  process.stderr.write(`onset: ${line}\n`)
}

try {
  await register()
} catch (error) {
  tell(`nothing is recorded: ${error instanceof Error ? error.message : String(error)}`)
}

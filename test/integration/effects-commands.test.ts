// Every way to run a command, as ES module and CommonJS: what the program sees is compared byte for byte
// with an uninstrumented run, and what was recorded with the ledger the program keeps itself.

import { createHash } from 'node:crypto'
import t from 'tap'
import type { DecodedSpan } from '../../collector/model/index.ts'
import { startDestination } from '../support/otlp-destination.ts'
import { agentFolder, runAgentProgram } from '../support/registered-agent.ts'
import { waitFor } from '../support/wait-for.ts'

/** Prints, for each command, its form, exit code, signal and output as the program got them. */
const PROGRAM = `
const ledger = []
const note = (form, line, code, signal, out) => ledger.push({ form, line, code, signal, out: String(out ?? '') })
const read = (child) => new Promise((resolve) => {
  let out = ''
  const events = []
  for (const name of ['error', 'exit', 'close', 'message']) child.on(name, (...args) => events.push([name, args[0]?.code ?? args[0], args[1]]))
  child.stdout?.on('data', (chunk) => { out += chunk })
  child.on('close', (code, signal) => resolve({ out, code, signal, events }))
})
async function main(cp, promisify) {
  const big = "process.stdout.write('x'.repeat(200000)); process.stderr.write('e'); process.exitCode = 3"
  const node = process.execPath
  const spawned = await read(cp.spawn(node, ['-e', big]))
  note('spawn', big, spawned.code, spawned.signal, spawned.out)
  await new Promise((resolve) => cp.exec('printf hi; exit 2', (error, out) => { note('exec', 'printf hi; exit 2', error.code, error.signal, out); resolve() }))
  await new Promise((resolve) => cp.execFile('printf', ['%s', 'file'], (error, out) => { note('execFile', 'printf', 0, null, out); resolve() }))
  const promised = await promisify(cp.execFile)('printf', ['promised'])
  note('execFile', 'printf promised', 0, null, promised.stdout)
  const promisedExec = await promisify(cp.exec)('printf shell')
  note('exec', 'printf shell', 0, null, promisedExec.stdout)
  const forked = cp.fork(process.argv[2], ['child'], { silent: true })
  forked.on('message', (message) => { note('message', message, 0, null, '') })
  const forkedEnd = await read(forked)
  note('fork', 'child', forkedEnd.code, forkedEnd.signal, forkedEnd.out)
  note('execSync', 'printf sync', 0, null, cp.execSync('printf sync'))
  note('execFileSync', 'printf', 0, null, cp.execFileSync('printf', ['filesync'], { encoding: 'utf8' }))
  const sync = cp.spawnSync('sh', ['-c', 'printf out; printf err >&2; exit 7'])
  note('spawnSync', 'x', sync.status, sync.signal, sync.stdout)
  try { cp.execSync('printf thrown; exit 9', { stdio: 'pipe' }) } catch (error) { note('execSync', 'thrown', error.status, error.signal, error.stdout) }
  const missing = await read(cp.spawn('no-such-program', []))
  note('spawn', 'no-such-program', missing.code, missing.signal, JSON.stringify(missing.events))
  const missingSync = cp.spawnSync('no-such-program')
  note('spawnSync', 'no-such-program', missingSync.status, missingSync.signal, missingSync.error.code)
  const ignored = await read(cp.spawn('sh', ['-c', 'echo ignored'], { stdio: 'ignore' }))
  note('spawn', 'ignored', ignored.code, ignored.signal, ignored.out)
  const inherited = await read(cp.spawn('sh', ['-c', 'printf inherited'], { stdio: 'inherit' }))
  note('spawn', 'inherited', inherited.code, inherited.signal, JSON.stringify(inherited.events))
  const unread = cp.spawn('sh', ['-c', 'printf unread'])
  await new Promise((resolve) => unread.on('close', resolve))
  note('spawn', 'unread', unread.exitCode, unread.signalCode, unread.stdout.readableFlowing)
  const input = cp.spawn('cat')
  const inputEnd = read(input)
  input.stdin.end('from stdin')
  note('spawn', 'cat', (await inputEnd).code, null, (await inputEnd).out)
  await new Promise((resolve) => cp.exec('printf 0123456789', { maxBuffer: 4 }, (error, out) => { note('exec', 'maxBuffer', error.code, null, out); resolve() }))
  await new Promise((resolve) => cp.exec('sleep 5', { timeout: 100 }, (error, out) => { note('exec', 'sleep', error.killed, error.signal, out); resolve() }))
  const abort = new AbortController()
  const aborted = cp.spawn('sleep', ['5'], { signal: abort.signal })
  const abortedEnd = read(aborted)
  abort.abort()
  note('spawn', 'aborted', (await abortedEnd).code, (await abortedEnd).signal, JSON.stringify((await abortedEnd).events))
  try { cp.spawn('') } catch (error) { note('spawn', 'refused', error.code, null, '') }
  note('env', '', 0, null, cp.execSync('printf "$TRACEPARENT"', { env: { PATH: process.env.PATH, TRACEPARENT: 'mine' } }))
  note('names', '', 0, null, [cp.exec, cp.execFile, cp.spawn, cp.execSync].map((f) => f.name + f.length).join())
  console.log('\\n' + JSON.stringify(ledger))
}
`
const CHILD = `if (process.argv[2] === 'child') { process.send('hello'); process.stdout.write('forked') }`
const FORMS = {
  'named.mjs': `import { spawn, exec, execFile, fork, execSync, execFileSync, spawnSync } from 'node:child_process'
    import { promisify } from 'node:util'
    ${PROGRAM}; await main({ spawn, exec, execFile, fork, execSync, execFileSync, spawnSync }, promisify)`,
  'default.mjs': `import cp from 'child_process'
    import { promisify } from 'node:util'
    ${PROGRAM}; await main(cp, promisify)`,
  'agent.cjs': `${PROGRAM}; void main(require('node:child_process'), require('node:util').promisify)`
}

/** All but the one that Node refuses before anything is started. */
const RECORDED_COMMANDS = 20

for (const [file, source] of Object.entries(FORMS)) {
  t.test(
    `${file}: the program sees what it sees without us, and every command is a span`,
    async (t) => {
      const folder = agentFolder(t)
      const { writeFileSync } = await import('node:fs')
      const child = `${folder}/child.cjs`
      writeFileSync(child, CHILD)
      const bare = await runAgentProgram(folder, { file, source, args: [child], flags: [] })
      const destination = await startDestination(t)
      const watched = await runAgentProgram(folder, {
        file,
        source,
        args: [child],
        env: { OTEL_EXPORTER_OTLP_ENDPOINT: destination.url }
      })
      t.same(watched, bare)
      t.equal(bare.code, 0, bare.stderr)
      const commands = (): DecodedSpan[] => [
        ...new Map(
          destination.spans
            .filter(({ attributes }) => attributes['onset.command.form'] !== undefined)
            .map((span) => [span.spanId, span])
        ).values()
      ]
      await waitFor(
        'the commands',
        async () => (commands().length >= RECORDED_COMMANDS ? true : undefined),
        15_000
      )
      t.equal(commands().length, RECORDED_COMMANDS, 'not one more')
      const root = destination.spans.find(({ name }) => name.startsWith('invoke_agent'))
      t.ok(commands().every(({ parentSpanId }) => parentSpanId === root?.spanId))
      const found = (text: string): DecodedSpan['attributes'] =>
        commands().find(({ attributes }) =>
          JSON.stringify(attributes['gen_ai.tool.call.arguments'] ?? '').includes(text)
        )?.attributes ?? {}
      const big = found('200000')
      t.equal(big['process.exit.code'], 3)
      t.equal(big['onset.process.stdout.bytes'], 200_000)
      t.equal(big['onset.process.stderr.bytes'], 1)
      t.equal(
        big['onset.process.stdout.sha256'],
        createHash('sha256').update('x'.repeat(200_000)).digest('hex')
      )
      t.equal(found('printf hi')['onset.command.form'], 'exec')
      t.equal(found('printf hi')['process.exit.code'], 2)
      t.equal(found('printf promised')['onset.command.form'], 'execFile')
      t.equal(found('child.cjs')['onset.command.form'], 'fork')
      t.equal(found('printf thrown')['process.exit.code'], 9)
      t.match(found('printf out')['gen_ai.tool.call.result'], /"stdout":"out","stderr":"err"/)
      t.equal(found('no-such-program')['error.type'], 'ENOENT')
      t.equal(found('printf unread')['onset.process.stdout.bytes'], 6)
      t.equal(found('sleep 5')['onset.process.signal'], 'SIGTERM')
      t.equal(
        commands().filter(({ attributes }) => attributes['onset.process.timed_out'] === true)
          .length,
        1
      )
    }
  )
}

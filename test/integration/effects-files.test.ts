// What a program does with files in each form of `fs` against the ledger it keeps, planted secrets, child
// processes in the trace, and the tree that a real Onset makes of an agent without any framework.

import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { DecodedSpan } from '../../collector/model/index.ts'
import { startBenchHost } from '../support/bench-model.ts'
import { startDestination } from '../support/otlp-destination.ts'
import { aDataDir, startOnset } from '../support/onset-process.ts'
import { agentFolder, runAgentProgram, REGISTER } from '../support/registered-agent.ts'
import { waitFor } from '../support/wait-for.ts'

async function record(
  t: Parameters<typeof agentFolder>[0],
  source: string,
  options: { file?: string; env?: Record<string, string> } = {}
): Promise<{ folder: string; spans: readonly DecodedSpan[]; bodies: readonly Buffer[] }> {
  const destination = await startDestination(t)
  const folder = agentFolder(t)
  const { code, stderr } = await runAgentProgram(folder, {
    ...(options.file === undefined ? {} : { file: options.file }),
    source,
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: destination.url,
      OTEL_EXPORTER_OTLP_COMPRESSION: 'none',
      ...options.env
    }
  })
  t.equal(code, 0, stderr)
  t.notMatch(stderr, /onset:/)
  await waitFor(
    'the run',
    async () => destination.spans.find(({ name }) => name.startsWith('invoke_agent')),
    15_000
  )
  return { folder, spans: destination.spans, bodies: destination.bodies }
}

function fileName(path: unknown): string {
  return textOf(path).split('/').at(-1) ?? ''
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

const FILES = `
async function main(fs, promises) {
  const done = (call) => new Promise((resolve) => call(resolve))
  fs.writeFileSync('sync.txt', 'sync')
  await done((resolve) => fs.writeFile('callback.txt', 'callback', resolve))
  await promises.writeFile('promise.txt', 'promise')
  for (let at = 0; at < 30; at += 1) fs.appendFileSync('log.txt', 'line\\n')
  await done((resolve) => { const stream = fs.createWriteStream('stream.txt'); stream.write('a'); stream.end('b', resolve) })
  const descriptor = fs.openSync('descriptor.txt', 'w')
  fs.writeSync(descriptor, 'descriptor')
  fs.closeSync(descriptor)
  const handle = await promises.open('handle.txt', 'w')
  await handle.write('handle')
  await handle.close()
  fs.mkdirSync('folder')
  fs.copyFileSync('sync.txt', 'copy.txt')
  fs.renameSync('copy.txt', 'moved.txt')
  fs.unlinkSync('moved.txt')
  fs.mkdirSync('node_modules', { recursive: true })
  fs.writeFileSync('node_modules/no.txt', 'no')
  await promises.readFile('sync.txt')
}
`
for (const [file, head] of [
  ['agent.mjs', `import * as fs from 'node:fs'; import * as promises from 'fs/promises'`],
  ['agent.cjs', `const fs = require('fs'); const promises = fs.promises`]
] as const) {
  t.test(`${file}: every file is a step with what became of it`, async (t) => {
    const call = file.endsWith('mjs') ? 'await main(fs, promises)' : 'void main(fs, promises)'
    const { folder, spans } = await record(t, `${head}\n${FILES}\n${call}`, { file })
    const told = spans
      .filter(({ attributes }) => attributes['onset.file.operation'] !== undefined)
      .map(({ attributes }) => {
        const path = textOf(attributes['file.path']).slice(folder.length + 1)
        return `${textOf(attributes['onset.file.operation'])} ${path}`
      })
    t.same(told.toSorted(), [
      'copy copy.txt',
      'delete moved.txt',
      'mkdir folder',
      'read sync.txt',
      'rename moved.txt',
      'write callback.txt',
      'write descriptor.txt',
      'write handle.txt',
      'write log.txt',
      'write promise.txt',
      'write stream.txt',
      'write sync.txt'
    ])
    for (const name of ['sync', 'callback', 'promise', 'log', 'stream', 'descriptor', 'handle']) {
      const path = join(folder, `${name}.txt`)
      const span = spans.find(
        ({ attributes }) =>
          attributes['file.path'] === path && attributes['onset.file.operation'] === 'write'
      )
      const content = readFileSync(path)
      t.equal(span?.attributes['file.size'], content.length)
      t.equal(
        span?.attributes['onset.file.sha256'],
        createHash('sha256').update(content).digest('hex')
      )
    }
  })
}

t.test(
  'a Node child joins under its command; a trace context the caller chose stays',
  async (t) => {
    const { spans } = await record(
      t,
      `import { execFileSync, spawnSync } from 'node:child_process'
    execFileSync(process.execPath, ['--import', ${JSON.stringify(REGISTER)}, '-e', "require('fs').writeFileSync('child.txt', 'x')"])
    const { stdout } = spawnSync('sh', ['-c', 'printf "$TRACEPARENT"'], { env: { PATH: process.env.PATH, TRACEPARENT: 'mine' } })
    if (String(stdout) !== 'mine') process.exitCode = 1`
    )
    // The child's own run, its file and the command arrive in any order.
    const parents = await waitFor(
      'the child',
      async () => {
        const written = spans.find(({ attributes }) =>
          textOf(attributes['file.path']).endsWith('child.txt')
        )
        const childRun = spans.find(({ spanId }) => spanId === written?.parentSpanId)
        const command = spans.find(
          ({ attributes }) => attributes['onset.command.form'] === 'execFileSync'
        )
        return childRun === undefined || command === undefined
          ? undefined
          : [childRun.parentSpanId, command.spanId]
      },
      10_000
    )
    t.equal(parents[0], parents[1])
  }
)

/** A loop of its own: asks over fetch, and works between an answer that asks for a tool and the next request. */
const handRolledLoop = (model: string): string => `
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
const messages = [{ role: 'user', content: 'work' }]
for (let turn = 0; turn < 3; turn += 1) {
  const body = JSON.stringify({ model: 'coder', stream: true, messages })
  const answer = await (await fetch('${model}/v1/chat/completions', { method: 'POST', body })).text()
  const [, id] = /"id":"(call_[^"]*)"/.exec(answer)
  const [, name] = /"function":{"name":"([^"]*)"/.exec(answer)
  const given = [...answer.matchAll(/"arguments":("(?:[^"\\\\]|\\\\.)*")/g)].map(([, piece]) => JSON.parse(piece)).join('')
  messages.push({ role: 'assistant', content: '', tool_calls: [{ id, type: 'function', function: { name, arguments: given } }] })
  if (turn < 2) {
    execFileSync('sh', ['-c', 'echo hidden words'])
    writeFileSync('made-' + turn + '.txt', 'hidden words')
    readFileSync('made-' + turn + '.txt')
    messages.push({ role: 'tool', tool_call_id: id, content: 'done' })
  }
}`

t.test('what a hand-rolled loop does for a tool hangs under that derived tool call', async (t) => {
  const host = await startBenchHost()
  t.teardown(() => host.close())
  const { spans } = await record(t, handRolledLoop(host.url))
  const withTiming = (timing: string): readonly DecodedSpan[] =>
    spans.filter(({ attributes }) => attributes['onset.tool.timing'] === timing)
  const tools = withTiming('derived').toSorted((a, b) => Number(a.startTime - b.startTime))
  t.equal(tools.length, 3)
  const effects = withTiming('effect')
  for (const [turn, tool] of tools.slice(0, 2).entries()) {
    const below = effects.filter(({ parentSpanId }) => parentSpanId === tool.spanId)
    t.same(
      below
        .map(({ attributes }) => attributes['file.path'] ?? 'command')
        .map(fileName)
        .toSorted(),
      ['command', `made-${turn}.txt`, `made-${turn}.txt`]
    )
  }
  t.equal(effects.length, 6, 'and nowhere else')
})

t.test('with capture by hash, commands and files are told by their hashes', async (t) => {
  const source = `import { execFileSync } from 'node:child_process'
    import { writeFileSync } from 'node:fs'
    execFileSync('sh', ['-c', 'echo hidden words'])
    writeFileSync('made.txt', 'hidden words')`
  const { spans, bodies } = await record(t, source, { env: { ONSET_CAPTURE: 'hash' } })
  t.notMatch(Buffer.concat(bodies).toString('latin1'), 'hidden words')
  const hash = /^sha256:[0-9a-f]{64} \d+ characters$/
  const command = spans.find(({ name }) => name === 'execute_tool shell')
  t.match(command?.attributes['gen_ai.tool.call.arguments'], hash)
  t.equal(command?.attributes['process.exit.code'], 0)
  t.equal(
    command?.attributes['onset.process.stdout.sha256'],
    createHash('sha256').update('hidden words\n').digest('hex')
  )
  const file = spans.find(({ name }) => name === 'execute_tool write_file')
  t.match(file?.attributes['gen_ai.tool.call.arguments'], hash)
  t.equal(
    file?.attributes['onset.file.sha256'],
    createHash('sha256').update('hidden words').digest('hex')
  )
})

t.test('of a search only some of the files are spans, the rest is counted', async (t) => {
  const source = `import { readFileSync, writeFileSync } from 'node:fs'
    for (let at = 0; at < 40; at += 1) writeFileSync('file-' + at + '.txt', '')
    await new Promise((resolve) => setTimeout(resolve, 1000))
    for (let at = 0; at < 40; at += 1) readFileSync('file-' + at + '.txt')`
  const { spans } = await record(t, source)
  const reads = spans.filter(({ name }) => name === 'execute_tool read_file')
  t.equal(reads.length, 16)
  t.equal(
    reads.reduce((sum, { attributes }) => sum + Number(attributes['onset.files.left_out'] ?? 0), 0),
    24
  )
})

t.test('planted secrets stay, and with capture off no content leaves', async (t) => {
  const planted = ['sk-', 'proj-Zz9yXx8wVv7uTt6sRr5q'].join('')
  const source = `import { execSync, spawnSync } from 'node:child_process'
    import { writeFileSync } from 'node:fs'
    const s = ${JSON.stringify(planted)}
    spawnSync('echo', ['--token', 'Hunter2Hunter2', s], { env: { PATH: process.env.PATH, MY_TOKEN: s } })
    execSync('printf "KEY=' + s + ' visible-word"')
    writeFileSync('secret.txt', 'visible-text api_key: ' + s)`
  for (const [capture, isShown] of [
    ['full', true],
    ['off', false]
  ] as const) {
    const { bodies, folder } = await record(t, source, { env: { ONSET_CAPTURE: capture } })
    const sent = Buffer.concat([...bodies])
    const spool = join(folder, 'spool')
    const left = existsSync(spool)
      ? readdirSync(spool, { recursive: true, encoding: 'utf8' })
          .map((path) => join(spool, path))
          .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true)
          .map((path) => readFileSync(path))
      : []
    for (const bytes of [sent, ...left]) {
      t.notOk(bytes.includes(planted))
      t.notOk(bytes.includes('Hunter2Hunter2'))
    }
    t.equal(sent.includes('visible-word'), isShown)
    t.equal(sent.includes('visible-text'), isShown)
  }
})

t.test('an agent without a framework has a tree of commands, exit codes and files', async (t) => {
  const onset = await startOnset(t, { dataDir: aDataDir(t) })
  const folder = agentFolder(t)
  const { code } = await runAgentProgram(folder, {
    source: `import { spawnSync } from 'node:child_process'
      import { writeFileSync, readFileSync } from 'node:fs'
      writeFileSync('sum.py', 'print(1 + 1)\\n')
      readFileSync('sum.py')
      spawnSync('npm test', { shell: true, env: { PATH: '' } })
      spawnSync('sh', ['-c', 'echo FAILED >&2; exit 4'])`,
    env: { ONSET_URL: onset.url }
  })
  t.equal(code, 0)
  const text = await waitFor(
    'the tree',
    async () => {
      const { items } = (await (await fetch(`${onset.url}/api/runs`)).json()) as {
        items: { id: string }[]
      }
      const id = items[0]?.id
      if (id === undefined) return undefined
      const found = await (await fetch(`${onset.url}/api/runs/${id}`)).text()
      return found.includes('exit 4') ? found : undefined
    },
    30_000
  )
  t.match(text, /"exitCode":4/)
  t.match(text, /"filesWritten":\["sum.py"\]/)
  t.match(text, /"filesRead":\["sum.py"\]/)
  t.match(text, /npm test/)
})

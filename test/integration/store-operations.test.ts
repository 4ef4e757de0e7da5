// What operators run into: the folder is taken, is not ours, is a file; the engine is not installed; the
// disk is full. Each says in one line what is wrong and what to do.

import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { toRunId } from '../../collector/model/index.ts'
import { openStore } from '../../collector/store/index.ts'
import { aSpan, aStep, someAttributes } from '../support/builders.ts'
import { startStoreChild } from '../support/start-store-child.ts'
import { aDataDir, storeBasics } from '../support/test-store.ts'

const ROOT_UID = 0
const NOBODY_UID = 65_534
const isRoot = process.getuid?.() === ROOT_UID

t.test(
  'a second process on the same folder is told who must go, and may open it after',
  async (t) => {
    const dataDir = aDataDir(t)
    const holder = startStoreChild(t, ['hold', dataDir])
    t.equal(await holder.nextLine(), 'open')
    const second = startStoreChild(t, ['open', dataDir])
    const line = await second.nextLine()
    t.match(line, { code: 'STORE_LOCKED', retryable: false })
    t.match(line, { message: `uses the data folder ${dataDir}. Stop it` })
    t.match(line, { message: `pid ${holder.process.pid}` })
    t.equal(await second.ended, 1)

    holder.process.stdin?.end()
    t.equal(await holder.ended, 0)
    const third = startStoreChild(t, ['open', dataDir])
    t.equal(await third.nextLine(), 'open')
    t.equal(await third.ended, 0)
  }
)

t.test('a holder that was killed does not keep the folder', async (t) => {
  const dataDir = aDataDir(t)
  const holder = startStoreChild(t, ['hold', dataDir])
  t.equal(await holder.nextLine(), 'open')
  holder.process.kill('SIGKILL')
  await holder.ended
  const next = startStoreChild(t, ['open', dataDir])
  t.equal(await next.nextLine(), 'open')
})

t.test('a file where the folder should be is named', async (t) => {
  const dataDir = aDataDir(t)
  writeFileSync(dataDir, 'not a folder')
  const child = startStoreChild(t, ['open', dataDir])
  const line = await child.nextLine()
  t.match(line, { code: 'STORE_NOT_WRITABLE', retryable: false })
  t.match(line, { message: `The data folder ${dataDir} cannot be used` })
})

t.test('a folder of somebody else is named', async (t) => {
  const dataDir = aDataDir(t)
  mkdirSync(dataDir)
  chmodSync(dirname(dataDir), 0o755)
  chmodSync(dataDir, 0o555)
  const child = startStoreChild(t, ['open', dataDir], isRoot ? { uid: NOBODY_UID } : {})
  const line = await child.nextLine()
  t.match(line, { code: 'STORE_NOT_WRITABLE', retryable: false })
  t.match(line, { message: /EACCES.*Give it to this user, or set ONSET_DATA_DIR/ })
})

t.test('without the embedded engine, a server is what one is told of', async (t) => {
  const hooks = `import { registerHooks } from 'node:module'
registerHooks({ resolve(specifier, context, next) {
  if (/^chdb/.test(specifier)) throw Object.assign(new Error('no ' + specifier), { code: 'ERR_MODULE_NOT_FOUND' })
  return next(specifier, context)
} })`
  const dataDir = aDataDir(t)
  const child = startStoreChild(t, ['open', dataDir], {
    execArgv: ['--import', `data:text/javascript,${encodeURIComponent(hooks)}`]
  })
  const line = await child.nextLine()
  t.match(line, { code: 'STORE_ENGINE_MISSING', retryable: false })
  t.match(line, { message: /npm install.*ONSET_CLICKHOUSE_URL/ })
})

t.test('a full disk refuses writes, goes on reading, and recovers', async (t) => {
  const folder = dirname(aDataDir(t))
  const disk = join(folder, 'disk')
  mkdirSync(disk)
  if (!mountSmallDisk(disk)) {
    t.pass('skipped: needs the right to mount a tmpfs', { skip: true })
    return
  }
  t.teardown(() => execFileSync('umount', [disk]))
  const store = await openStore({ ...storeBasics(), dataDir: join(disk, 'data') })
  t.teardown(() => store.close())
  const step = aStep()
  await store.write({ spans: [], steps: [step] })

  const filler = join(disk, 'filler')
  fillDisk(filler)
  const span = aSpan({ attributes: someAttributes({ text: someNoise(2_000_000) }) })
  const refused = {
    code: 'STORE_DISK_FULL',
    retryable: true,
    message: /disk under the store is full/
  }
  await t.rejects(store.write({ spans: [span], steps: [] }), refused)
  await t.rejects(store.write({ spans: [span], steps: [] }), refused)
  t.strictSame((await store.readRunSteps(step.runId)).steps, [step], 'reads go on')
  t.equal((await store.checkHealth()).ready, true)
  t.equal(await store.findRun(toRunId('x')), undefined)

  rmSync(filler)
  await store.write({ spans: [span], steps: [step] })
  t.strictSame(await store.readSpanIds(span.traceId), [span.spanId], 'and writes again')
})

function mountSmallDisk(folder: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=48m', 'tmpfs', folder], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

function fillDisk(file: string): void {
  const block = Buffer.alloc(262_144)
  try {
    for (;;) writeFileSync(file, block, { flag: 'a' })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
  }
}

/** Text that does not compress. */
function someNoise(chars: number): string {
  let state = 1
  let text = ''
  while (text.length < chars) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    text += state.toString(36)
  }
  return text
}

// Backups on the real engine, and what restoring refuses: anything that could lose something.

import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync
} from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import type { Backup, Store } from '../../collector/model/index.ts'
import { openStore, restoreBackup } from '../../collector/store/index.ts'
import { aSpan, aStep } from '../support/builders.ts'
import { runOnsetCommand } from '../support/run-onset-command.ts'
import { startTestCollector } from '../support/started-collector.ts'
import { aDataDir, storeBasics } from '../support/test-store.ts'
import { waitFor } from '../support/wait-for.ts'

const DATABASE = 'otel'

/** The embedded engine has one folder a process: this file's is the one that is backed up. */
const dataDir = aDataDir(t)
const backupDir = join(dirname(dataDir), 'backups')
const store: Store = await openStore({ ...storeBasics(), dataDir, backupDir })
t.teardown(() => store.close())
const span = aSpan()
const step = aStep()
await store.write({ spans: [span], steps: [step] })
const whole = await backUp('whole')

async function backUp(name: string): Promise<Backup> {
  store.backups?.start(name)
  return waitFor(`backup ${name}`, async () => {
    const backup = store.backups?.last()
    return backup === undefined || backup.state === 'running' ? undefined : backup
  })
}

/** A copy to damage. */
function aCopy(t: { teardown(gone: () => void): void }): string {
  const copy = join(dirname(aDataDir(t)), 'copy')
  cpSync(whole.folder, copy, { recursive: true })
  return copy
}

t.test('a backup says where it is and what it takes', async (t) => {
  t.match(whole, { name: 'whole', folder: join(backupDir, 'whole'), state: 'done' })
  const files = globSync('**/*', { cwd: whole.folder, withFileTypes: true }).filter((entry) =>
    entry.isFile()
  )
  t.ok((whole.bytes ?? 0) > 1_000 && files.length > 20)
  t.strictSame(readdirSync(backupDir), ['whole'], 'nothing half-made beside it')
})

t.test('a name that is no name, or is taken, is refused', async (t) => {
  for (const name of ['', '../x', '.hidden', 'a/b', "a'b", 'x'.repeat(65)]) {
    t.throws(() => store.backups?.start(name), { code: 'INVALID_ARGUMENT', retryable: false })
  }
  t.throws(() => store.backups?.start('whole'), { message: /exists already/ })
})

t.test('one at a time', async (t) => {
  store.backups?.start('one')
  t.throws(() => store.backups?.start('two'), { code: 'STORE_BUSY', retryable: true })
  await waitFor('the first', async () =>
    store.backups?.last()?.state === 'running' ? undefined : true
  )
  t.equal(store.backups?.last()?.state, 'done')
})

t.test('over REST: asked for, looked after, refused to a wrong name', async (t) => {
  const collector = await startTestCollector(t, { store })
  const asked = await collector.post('/api/admin/backup', { name: 'by-rest' })
  t.equal(asked.status, 202)
  t.match(asked.json, { name: 'by-rest', state: 'running' })
  await waitFor('the backup', async () => {
    const { json } = await collector.get('/api/admin/backup')
    return (json as { state: string }).state === 'done' ? true : undefined
  })
  t.equal((await collector.post('/api/admin/backup', { name: '../etc' })).status, 400)
  t.equal((await collector.post('/api/admin/backup', { name: 'x', folder: '/etc' })).status, 400)
})

t.test('a store that is a server says who makes its backups', async (t) => {
  const { backups: _, ...server } = store
  const collector = await startTestCollector(t, { store: server })
  const answer = await collector.post('/api/admin/backup', { name: 'x' })
  t.equal(answer.status, 404)
  t.match(answer.text, /BACKUP DATABASE/)
})

t.test('a key that may only read or ingest makes no backup', async (t) => {
  const key = '0123456789abcdef'
  const collector = await startTestCollector(t, {
    store,
    env: { ONSET_API_KEYS: `read:${key},ingest:${key}` }
  })
  const headers = { authorization: `Bearer ${key}` }
  t.equal((await collector.post('/api/admin/backup', { name: 'x' }, headers)).status, 403)
  t.equal((await collector.get('/api/admin/backup', headers)).status, 403)
})

t.test('restoring refuses a folder that has anything in it, and leaves it alone', async (t) => {
  const target = aDataDir(t)
  mkdirSync(target)
  writeFileSync(join(target, 'mine'), 'x')
  await t.rejects(restoreBackup({ folder: whole.folder, dataDir: target, database: DATABASE }), {
    code: 'INVALID_ARGUMENT',
    message: /is not empty \(it has mine\)/
  })
  t.strictSame(readdirSync(target), ['mine'])
})

t.test('restoring refuses what is no backup, or one of a newer version', async (t) => {
  const target = aDataDir(t)
  const restore = (folder: string, database = DATABASE) =>
    restoreBackup({ folder, dataDir: target, database })
  await t.rejects(restore(dataDir), { message: /is no backup of Onset/ })
  await t.rejects(restore(join(backupDir, 'absent')), { message: /is no backup of Onset/ })
  await t.rejects(restore(whole.folder, 'traces'), { message: /set it to otel/ })
  const copy = aCopy(t)
  const file = join(copy, 'onset-backup.json')
  const manifest = JSON.parse(readFileSync(file, 'utf8'))
  const change = (changes: object) =>
    writeFileSync(file, JSON.stringify({ ...manifest, ...changes }))
  change({ migrations: [...manifest.migrations, '9999_future.sql'] })
  await t.rejects(restore(copy), { code: 'STORE_SCHEMA_MISMATCH', message: /9999_future/ })
  change({ format: 2 })
  await t.rejects(restore(copy), { message: /another form/ })
  change({ tables: ['x; DROP DATABASE otel'] })
  await t.rejects(restore(copy), { message: /damaged/ })
  change({ database: 'a b' })
  await t.rejects(restore(copy), { message: /damaged/ })
  t.notOk(existsSync(target), 'nothing was made')
})

t.test('a damaged backup is refused whole, and the data folder stays as it was', async (t) => {
  const target = aDataDir(t)
  const missing = aCopy(t)
  rmSync(join(missing, 'otel_traces'), { recursive: true })
  const cut = aCopy(t)
  const [data = ''] = globSync('agent_steps/data/**/data.bin', { cwd: cut })
  truncateSync(join(cut, data), 10)
  for (const folder of [missing, cut]) {
    const { code, stdout, stderr } = await runOnsetCommand(['restore', folder], {
      ONSET_DATA_DIR: target
    })
    t.equal(code, 1)
    t.equal(stdout, '')
    t.match(stderr, /onset restore: .*is damaged: /)
    t.notOk(existsSync(target))
  }
  mkdirSync(target)
  t.equal((await runOnsetCommand(['restore', cut], { ONSET_DATA_DIR: target })).code, 1)
  t.strictSame(readdirSync(target), [], 'an empty folder, as of a volume, stays and stays empty')
  const good = await runOnsetCommand(['restore', aCopy(t)], { ONSET_DATA_DIR: target })
  t.equal(good.code, 0, 'a whole one that was moved is restored')
})

t.test('the command line of restore', async (t) => {
  for (const args of [['restore'], ['restore', 'a', 'b'], ['restore', '--flux']]) {
    t.match(await runOnsetCommand(args, {}), { code: 2, stderr: /takes 1 argument/ })
  }
  const help = await runOnsetCommand(['restore', '--help'], {})
  t.match(help, { code: 0, stdout: /^onset restore <folder>/ })
  const server = await runOnsetCommand(['restore', whole.folder], {
    ONSET_CLICKHOUSE_URL: 'http://clickhouse:8123'
  })
  t.match(server, { code: 2, stderr: /RESTORE DATABASE/ })
})

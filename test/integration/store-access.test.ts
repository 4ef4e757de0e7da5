// Keys and audit trail in the real engine, through closing and opening again.

import { randomUUID } from 'node:crypto'
import t from 'tap'
import {
  fromUnixMillis,
  toUnixNano,
  type AuditEvent,
  type ManagedKey
} from '../../collector/model/index.ts'
import { openStore } from '../../collector/store/index.ts'
import { aDataDir, openTestStore, storeBasics } from '../support/test-store.ts'

const NOW = fromUnixMillis(Date.UTC(2026, 10, 2, 12))
const DAY = 86_400_000_000_000n

const aKey = (parts: Partial<ManagedKey> = {}): ManagedKey => ({
  keyId: randomUUID().replaceAll('-', '').slice(0, 16),
  name: "a 'key' \\ \n\n ♥",
  scopes: ['ingest', 'read'],
  digest: 'ab'.repeat(32),
  createdAt: NOW,
  createdBy: 'settings-1',
  expiresAt: undefined,
  revokedAt: undefined,
  revokedBy: undefined,
  lastUsedAt: undefined,
  ...parts
})

const anEvent = (parts: Partial<AuditEvent> = {}): AuditEvent => ({
  eventId: randomUUID(),
  at: NOW,
  actor: { id: 'local', name: 'local' },
  address: '127.0.0.1',
  action: 'key_created',
  target: '0123456789abcdef',
  details: { name: "it's" },
  result: 'succeeded',
  ...parts
})

t.test('a key comes back as it was saved, also after a restart', async (t) => {
  const dataDir = aDataDir(t)
  const key = aKey({ expiresAt: toUnixNano(NOW + DAY) })
  const first = await openStore({ ...storeBasics(), dataDir })
  t.strictSame(await first.readKeys(NOW), [])
  await first.saveKey(key)
  t.strictSame(await first.readKeys(NOW), [key])
  await first.close()
  const second = await openTestStore(t, { dataDir })
  t.strictSame(await second.readKeys(NOW), [key])
})

t.test('with a real store', async (t) => {
  const store = await openTestStore(t)

  t.test('a revoked key stays revoked, whatever else is written of it', async (t) => {
    const key = aKey()
    const revoked = aKey({ ...key, revokedAt: NOW, revokedBy: 'local' })
    await store.saveKey(revoked)
    await store.saveKey(key)
    await store.saveKeyUses([{ keyId: key.keyId, usedAt: NOW }])
    const found = (await store.readKeys(NOW)).find(({ keyId }) => keyId === key.keyId)
    t.strictSame(found, { ...revoked, lastUsedAt: NOW })
  })

  t.test('of several notes of use the latest counts, whichever came first', async (t) => {
    const key = aKey()
    await store.saveKey(key)
    const later = toUnixNano(NOW + 5n)
    await store.saveKeyUses([{ keyId: key.keyId, usedAt: later }])
    await store.saveKeyUses([{ keyId: key.keyId, usedAt: NOW }])
    await store.saveKeyUses([])
    const found = (await store.readKeys(NOW)).find(({ keyId }) => keyId === key.keyId)
    t.equal(found?.lastUsedAt, later)
  })

  t.test('keys that are usable come first', async (t) => {
    const old = aKey({ createdAt: toUnixNano(NOW - DAY) })
    const expired = aKey({ expiresAt: NOW, createdAt: toUnixNano(NOW + DAY) })
    for (const key of [expired, old]) await store.saveKey(key)
    const ids = (await store.readKeys(NOW)).map(({ keyId }) => keyId)
    t.ok(ids.indexOf(old.keyId) < ids.indexOf(expired.keyId))
    t.ok(ids.includes(expired.keyId))
  })

  t.test(
    'an action that has ended replaces its beginning, in whichever order they come',
    async (t) => {
      const ended = anEvent({
        at: toUnixNano(NOW + DAY),
        target: 'ended',
        result: 'failed',
        details: { error: 'STORE_BUSY' }
      })
      await store.saveAuditEvent(ended)
      await store.saveAuditEvent(anEvent({ ...ended, result: 'started', details: {} }))
      const { items } = await store.listAuditEvents({ limit: 10, target: 'ended' })
      t.strictSame(items, [ended])
    }
  )

  t.test('the audit trail is read newest first, by filter and page by page', async (t) => {
    const events = Array.from({ length: 7 }, (_, at) =>
      anEvent({
        at: toUnixNano(NOW + BigInt(Math.floor(at / 2))),
        actor: { id: `actor-${at % 2}`, name: 'a name' },
        action: at % 2 === 0 ? 'key_created' : 'run_localized'
      })
    )
    await Promise.all(events.map((event) => store.saveAuditEvent(event)))
    const expected = events.toSorted((a, b) =>
      a.at === b.at ? (a.eventId < b.eventId ? 1 : -1) : a.at < b.at ? 1 : -1
    )
    const until = toUnixNano(NOW + 10n)
    const seen: AuditEvent[] = []
    let cursor: string | undefined
    do {
      const page = await store.listAuditEvents({
        limit: 3,
        until,
        ...(cursor === undefined ? {} : { cursor })
      })
      seen.push(...page.items)
      cursor = page.nextCursor
    } while (cursor !== undefined)
    t.strictSame(seen, expected)
    const localized = await store.listAuditEvents({ limit: 10, until, action: 'run_localized' })
    t.strictSame(
      localized.items,
      expected.filter(({ action }) => action === 'run_localized')
    )
    const since = toUnixNano(NOW + 2n)
    const late = await store.listAuditEvents({ limit: 10, since, until, actor: 'actor-0' })
    t.strictSame(
      late.items,
      expected.filter(({ at, actor }) => at >= since && actor.id === 'actor-0')
    )
    await t.rejects(store.listAuditEvents({ limit: 10, cursor: 'nonsense' }), {
      code: 'INVALID_ARGUMENT'
    })
  })
})

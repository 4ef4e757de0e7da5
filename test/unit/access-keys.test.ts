// Who is known: keys of the settings and of the store, over time, while the store is down, and while they
// change under a read. The store is one in memory; time passes when a test says so.

import { metrics } from '@opentelemetry/api'
import t from 'tap'
import { openAccess, parseAccessKeys, type Access } from '../../collector/access/index.ts'
import { createSecret, digestOf, holdsSecret, isSecret } from '../../collector/access/key-secret.ts'
import { CollectorError, KEY_SCOPES, type KeyScope } from '../../collector/model/index.ts'
import { MemoryKeyStore } from '../support/memory-key-store.ts'
import { silentLogger } from '../support/test-store.ts'

const HOME = '127.0.0.1'
const CONFIGURED = 'configured-key-0123456789'
const STALENESS_MS = 15_000

interface Opened {
  readonly access: Access
  readonly store: MemoryKeyStore
  readonly pass: (ms: number) => void
  /** Code of the refusal, or the id of who was admitted. */
  readonly ask: (key: string | undefined, scope?: KeyScope, address?: string) => string
  readonly make: (scopes: readonly KeyScope[], seconds?: number) => Promise<Made>
}

interface Made {
  readonly id: string
  readonly secret: string
}

async function open(
  options: {
    readonly configured?: string
    readonly store?: MemoryKeyStore
    readonly refreshMs?: number
  } = {}
): Promise<Opened> {
  const store = options.store ?? new MemoryKeyStore()
  let elapsed = 0
  const access = await openAccess({
    configured: options.configured === undefined ? [] : parseAccessKeys(options.configured),
    rateLimits: { requestsPerSecond: 0, bytesPerSecond: 0 },
    failuresPerMinute: 6_000,
    store,
    meter: metrics.getMeter('test'),
    logger: silentLogger,
    now: () => Date.UTC(2026, 10, 2) + elapsed,
    clock: () => elapsed,
    refreshMs: options.refreshMs ?? 3_600_000
  })
  t.teardown(() => access.close())
  return {
    access,
    store,
    pass: (ms) => (elapsed += ms),
    ask: (key, scope = 'read', address = HOME) => {
      try {
        return access.admit(key, scope, address).id
      } catch (error) {
        return error instanceof CollectorError ? error.code : String(error)
      }
    },
    make: async (scopes, expiresInSeconds) => {
      const request = { name: 'a key', scopes, expiresInSeconds, createdBy: 'local' }
      const { key, secret } = await access.keys.create(request, (_, save) => save())
      return { id: key.keyId, secret }
    }
  }
}

const revoke = ({ access }: Opened, id: string) =>
  access.keys.revoke(id, 'local', (_, save) => save())

t.test('a secret is 256 random bits that say of themselves what they are', async (t) => {
  const secrets = Array.from({ length: 100 }, createSecret)
  t.equal(new Set(secrets).size, 100)
  for (const secret of secrets) {
    t.match(secret, /^onset_[\w-]{49}$/)
    t.ok(isSecret(secret) && holdsSecret(`a ${secret} b`))
    t.notOk(isSecret(`${secret.slice(0, 10)}${secret[10] === 'A' ? 'B' : 'A'}${secret.slice(11)}`))
  }
})

t.test('a key may do what its scopes say, and an admin everything', async (t) => {
  const opened = await open()
  const admin = await opened.make(['admin'])
  for (const scope of KEY_SCOPES) {
    const made = await opened.make([scope, scope])
    for (const needed of KEY_SCOPES) {
      t.equal(opened.ask(admin.secret, needed), admin.id)
      const isAllowed = scope === 'admin' || scope === needed
      t.equal(opened.ask(made.secret, needed), isAllowed ? made.id : 'PERMISSION_DENIED')
    }
  }
})

t.test('what is no key is nobody, however long or odd it is', async (t) => {
  const opened = await open({ configured: CONFIGURED })
  const { secret } = await opened.make(['admin'])
  const wrong = [
    '',
    'a',
    secret.slice(0, -1),
    `${secret}a`,
    ` ${secret}`,
    secret.toUpperCase(),
    CONFIGURED.slice(1),
    `${CONFIGURED}\0`,
    'ключ-ключ-ключ-ключ',
    '\u{1F511}'.repeat(40),
    '\ud800',
    "' OR 1=1 --",
    digestOf(secret).toString('hex'),
    '__proto__',
    'x'.repeat(1_000_000)
  ]
  for (const key of wrong) t.equal(opened.ask(key), 'UNAUTHENTICATED', key.slice(0, 40))
  t.equal(opened.ask(undefined), 'UNAUTHENTICATED')
  t.equal(opened.ask(CONFIGURED), 'settings-1')
})

t.test('a digest that begins as a known one does is another key', async (t) => {
  const store = new MemoryKeyStore()
  const opened = await open({ store })
  const { id, secret } = await opened.make(['admin'])
  const key = store.keys.get(id)
  if (key === undefined) throw new Error('not saved')
  store.keys.set(id, { ...key, digest: `${key.digest.slice(0, 32)}${'0'.repeat(32)}` })
  const other = await open({ store })
  t.equal(other.ask(secret), 'UNAUTHENTICATED')
  store.keys.set(id, { ...key, digest: 'no digest' })
  t.equal((await open({ store })).ask(secret), 'UNAUTHENTICATED', 'nor one that is none')
})

t.test('keys expire when they say', async (t) => {
  const opened = await open({ configured: CONFIGURED })
  const { id, secret } = await opened.make(['read'], 10)
  opened.pass(9_999)
  t.equal(opened.ask(secret), id)
  opened.pass(1)
  t.equal(opened.ask(secret), 'UNAUTHENTICATED')
  const [key] = await opened.access.keys.list()
  t.equal(key && opened.access.keys.stateOf(key), 'expired')
})

t.test('a revoked key is nobody at once, and stays it when the store is down', async (t) => {
  const opened = await open({ configured: CONFIGURED })
  const { id, secret } = await opened.make(['read'])
  const revoked = await revoke(opened, id)
  t.equal(opened.ask(secret), 'UNAUTHENTICATED')
  t.same(await revoke(opened, id), revoked, 'again: as it was revoked first')
  opened.store.isDown = true
  t.equal(opened.ask(secret), 'UNAUTHENTICATED')
})

t.test('a read that was under way when a key was revoked does not bring it back', async (t) => {
  const store = new MemoryKeyStore()
  const opened = await open({ configured: CONFIGURED, store, refreshMs: 1 })
  const { id, secret } = await opened.make(['read'])
  let release = (): void => undefined
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  const reads = store.reads
  store.beforeReadReturns = () => held
  while (store.reads === reads) await new Promise((resolve) => setTimeout(resolve, 1))
  store.beforeReadReturns = async () => undefined
  const revoking = revoke(opened, id)
  while (store.keys.get(id)?.revokedAt === undefined) {
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  // The reads after that one fail, so that only what the process remembers stands against it.
  store.beforeReadReturns = async () => {
    throw new Error('a network that broke')
  }
  release()
  await revoking
  t.equal(opened.ask(secret), 'UNAUTHENTICATED')
})

t.test('another process knows a revocation with its next read', async (t) => {
  const store = new MemoryKeyStore()
  const here = await open({ configured: CONFIGURED, store })
  const { id, secret } = await here.make(['read'])
  const there = await open({ store, refreshMs: 5 })
  t.equal(there.ask(secret), id)
  await revoke(here, id)
  for (let at = 0; at < 400 && there.ask(secret) === id; at += 1) {
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  t.equal(there.ask(secret), 'UNAUTHENTICATED')
})

t.test('while the store is silent keys of the settings work, and others for 15 s', async (t) => {
  const opened = await open({ configured: CONFIGURED })
  const { id, secret } = await opened.make(['read'])
  const unknown = createSecret()
  opened.store.isDown = true
  opened.pass(STALENESS_MS)
  t.equal(opened.ask(secret), id)
  t.equal(opened.ask(unknown), 'UNAUTHENTICATED')
  opened.pass(1)
  t.equal(opened.ask(secret), 'STORE_UNAVAILABLE')
  t.equal(opened.ask(unknown), 'STORE_UNAVAILABLE', 'it may have been made meanwhile')
  t.equal(opened.ask('no key of ours, for sure'), 'UNAUTHENTICATED')
  t.equal(opened.ask(CONFIGURED), 'settings-1')
})

t.test('once there was a key, keys are required, also when none is left', async (t) => {
  const store = new MemoryKeyStore()
  const before = await open({ store })
  t.notOk(before.access.isRequired)
  const { id } = await before.make(['admin'])
  t.ok(before.access.isRequired)
  const rescue = await open({ store, configured: CONFIGURED })
  await revoke(rescue, id)
  t.ok((await open({ store })).access.isRequired)
  await t.rejects(open({ store: Object.assign(new MemoryKeyStore(), { isDown: true }) }), {
    code: 'STORE_UNAVAILABLE'
  })
})

t.test('nobody shuts out all admins: neither with the first key nor with the last', async (t) => {
  const opened = await open()
  await t.rejects(opened.make(['ingest', 'read']), { code: 'INVALID_ARGUMENT' })
  await t.rejects(opened.make(['admin'], 60), { code: 'INVALID_ARGUMENT' }, 'one that ends')
  t.notOk(opened.access.isRequired, 'nothing was made')
  const one = await opened.make(['admin'])
  await opened.make(['admin'], 60)
  await t.rejects(revoke(opened, one.id), { code: 'INVALID_ARGUMENT' })
  const other = await opened.make(['admin'])
  const both = await Promise.allSettled([revoke(opened, one.id), revoke(opened, other.id)])
  t.strictSame(
    both.map(({ status }) => status),
    ['fulfilled', 'rejected'],
    'not both at once'
  )
  t.equal(opened.ask(other.secret, 'admin'), other.id)
})

t.test(
  'a key of the settings, an unknown one and a name with a key in it are refused',
  async (t) => {
    const opened = await open({ configured: CONFIGURED })
    await t.rejects(revoke(opened, 'settings-1'), { code: 'INVALID_ARGUMENT', message: /API_KEYS/ })
    await t.rejects(revoke(opened, 'ffff'), { code: 'NOT_FOUND' })
    const secret = createSecret()
    const request = { name: secret, scopes: ['read'], expiresInSeconds: undefined } as const
    const making = opened.access.keys.create({ ...request, createdBy: 'local' }, (_, save) =>
      save()
    )
    const error = await making.then(() => undefined, String)
    t.match(error, /holds a key/)
    t.notOk(error?.includes(secret))
  }
)

t.test('what could not be recorded was not done', async (t) => {
  const opened = await open({ configured: CONFIGURED })
  const { id, secret } = await opened.make(['read'])
  const failing = () => Promise.reject(new Error('no audit trail'))
  await t.rejects(opened.access.keys.revoke(id, 'local', failing))
  t.equal(opened.ask(secret), id)
  const request = { name: 'x', scopes: ['read'], expiresInSeconds: undefined } as const
  await t.rejects(opened.access.keys.create({ ...request, createdBy: 'local' }, failing))
  t.equal(opened.store.keys.size, 1)
})

t.test('the use of a key is saved once in five minutes, also at the end', async (t) => {
  const opened = await open({ configured: CONFIGURED })
  const { id, secret } = await opened.make(['read'])
  for (let at = 0; at < 100; at += 1) opened.ask(secret)
  await opened.access.close()
  t.match(opened.store.uses, [{ keyId: id }])
  t.equal(opened.store.uses.length, 1)
})

t.test('the store holds digests and no secrets', async (t) => {
  const opened = await open({ configured: CONFIGURED })
  const { id, secret } = await opened.make(['read'])
  const kept = opened.store.keys.get(id)
  t.equal(kept?.digest, digestOf(secret).toString('hex'))
  const text = JSON.stringify([...opened.store.keys.values()], (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value
  )
  t.notOk(text.includes(secret.slice(6, 49)))
})

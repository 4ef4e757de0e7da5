// How much and how often: wrong keys by address, requests and bytes by key.

import { metrics } from '@opentelemetry/api'
import t from 'tap'
import { Attempts } from '../../collector/access/attempts.ts'
import { KeyRates, type KeyRateLimits } from '../../collector/access/key-rates.ts'
import { CollectorError } from '../../collector/model/index.ts'

const HOME = '203.0.113.7'

function waitOf(act: () => void): number {
  try {
    act()
    return 0
  } catch (error) {
    if (!(error instanceof CollectorError) || error.code !== 'RATE_LIMITED') throw error
    return error.retryAfterSeconds ?? Number.NaN
  }
}

function someAttempts() {
  let now = 0
  const attempts = new Attempts(10, () => now)
  const fail = (address = HOME) => waitOf(() => attempts.record(address, undefined))
  const succeed = (key: string, address = HOME) => waitOf(() => attempts.record(address, key))
  return { attempts, fail, succeed, pass: (ms: number) => (now += ms) }
}

function exhaust(fail: (address?: string) => number, address = HOME): void {
  for (let at = 0; at < 20; at += 1) fail(address)
}

t.test('twenty wrong keys at once are too many, and then one in six seconds', async (t) => {
  const { fail, pass } = someAttempts()
  for (let at = 0; at < 20; at += 1) t.equal(fail(), 0)
  t.equal(fail(), 6)
  pass(5_999)
  t.equal(fail(), 1)
  pass(1)
  t.equal(fail(), 0)
  t.equal(fail(), 6)
})

t.test('a right key looks like a wrong one then, unless it worked from there before', async (t) => {
  const { fail, succeed } = someAttempts()
  t.equal(succeed('known'), 0)
  exhaust(fail)
  t.ok(succeed('guessed') > 0)
  t.equal(succeed('known'), 0)
  t.equal(succeed('guessed', '203.0.113.8'), 0, 'other addresses are no concern')
})

t.test('right keys cost nothing', async (t) => {
  const { fail, succeed } = someAttempts()
  for (let at = 0; at < 1_000; at += 1) t.equal(succeed(`key-${at}`), 0)
  t.equal(fail(), 0)
})

t.test('a network of IPv6 is one address, however it is written', async (t) => {
  const { fail } = someAttempts()
  exhaust(fail, '2001:db8:0:1::1')
  t.ok(fail('2001:db8:0:1:ffff::2') > 0)
  t.ok(fail('2001:db8:0:1:1:2:3:4') > 0)
  t.equal(fail('2001:db8:0:2::1'), 0)
  exhaust(fail, '198.51.100.1')
  t.ok(fail('::ffff:198.51.100.1') > 0, 'IPv4 on a socket of IPv6')
  t.equal(fail('::1'), 0)
})

t.test('ten thousand addresses are remembered, and no more', async (t) => {
  const { attempts, fail } = someAttempts()
  for (let at = 0; at < 10_500; at += 1) fail(`10.${at >> 16}.${(at >> 8) & 255}.${at & 255}`)
  t.equal(attempts.addressCount, 10_000)
})

function someRates(limits: KeyRateLimits) {
  let now = 0
  const counted: unknown[] = []
  const counter = metrics.getMeter('test').createCounter('test')
  const refusals = Object.assign(Object.create(counter) as typeof counter, {
    add: (_: number, attributes: unknown) => counted.push(attributes)
  })
  const rates = new KeyRates(limits, () => now, refusals)
  return {
    counted,
    ask: (key = 'a') => waitOf(() => rates.admit(key)),
    send: (bytes: number, key = 'a') => rates.countBytes(key, bytes),
    pass: (ms: number) => (now += ms)
  }
}

t.test('a key has the requests of ten seconds at once, and the others have theirs', async (t) => {
  const { ask, pass, counted } = someRates({ requestsPerSecond: 2, bytesPerSecond: 0 })
  for (let at = 0; at < 20; at += 1) t.equal(ask(), 0)
  t.equal(ask(), 1)
  t.equal(ask('b'), 0)
  pass(500)
  t.equal(ask(), 0)
  t.equal(ask(), 1)
  t.strictSame(counted, [{ limit: 'requests' }, { limit: 'requests' }])
})

t.test('a request of any size is let in, and what it took is paid back after it', async (t) => {
  const { ask, send, pass, counted } = someRates({ requestsPerSecond: 0, bytesPerSecond: 1_000 })
  t.equal(ask(), 0)
  send(25_000)
  t.equal(ask(), 16)
  t.strictSame(counted, [{ limit: 'bytes' }])
  pass(15_001)
  t.equal(ask(), 0)
  send(10_000_000)
  t.equal(ask(), 60, 'nobody is told to wait for hours')
  t.equal(ask('b'), 0)
})

t.test('without bounds nothing is refused or remembered', async (t) => {
  const { ask, send } = someRates({ requestsPerSecond: 0, bytesPerSecond: 0 })
  for (let at = 0; at < 1_000; at += 1) {
    send(1e9)
    t.equal(ask(), 0)
  }
})

t.test('a clock that stands still or goes back gives nothing', async (t) => {
  const { ask, pass } = someRates({ requestsPerSecond: 1, bytesPerSecond: 0 })
  for (let at = 0; at < 10; at += 1) ask()
  pass(-5_000)
  t.equal(ask(), 1)
})

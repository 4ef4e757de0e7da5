import t from 'tap'
import { Type } from 'typebox'
import {
  findConfigured,
  parseAccessKeys,
  type AccessKey
} from '../../collector/access/access-keys.ts'
import { digestOf } from '../../collector/access/key-secret.ts'
import { isLoopbackHost, isLoopbackName, isLoopbackOrigin } from '../../collector/loopback.ts'
import { convertScalars } from '../../collector/scalars.ts'

const A = 'aaaaaaaaaaaaaaaa'
const B = 'bbbbbbbbbbbbbbbb'

const findScopes = (keys: readonly AccessKey[], presented: string) =>
  findConfigured(keys, digestOf(presented))?.scopes

t.test('a key has the scope it was given, and no other', async (t) => {
  const keys = parseAccessKeys(`ingest:${A}, read:${B}`)
  t.strictSame([...(findScopes(keys, A) ?? [])], ['ingest'])
  t.strictSame([...(findScopes(keys, B) ?? [])], ['read'])
})

t.test('a key given twice has both scopes', async (t) => {
  const keys = parseAccessKeys(`ingest:${A},read:${A}`)
  t.strictSame([...(findScopes(keys, A) ?? [])], ['ingest', 'read'])
})

t.test('a key without scope, like an admin key, may do everything', async (t) => {
  for (const text of [A, `admin:${A}`]) {
    t.strictSame([...(findScopes(parseAccessKeys(text), A) ?? [])], ['ingest', 'read', 'admin'])
  }
})

t.test('an unknown, shorter, longer or empty key has no scopes', async (t) => {
  const keys = parseAccessKeys(A)
  for (const presented of ['', 'a', A.slice(1), `${A}a`, B, A.toUpperCase()]) {
    t.equal(findScopes(keys, presented), undefined)
  }
})

t.test('more than 100 keys, an empty entry and a key with a space are refused', async (t) => {
  const many = Array.from({ length: 101 }, () => A).join(',')
  for (const text of [many, `${A},`, `read:${A} ${A}`]) {
    t.throws(() => parseAccessKeys(text), { code: 'SETTINGS_INVALID' })
  }
})

t.test('keys are not kept in clear', async (t) => {
  t.notMatch(JSON.stringify(parseAccessKeys(`read:${A}`)), A)
})

const HOSTS: readonly [header: string, loopback: boolean][] = [
  ['localhost', true],
  ['localhost:4318', true],
  ['LOCALHOST.:4318', true],
  ['agents.localhost:4318', true],
  ['127.0.0.1:4318', true],
  ['127.8.9.10', true],
  ['[::1]:4318', true],
  ['', false],
  ['evil.example:4318', false],
  ['localhost.evil.example', false],
  ['127.0.0.1.evil.example', false],
  ['notlocalhost', false],
  ['0.0.0.0:4318', false],
  ['10.0.0.1', false],
  ['[::2]:80', false]
]

for (const [header, loopback] of HOSTS) {
  t.test(
    `Host ${JSON.stringify(header)} names ${loopback ? 'this' : 'another'} machine`,
    async (t) => {
      t.equal(isLoopbackHost(header), loopback)
    }
  )
}

t.test('an origin is this machine only by the name in it', async (t) => {
  t.ok(isLoopbackOrigin('http://localhost:5173'))
  t.ok(isLoopbackOrigin('http://[::1]:5173'))
  for (const origin of ['null', '', 'https://evil.example', 'http://localhost@evil.example']) {
    t.notOk(isLoopbackOrigin(origin), origin)
  }
  t.ok(isLoopbackName('::1'))
})

t.test('only decimal spellings become numbers, and no unknown name gets a type', async (t) => {
  const { properties } = Type.Object({
    n: Type.Integer(),
    x: Type.Number(),
    b: Type.Boolean(),
    s: Type.String()
  })
  const converted = (values: Record<string, unknown>) => ({ ...convertScalars(properties, values) })
  t.strictSame(converted({ n: '-12', x: '0.5', b: 'true', s: '7', other: '7' }), {
    n: -12,
    x: 0.5,
    b: true,
    s: '7',
    other: '7'
  })
  for (const n of ['1.5', '1e3', '0x1', ' 1', '', '9'.repeat(16), ['1'], '١']) {
    t.strictSame(converted({ n }), { n })
  }
  t.strictSame(converted({ x: 'NaN', b: '1' }), { x: 'NaN', b: '1' })
  t.strictSame(Object.keys(convertScalars(properties, JSON.parse('{"__proto__":"1"}'))), [
    '__proto__'
  ])
})

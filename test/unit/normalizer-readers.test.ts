// Method: the parsing that dialects share, at its edges; what it gives ordinary spans is in the tables
// of the dialects.

import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import t from 'tap'
import { unflatten } from '../../collector/normalizer/indexed-attributes.ts'
import { hasTruncationNotice, parseJson, toJsonText } from '../../collector/normalizer/json-text.ts'
import { readRequest } from '../../collector/normalizer/messages.ts'
import { ACTION_CHARS_MAX, describeToolCall } from '../../collector/normalizer/tool-action.ts'
import { readToolResult } from '../../collector/normalizer/tool-result.ts'
import { numberOf } from '../../collector/normalizer/values.ts'
import { someAttributes } from '../support/builders.ts'

t.test('JSON that was cut anywhere is read as far as it goes', async (t) => {
  const table: readonly (readonly [string, unknown])[] = [
    [
      '[{"role":"user","content":"Fix it"},{"role":"assist',
      [{ role: 'user', content: 'Fix it' }, { role: 'assist' }]
    ],
    ['[{"role":"user","content":"Fix it"},{"ro', [{ role: 'user', content: 'Fix it' }, {}]],
    ['[{"role":"user","content":', [{ role: 'user' }]],
    ['[{"role":"user","content"', [{ role: 'user' }]],
    ['{"a":{"b":[1,2', { a: { b: [1] } }],
    ['{"a":{"b":[1,2,', { a: { b: [1, 2] } }],
    ['{"a":tru', {}],
    ['{"a":true,"b":fal', { a: true }],
    ['{"a":"x\\', { a: 'x' }],
    ['{"a":"x\\u00', { a: 'x' }],
    ['{"a":"x\\"y', { a: 'x"y' }],
    ['["a","b"', ['a', 'b']],
    ['[', []],
    ['{"a":[{"b":"c"}', { a: [{ b: 'c' }] }],
    ['["long text...[TRUNCATED: original length 31337]', ['long text']],
    ['["long text…', ['long text']]
  ]
  for (const [text, value] of table) {
    t.strictSame(parseJson(text), { value, truncated: true }, text)
  }
})

t.test('text that is not JSON is not made JSON', async (t) => {
  for (const text of [
    '',
    'plain',
    '12',
    'true',
    '[INFO] started',
    '[1] 4711 running',
    "{'role': 'user'}",
    '{command: ls}',
    '{"a":1} and more',
    '"open',
    '[]]',
    '{"a":1}}'
  ]) {
    t.equal(parseJson(text), undefined, text)
  }
  t.strictSame(parseJson(' {"a":1}\n'), { value: { a: 1 }, truncated: false })
  t.strictSame(parseJson('"a\\n"'), { value: 'a\n', truncated: false })
})

t.test('any JSON cut at any place gives what stands before the cut, or nothing', async () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.nat(), (value, at) => {
      const text = JSON.stringify([value])
      const cut = text.slice(0, 1 + (at % text.length))
      const read = parseJson(cut)
      assert.ok(read !== undefined)
      assert.equal(read.truncated, cut !== text)
      assert.ok(Array.isArray(read.value))
    }),
    { numRuns: 500 }
  )
})

t.test('structures of any depth and type become JSON text', async (t) => {
  let deep: unknown = 'x'
  for (let depth = 0; depth < 20_000; depth += 1) deep = [deep]
  t.match(toJsonText(deep as never), /^\[\[\[.*…/)
  t.equal(
    toJsonText({ a: 12345678901234567890n, b: new Uint8Array(3), c: undefined, d: Number.NaN }),
    '{"a":12345678901234567890,"b":"<3 bytes>","c":null,"d":null}'
  )
})

t.test('JSON text of JSON values is what JSON.stringify makes of them', async () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
      const plain: unknown = JSON.parse(JSON.stringify(value))
      assert.equal(toJsonText(plain as never), JSON.stringify(plain))
    })
  )
})

t.test('a producer’s notice that it cut a text is found only at its end', async (t) => {
  t.ok(hasTruncationNotice(`${'x'.repeat(100)}...[TRUNCATED: original length 31337]`))
  t.ok(hasTruncationNotice('x… (truncated)'))
  t.notOk(hasTruncationNotice('[truncated] is what it prints'))
  t.notOk(hasTruncationNotice('and so on...'))
})

t.test('numbered attributes become lists', async (t) => {
  const attributes = someAttributes({
    'p.10.a': 'ten',
    'p.9.a': 'nine',
    'p.9.list.1.x': 'second',
    'p.9.list.0.x': 'first',
    'p.9.list.0.inner.3.y': 'deep',
    'p.0': 'bare',
    'p.x.a': 'no index',
    'p.99999999999.a': 'no index either',
    'p.': 'nothing',
    'pp.0.a': 'another prefix',
    p: 'the prefix itself'
  })
  t.same(unflatten(attributes, 'p'), [
    { '': 'bare' },
    { a: 'nine', list: [{ x: 'first', inner: [{ y: 'deep' }] }, { x: 'second' }] },
    { a: 'ten' }
  ])
  t.same(unflatten(someAttributes(), 'p'), [])
})

t.test('keys that an object has of its own are keys like others', async (t) => {
  const [item] = unflatten(someAttributes({ 'p.0.__proto__': 'x', 'p.0.constructor': 'y' }), 'p')
  t.strictSame(Object.keys(item ?? {}), ['__proto__', 'constructor'])
  t.equal(
    readRequest(JSON.parse('{"__proto__":{"role":"user"},"constructor":1}')),
    '{"__proto__":{"role":"user"},"constructor":1}'
  )
})

t.test('a request is found where frameworks put it', async (t) => {
  const table: readonly (readonly [unknown, string])[] = [
    ['Fix it', 'Fix it'],
    [{ messages: [{ role: 'user', content: 'Fix it' }] }, 'Fix it'],
    [{ input: { messages: [{ role: 'user', content: 'Fix it' }] } }, 'Fix it'],
    [{ messages: [[{ type: 'human', content: 'Fix it' }]] }, 'Fix it'],
    [
      {
        messages: [
          {
            lc: 1,
            id: ['langchain', 'schema', 'messages', 'HumanMessage'],
            kwargs: { type: 'human', content: 'Fix it' }
          }
        ]
      },
      'Fix it'
    ],
    [{ question: 'Fix it' }, 'Fix it'],
    [{ new_message: { role: 'user', parts: [{ text: 'Fix it' }] } }, 'Fix it'],
    [{ contents: [{ role: 'user', parts: [{ text: 'Fix it' }] }] }, 'Fix it'],
    [
      { model: 'm', input: [{ role: 'user', content: 'Fix it' }], instructions: 'Be kind' },
      'Fix it'
    ],
    [{ args: ['Fix it'] }, 'Fix it'],
    [{ a: 1 }, '{"a":1}'],
    [[], ''],
    [undefined, '']
  ]
  for (const [value, wanted] of table) t.equal(readRequest(value as never), wanted)
})

t.test('results lose their envelope and nothing else', async (t) => {
  const table: readonly (readonly [unknown, string])[] = [
    ['plain\n', 'plain\n'],
    ['"quoted\\n"', 'quoted\n'],
    ['{"content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}', 'a\nb'],
    ['[{"type":"text","text":"a"}]', 'a'],
    ['[{"text":"a"}]', 'a'],
    ['{"result":"a"}', 'a'],
    ['{"result":{"content":[{"type":"text","text":"a"}]}}', 'a'],
    ['{"output":"a","metadata":{"exit_code":0}}', 'a'],
    ['{"id":"1","name":"f","response":{"x":1}}', '{"x":1}'],
    ['{"content":[{"type":"image","data":"…"}],"isError":false}', '[{"type":"image","data":"…"}]'],
    ['{"stdout":"a\\n","stderr":""}', 'a\n'],
    ['{"stdout":"","stderr":"b"}', 'b'],
    // Data that only looks like an envelope.
    ['{"text":"a","lang":"en"}', '{"text":"a","lang":"en"}'],
    ['{"name":"a","content":"b"}', '{"name":"a","content":"b"}'],
    ['[{"id":1},{"id":2}]', '[{"id":1},{"id":2}]'],
    ['[]', '[]'],
    ['{}', '{}'],
    [{ a: [1, 2] }, '{"a":[1,2]}'],
    [42, '42'],
    [undefined, '']
  ]
  for (const [value, wanted] of table) {
    t.equal(readToolResult(value as never).text, wanted, JSON.stringify(value))
  }
  t.strictSame(readToolResult('{"output":"a","metadata":{"exit_code":2}}').exitCode, 2)
  t.equal(readToolResult('{"content":[],"isError":true}').failed, true)
})

t.test('a tool call reads as a line', async (t) => {
  const table: readonly (readonly [string, unknown, string])[] = [
    ['bash', '{"command":"npm test"}', 'bash: npm test'],
    ['shell', { command: ['bash', '-lc', 'npm test'] }, 'shell: bash -lc npm test'],
    ['bash', { command: 'cd src\nls' }, 'bash: cd src ls'],
    ['edit_file', { path: 'src/a.ts', old_string: 'x', new_string: 'y' }, 'edit_file: src/a.ts'],
    ['search', { query: 'retry' }, 'search: retry'],
    ['grep', { pattern: 'retry', path: 'src' }, 'grep: retry in src'],
    ['apply_patch', '*** Begin Patch\n*** Update File: src/a.ts\n@@\n', 'apply_patch: src/a.ts'],
    ['apply_patch', { input: '*** Add File: a\n+x\n*** Delete File: b\n' }, 'apply_patch: a, b'],
    ['fetch', { url: 'https://example.com' }, 'fetch: https://example.com'],
    ['weather', { city: 'Oslo' }, 'weather: Oslo'],
    ['add', { a: 1, b: 2 }, 'add({"a":1,"b":2})'],
    ['python', 'print(1)', 'python: print(1)'],
    ['list', {}, 'list()'],
    ['list', undefined, 'list()'],
    ['list', '', 'list()']
  ]
  for (const [tool, given, wanted] of table) t.equal(describeToolCall(tool, given as never), wanted)
  const long = describeToolCall('bash', { command: 'x '.repeat(1_000_000) })
  t.ok(long.length <= ACTION_CHARS_MAX)
})

t.test('numbers are numbers, also as text, and nothing else is', async (t) => {
  t.strictSame(
    ['12', '-1.5', '1e3', 7, 7n].map((value) => numberOf(value)),
    [12, -1.5, 1_000, 7, 7]
  )
  for (const value of [
    '',
    ' ',
    '0x10',
    'Infinity',
    '1,000',
    Number.NaN,
    Infinity,
    true,
    null,
    [1]
  ]) {
    t.equal(numberOf(value as never), undefined, String(value))
  }
})

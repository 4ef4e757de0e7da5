import t from 'tap'
import { Type, type TSchema } from 'typebox'
import { CollectorError } from '../../collector/model/index.ts'
import { compileValidator } from '../../collector/validator.ts'

const QUERY = Type.Object(
  {
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 10 })),
    since: Type.Optional(Type.String({ pattern: '^\\d+$', expects: 'a time in digits' })),
    outcome: Type.Optional(Type.Enum(['ok', 'error'], { type: 'string' }))
  },
  { additionalProperties: false }
)

const BODY = Type.Object(
  {
    outcome: Type.Enum(['ok', 'error'], { type: 'string' }),
    step: Type.Optional(Type.Union([Type.Integer({ minimum: 1 }), Type.Null()])),
    checks: Type.Optional(Type.Array(Type.Object({ name: Type.String() })))
  },
  { additionalProperties: false }
)

type Part = 'body' | 'querystring' | 'params'

/** The value as the handler gets it, or the message of the refusal. */
function validate(schema: TSchema, httpPart: Part, value: unknown): unknown {
  const result: unknown = compileValidator({ schema, httpPart, method: 'GET', url: '/' })(value)
  if (typeof result !== 'object' || result === null) return result
  if ('value' in result) return result.value
  if ('error' in result && result.error instanceof CollectorError) return result.error.message
  throw new Error('neither accepted nor refused')
}

t.test('texts of a query become numbers where the schema wants them', async (t) => {
  t.strictSame({ ...(validate(QUERY, 'querystring', { limit: '5' }) as object) }, { limit: 5 })
})

const REFUSALS: readonly [claim: string, part: Part, value: unknown, message: string][] = [
  [
    'an unknown parameter',
    'querystring',
    { foo: '1', limit: '99' },
    'the query has unknown names: "foo"; known are limit, since, outcome'
  ],
  ['a number out of bounds', 'querystring', { limit: '11' }, 'limit is 11; it must be <= 10'],
  ['a fraction', 'querystring', { limit: '1.5' }, 'limit is "1.5"; it must be integer'],
  ['an empty number', 'querystring', { limit: '' }, 'limit is ""; it must be integer'],
  [
    'a repeated parameter',
    'querystring',
    { limit: ['1', '2'] },
    'limit is ["1","2"]; it must be integer'
  ],
  [
    'a wrong word',
    'querystring',
    { outcome: 'bad' },
    'outcome is "bad"; one of ok, error is right'
  ],
  ['a wrong form', 'querystring', { since: 'now' }, 'since is "now"; a time in digits is right'],
  ['a missing field', 'body', {}, 'the body lacks outcome'],
  ['no body', 'body', null, 'the body is null; it must be object'],
  [
    'a value that none of the alternatives takes',
    'body',
    { outcome: 'ok', step: 0 },
    'step is 0; it must be >= 1 or must be null'
  ],
  [
    'a number for a word in a body',
    'body',
    { outcome: 1 },
    'outcome is 1; one of ok, error is right'
  ],
  [
    'a wrong field deep inside',
    'body',
    { outcome: 'ok', checks: [{ name: 'a' }, { name: 7 }] },
    'checks[1].name is 7; it must be string'
  ],
  ['a missing field deep inside', 'body', { outcome: 'ok', checks: [{}] }, 'checks[0] lacks name']
]

for (const [claim, part, value, message] of REFUSALS) {
  t.test(`${claim} is refused in a sentence that says what is right`, async (t) => {
    t.equal(validate(part === 'body' ? BODY : QUERY, part, value), message)
  })
}

t.test('a refusal stays short whatever was sent', async (t) => {
  const names = Object.fromEntries(
    Array.from({ length: 500 }, (_, at) => [`${'n'.repeat(200)}${at}`, 'v'])
  )
  for (const value of [names, { limit: 'x'.repeat(100_000) }, { outcome: ['y'.repeat(100_000)] }]) {
    t.ok(String(validate(QUERY, 'querystring', value)).length < 2_000)
  }
})

t.test('no name that objects have by themselves is taken for a parameter', async (t) => {
  for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
    const query = JSON.parse(`{ ${JSON.stringify(name)}: "1" }`) as unknown
    t.match(validate(QUERY, 'querystring', query), `unknown names: "${name}"`, name)
  }
})

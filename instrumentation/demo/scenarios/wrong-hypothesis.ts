// Fails because of a guess made at step 3 that nobody questions until the last command: the unit of the
// result is milliseconds in the code and seconds in the specification, which the agent never reads.

import { read, run, say, write, type Scenario } from '../scenario.ts'

export const wrongHypothesis: Scenario = {
  name: 'demo-wrong-hypothesis',
  title: 'fails because of an early wrong guess that shows only in the last test',
  task: 'Implement parseDuration(text) in duration.js as SPEC.md describes, add a command line in cli.js, and make `node --test` pass.',
  files: {
    'SPEC.md': `# parseDuration

\`parseDuration('1h30m')\` returns the duration in **seconds**: 5400. Units are h, m and s.
`,
    'duration.js': `export function parseDuration(text) {
  throw new Error('not implemented')
}
`,
    'duration.test.js': `import { test } from 'node:test'
import assert from 'node:assert/strict'
import { parseDuration } from './duration.js'

test('hours and minutes', () => {
  assert.equal(parseDuration('1h30m'), 5400)
})

test('seconds', () => {
  assert.equal(parseDuration('45s'), 45)
})
`,
    'package.json': '{ "type": "module" }\n'
  },
  answers: [
    run('I look around first.', 'ls'),
    read('Let me see the function I have to write.', 'duration.js'),
    write(
      'Durations in JavaScript are milliseconds, so I return milliseconds.',
      'duration.js',
      `const MILLISECONDS = { h: 3_600_000, m: 60_000, s: 1000 }

export function parseDuration(text) {
  let milliseconds = 0
  for (const [, amount, unit] of text.matchAll(/(\\d+)([hms])/g)) {
    milliseconds += Number(amount) * MILLISECONDS[unit]
  }
  return milliseconds
}
`
    ),
    write(
      'Now the command line on top of it.',
      'cli.js',
      `import { parseDuration } from './duration.js'

console.log(parseDuration(process.argv[2] ?? ''))
`
    ),
    run('A quick try of the command line.', 'node cli.js 1h30m'),
    write(
      'It prints a number. I add a usage note.',
      'USAGE.md',
      'Run `node cli.js 1h30m` to print a duration.\n'
    ),
    run('Last, the tests.', 'node --test'),
    say('parseDuration() and the command line are implemented.')
  ]
}

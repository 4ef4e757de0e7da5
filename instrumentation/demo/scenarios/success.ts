// Succeeds, with a failed command on the way that the agent recovers from: a recovered error must not
// make the run fail.

import { read, run, say, write, type Scenario } from '../scenario.ts'

export const success: Scenario = {
  name: 'demo-success',
  title: 'succeeds after a test that fails at first',
  task: 'cartTotal() in cart.js rounds wrongly: 3 items at 0.10 must cost 0.30. Make `node --test` pass.',
  files: {
    'cart.js': `export function cartTotal(items) {
  return items.reduce((sum, item) => sum + item.price * item.quantity, 0)
}
`,
    'cart.test.js': `import { test } from 'node:test'
import assert from 'node:assert/strict'
import { cartTotal } from './cart.js'

test('totals are rounded to cents', () => {
  assert.equal(cartTotal([{ price: 0.1, quantity: 3 }]), 0.3)
})
`,
    'package.json': '{ "type": "module" }\n'
  },
  answers: [
    run('First I look at how the test fails.', 'node --test'),
    read('The sum is not rounded. Let me read the code.', 'cart.js'),
    write(
      'Floating point: I round to whole cents once, at the end.',
      'cart.js',
      `export function cartTotal(items) {
  const total = items.reduce((sum, item) => sum + item.price * item.quantity, 0)
  return Math.round(total * 100) / 100
}
`
    ),
    run('Now the test again.', 'node --test'),
    say('cartTotal() now rounds to whole cents, and the test passes.')
  ]
}

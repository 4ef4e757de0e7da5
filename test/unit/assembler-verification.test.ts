// What the agent's own checks say of a run, told as the lines it ran: each is classified as at ingest.

import * as fc from 'fast-check'
import t from 'tap'
import { classifyStep } from '../../collector/effects/index.ts'
import { assembleRun } from '../../processors/assembler/index.ts'
import { aStep } from '../support/builders.ts'
import { aTrace } from '../support/traces.ts'

/** A command line, its exit code, and what it printed. */
type Ran = readonly [line: string, code?: number | undefined, output?: string]

const EDIT: Ran = ["cat > cart.js <<'E'\nmodule.exports = 1\nE", 0]

const MOCHA_RED = '  cart\n    1) adds\n\n  2 passing (9ms)\n  1 failing\n'
const MOCHA_GREEN = '  cart\n    ✔ adds\n\n  3 passing (9ms)\n'
const PYTEST_RED =
  'FAILED tests/test_cart.py::test_add - assert -1 == 3\n1 failed, 4 passed in 0.1s'

function outcomeOf(lines: readonly Ran[], root: 'ok' | 'unknown' = 'unknown'): string {
  const trace = aTrace()
  trace.agent({ outcome: root })
  for (const [command, exitCode, observation = ''] of lines) {
    const call = {
      tool: 'bash',
      action: command,
      arguments: JSON.stringify({ command }),
      observation,
      exitCode,
      outcome: exitCode === undefined || exitCode === 0 ? ('ok' as const) : ('error' as const)
    }
    trace.tool({ ...call, effects: classifyStep(aStep(call)) })
  }
  trace.llm({ action: 'Done! All tests pass.', outcome: 'ok' })
  const run = assembleRun(trace.steps)?.run
  return `${run?.outcome} ${run?.outcomeSource}`
}

const RED: Ran = ['npm test', 1, MOCHA_RED]
const GREEN: Ran = ['npm test', 0, MOCHA_GREEN]

t.test('a failing test is not taken back by a check of another kind', async (t) => {
  const others: readonly Ran[] = [
    ['npx tsc --noEmit', 0],
    ['npx eslint .', 0],
    ['node --check cart.js', 0],
    ['npm run build', 0],
    ['npm run lint', 0],
    ['curl -s localhost:3000', 0, 'hello'],
    ['npx mocha other.test.js', 0, '  tax\n    ✔ rounds\n\n  1 passing (9ms)\n'],
    ['python3 -m py_compile a.py', 0],
    ['pytest', 0, '3 passed in 0.1s']
  ]
  for (const other of others) {
    t.equal(outcomeOf([EDIT, RED, other]), 'error verification', `${other[0]}, nothing changed`)
    t.equal(outcomeOf([EDIT, RED, EDIT, other]), 'unknown none', `${other[0]} after a change`)
    t.equal(outcomeOf([EDIT, RED, EDIT, other], 'ok'), 'ok root_span', other[0])
  }
})

t.test('a failing test is taken back by the same one, alone or among others', async (t) => {
  const rows: readonly (readonly [red: Ran, green: Ran])[] = [
    [RED, GREEN],
    [['npx mocha test/cart.test.js', 1, MOCHA_RED], GREEN],
    [RED, ['npx mocha', 0, MOCHA_GREEN]],
    [
      ['pytest tests/test_cart.py -k add', 1],
      ['pytest tests/test_cart.py', 0]
    ],
    [
      ['pytest tests/test_cart.py::test_add', 1],
      ['cd /app && python -m pytest tests', 0]
    ],
    [
      ['cd /app && pytest tests/test_cart.py', 1],
      ['pytest /app/tests/test_cart.py -q', 0]
    ],
    // The failing test alone is run again.
    [
      ['pytest', 1, PYTEST_RED],
      ['pytest tests/test_cart.py', 0, '5 passed in 0.1s']
    ],
    [
      ['pytest', 1, PYTEST_RED],
      ['pytest -v', undefined, 'tests/test_cart.py::test_add PASSED\n1 passed in 0.1s']
    ],
    [
      ['go test ./cart', 1],
      ['go test ./...', 0]
    ],
    [
      ['cargo test adds', 101],
      ['cargo test', 0]
    ],
    [
      ['npm run test:unit', 1],
      ['npm test', 0]
    ],
    [
      ['python -m unittest test_cart', 1],
      ['pytest', 0]
    ],
    [
      ['make test', 2],
      ['pytest', 0]
    ],
    // Told by name: the report of one file has the test that had failed.
    [RED, ['npx mocha test/cart.test.js', 0, MOCHA_GREEN]],
    [
      ['./run_tests.sh', 1],
      ['./run_tests.sh', 0]
    ]
  ]
  for (const [red, green] of rows) {
    t.equal(outcomeOf([EDIT, red, EDIT, green]), 'ok verification', `${red[0]} → ${green[0]}`)
    t.equal(outcomeOf([EDIT, red, green]), 'ok verification', `flaky: ${red[0]} → ${green[0]}`)
  }
})

t.test('a pass of something narrower or elsewhere takes nothing back', async (t) => {
  const rows: readonly (readonly [red: Ran, pass: Ran])[] = [
    [
      ['pytest', 1],
      ['pytest tests/test_tax.py', 0]
    ],
    [
      ['pytest', 1, PYTEST_RED],
      ['pytest tests/test_tax.py', 0]
    ],
    [
      ['pytest tests/test_cart.py', 1],
      ['pytest tests/test_cart.py -k empty', 0]
    ],
    [
      ['npm test', 1],
      ['npm run test:unit', 0]
    ],
    [
      ['cd api && npm test', 1],
      ['cd web && npm test', 0]
    ],
    [
      ['go test ./...', 1],
      ['go test ./tax', 0]
    ]
  ]
  for (const [red, pass] of rows) {
    t.equal(outcomeOf([EDIT, red, pass]), 'error verification', `${red[0]} → ${pass[0]}`)
    t.equal(outcomeOf([EDIT, red, EDIT, pass]), 'unknown none', `${red[0]} → ${pass[0]}`)
  }
})

t.test('a change alone repairs nothing, and nobody knows that it did not', async (t) => {
  t.equal(outcomeOf([EDIT, RED]), 'error verification')
  t.equal(outcomeOf([EDIT, RED, EDIT]), 'unknown none')
  t.equal(outcomeOf([EDIT, GREEN, EDIT]), 'unknown none')
})

t.test('a run without tests is neither a pass nor a failure', async (t) => {
  const green: Ran = ['pytest', 0, '2 passed in 0.1s']
  const nothing: readonly Ran[] = [
    ['pytest tests/none', 5, 'no tests ran in 0.01s'],
    [
      'pytest tests/none',
      4,
      'ERROR: file or directory not found: tests/none\n\nno tests ran in 0.01s'
    ],
    ['pytest -q -k none', 5, ''],
    ['npm test', 0, '\n  0 passing (1ms)\n'],
    ['npx jest cart', 1, 'No tests found, exiting with code 1'],
    ['pytest-3', 127, 'bash: pytest-3: command not found'],
    ['python -m pytest', 1, '/usr/bin/python: No module named pytest'],
    ['npm test', 1, 'npm error Missing script: "test"']
  ]
  for (const none of nothing) {
    t.equal(outcomeOf([EDIT, green, none]), 'ok verification', none[0])
    t.equal(outcomeOf([EDIT, RED, none]), 'error verification', none[0])
    t.equal(outcomeOf([EDIT, none]), 'unknown none', none[0])
  }
})

t.test('a failing test that was deleted has not passed', async (t) => {
  const red: Ran = ['npx mocha test/cart.test.js', 1, MOCHA_RED]
  t.equal(outcomeOf([EDIT, red, ['rm test/cart.test.js', 0], GREEN]), 'unknown none')
  t.equal(outcomeOf([EDIT, RED, ['git rm -q test/cart.test.js', 0], GREEN]), 'unknown none')
  t.equal(outcomeOf([EDIT, RED, ['rm -rf node_modules/.cache', 0], GREEN]), 'ok verification')
  const empty: Ran = ['npm test', 0, '\n  0 passing (1ms)\n']
  t.equal(outcomeOf([EDIT, RED, ['rm test/cart.test.js', 0], empty]), 'unknown none')
})

t.test('an error the agent recovered from does not make the run fail', async (t) => {
  const recovered: readonly (readonly Ran[])[] = [
    [['npm test', 1, MOCHA_RED], EDIT, GREEN],
    [['npx tsc --noEmit', 2], EDIT, GREEN],
    [['npm run build', 1], EDIT, GREEN],
    [['curl -sf localhost:3000', 7], EDIT, ['curl -sf localhost:3000', 0, 'hello']],
    [
      ['pytest', 127, 'bash: pytest: command not found'],
      ['python -m unittest', 0, 'Ran 3 tests in 0.1s\n\nOK']
    ],
    // A script that shows the defect, thrown away once the work was changed.
    [
      ['python test_defect.py', 1],
      EDIT,
      ['rm test_defect.py', 0],
      ['pytest tests/test_cart.py', 0]
    ],
    [['cat missing.txt', 1], GREEN]
  ]
  for (const lines of recovered) {
    t.equal(outcomeOf(lines), 'ok verification', lines.map(([line]) => line).join(' → '))
  }
})

t.test('a program named as a check that failed is not taken back by a linter', async (t) => {
  t.equal(outcomeOf([EDIT, ['node test.js', 1], ['npx eslint .', 0]]), 'error verification')
  t.equal(outcomeOf([EDIT, ['node test.js', 1], EDIT, ['npx eslint .', 0]]), 'unknown none')
})

t.test('what comes last and cannot be read leaves the word to what can', async (t) => {
  const hidden: Ran = ['npm run lint | head -3', 0, '> lint']
  t.equal(outcomeOf([EDIT, GREEN, hidden]), 'ok verification')
  t.equal(outcomeOf([EDIT, RED, hidden]), 'error verification')
  t.equal(outcomeOf([EDIT, hidden]), 'unknown none')
})

t.test(
  'a failing test that was run again unreadably, or partly left out, is in doubt',
  async (t) => {
    const again: readonly (readonly [red: Ran, again: Ran])[] = [
      [RED, ['npm test | tail -5', 0, 'words']],
      [
        ['python test_cart.py', 1],
        ['python test_cart.py', undefined, 'words']
      ],
      [
        ['pytest', 1, PYTEST_RED],
        ['pytest --ignore tests/test_cart.py', 0, '3 passed in 0.1s']
      ],
      [
        ['pytest tests -k "not slow"', 2],
        ['pytest tests -k "not slow and not add"', 0]
      ]
    ]
    for (const [red, line] of again) {
      t.equal(outcomeOf([EDIT, red, line]), 'unknown none', `${red[0]} → ${line[0]}`)
      t.equal(outcomeOf([EDIT, red, line, red]), 'error verification', `${red[0]} again`)
    }
  }
)

t.test('a request that failed and was made again unreadably is no failure', async (t) => {
  const refused: Ran = ['curl -I localhost:8080', 7, 'curl: (7) Failed to connect']
  t.equal(outcomeOf([EDIT, refused]), 'error verification')
  t.equal(
    outcomeOf([EDIT, refused, ['curl -s localhost:8080 | head -1', 0, 'words']]),
    'unknown none'
  )
})

t.test('an exit code that is another program’s is no verdict', async (t) => {
  for (const line of [
    'npm test | tail -5',
    'npm test 2>&1 | tee log',
    'npm test; echo done',
    'npm test || true',
    'npm test & sleep 1'
  ]) {
    t.equal(outcomeOf([EDIT, [line, 0, 'some words']]), 'unknown none', line)
    t.equal(outcomeOf([EDIT, [line, 0, '  1 failing']]), 'error verification', line)
    t.equal(outcomeOf([EDIT, [line, 0, MOCHA_GREEN]]), 'ok verification', line)
  }
})

t.test(
  'in no run does a check of another kind, readable or not, take a failing test back',
  async (t) => {
    const lines: readonly Ran[] = [
      EDIT,
      RED,
      GREEN,
      ['pytest', 1, PYTEST_RED],
      ['pytest tests/test_cart.py', 0, '5 passed in 0.1s'],
      ['pytest tests/none', 5, 'no tests ran in 0.01s'],
      ['npm test | tail -5', 0, 'words'],
      ['npm test | tail -5', 0, '  1 failing'],
      ['node test.js', 1],
      ['rm test/cart.test.js', 0],
      ['ls', 0]
    ]
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...lines), { maxLength: 12 }), (run) => {
        const isRed = outcomeOf(run) === 'error verification'
        for (const other of [
          ['npx eslint .', 0],
          ['npx tsc | head', 0, 'words']
        ] as const) {
          if (isRed && outcomeOf([...run, other]) !== 'error verification') return false
        }
        return outcomeOf([...run, RED]) === 'error verification'
      }),
      { numRuns: 300 }
    )
    t.pass('300 runs')
  }
)

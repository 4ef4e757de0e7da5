// Which check a line runs, and whose exit code the line's is.

import t from 'tap'
import { classifyStep, readCheckRuns } from '../../collector/effects/index.ts'
import type { CheckRun } from '../../collector/effects/index.ts'
import { aStep } from '../support/builders.ts'

interface Printed {
  readonly code?: number
  readonly output?: string
}

function runsOf(command: string, { code, output = '' }: Printed = {}): readonly CheckRun[] {
  const step = aStep({
    tool: 'bash',
    action: command,
    arguments: JSON.stringify({ command }),
    observation: output,
    exitCode: code,
    outcome: code === undefined || code === 0 ? 'ok' : 'error'
  })
  return readCheckRuns({ ...step, effects: classifyStep(step) }).runs
}

/** `kind runner(directory) selection [filter]`, a run. */
function checkOf(command: string): string {
  return runsOf(command)
    .map(({ kind, runner, directory, selection, filter }) =>
      `${kind} ${runner} ${directory} <${selection.join(' ')}> [${filter}]`.replace(/ {2,}/g, ' ')
    )
    .join('; ')
}

function endingOf(command: string, printed: Printed = {}): string {
  return runsOf(command, printed)
    .map(({ ending }) => ending)
    .join(' ')
}

t.test('a check is its runner and what it was narrowed to', async (t) => {
  const rows: readonly (readonly [line: string, check: string])[] = [
    ['pytest', 'tests pytest <> []'],
    ['python -m pytest -q tests/', 'tests pytest <> []'],
    [
      'cd api && uv run pytest ./tests/test_a.py::test_b -k "x or y"',
      'tests pytest api <api/tests/test_a.py::test_b> [-k x or y]'
    ],
    ['pytest --lf -x', 'tests pytest <> [--lf]'],
    ['npx mocha --grep adds test/cart.test.js', 'tests mocha <test/cart.test.js> [--grep adds]'],
    ['npm test', 'tests npm <> []'],
    ['npm run test:unit', 'tests npm <test:unit> []'],
    ['yarn jest cart', 'tests jest <cart> []'],
    ['pnpm exec vitest run', 'tests vitest <> []'],
    ['node --test test/a.test.js', 'tests node --test <test/a.test.js> []'],
    ['go test ./...', 'tests go <> []'],
    ['go test -run TestAdd ./cart/...', 'tests go <cart> [-run TestAdd]'],
    ['cargo test adds -- --nocapture', 'tests cargo <> [adds]'],
    ['mvn -q clean test -Dtest=CartTest', 'tests mvn <> [-Dtest CartTest]'],
    ['make -j 4 test', 'tests make <> []'],
    ['pnpm --filter api test', 'tests pnpm <> [--filter api]'],
    ['npm test -- cart.test.js', 'tests npm <cart.test.js> []'],
    ['coverage run -m pytest tests/test_a.py', 'tests pytest <tests/test_a.py> []'],
    ['node --check test.js', 'other node <> [--check test.js]'],
    ['bash -n test.sh', 'other bash <> [-n test.sh]'],
    ['mvn package -DskipTests', 'other mvn <> [package -DskipTests]'],
    ['make -C src check', 'tests make <> []'],
    ['python manage.py test shop', 'tests manage.py <shop> []'],
    ['cd /app && ./run_tests.sh fast', 'script /app/run_tests.sh /app <> [fast]'],
    ['./check.sh -e prod', 'script check.sh <> [-e prod]'],
    ['python3 test_cart.py', 'script test_cart.py <> []'],
    ['npm run lint', 'other npm <> [run lint]'],
    ['npx tsc --noEmit', 'other npx <> [tsc --noEmit]'],
    ['cargo build', 'other cargo <> [build]'],
    ['npm test && npx eslint .', 'tests npm <> []; other npx <> [eslint .]']
  ]
  for (const [line, check] of rows) t.equal(checkOf(line), check, line)
})

t.test('the exit code of a line is not that of a check before the end of it', async (t) => {
  const own = [
    'npm test',
    'cd a && npm test',
    'npm test && echo done',
    'set -e; npm test; echo done'
  ]
  own.push('set -o pipefail; npm test | tail', 'set -euo pipefail; npm test | tail; echo done')
  own.push('npm test; rc=$?; echo done; exit $rc', 'npm test | tail; exit ${PIPESTATUS[0]}')
  own.push('npm test || exit 1', 'timeout 60 npm test', 'echo x | npm test', 'npm test > log')
  for (const line of own) t.equal(endingOf(line, { code: 0 }), 'ok', line)
  for (const line of own) t.equal(endingOf(line, { code: 1 }), 'error', line)
  const foreign = [
    'npm test | tail -5',
    'npm test 2>&1 | tee log',
    'npm test | head -20',
    'npm test; echo done'
  ]
  foreign.push(
    'npm test || true',
    '(npm test; echo done) | tail',
    'npm test & wait',
    'if npm test; then ls; fi'
  )
  for (const line of foreign) t.equal(endingOf(line, { code: 0 }), 'unknown', line)
})

t.test('a code that the line prints is the check’s own', async (t) => {
  const rows: readonly (readonly [line: string, output: string, ending: string])[] = [
    ['npm test; echo EXIT $?', '1 thing\nEXIT 1\n', 'error'],
    ['npm test; echo EXIT $?', '1 thing\nEXIT 0\n', 'ok'],
    ['npm test; echo "exit code: $?"', 'exit code: 2', 'error'],
    ['npm test; echo $?', 'words\n0\n', 'ok'],
    ['npm test; echo $?', 'words\n1', 'error'],
    ['npm test | tail -3; echo "EXIT=${PIPESTATUS[0]}"', 'EXIT=1', 'error'],
    ['npm test | tail -3; echo EXIT=$?', 'EXIT=0', 'unknown'],
    ["npm test; printf 'rc=%s\\n' $?", 'rc=1', 'error'],
    ['npm test; rc=$?; sleep 1; echo "rc is $rc"', 'rc is 0', 'ok'],
    ['npm test; ls; echo EXIT $?', 'EXIT 0', 'unknown'],
    ['npm test; echo EXIT $?', 'cut off', 'unknown']
  ]
  for (const [line, output, ending] of rows) {
    t.equal(endingOf(line, { code: 0, output }), ending, `${line}: ${output}`)
  }
})

t.test('what a runner printed counts for more than any exit code', async (t) => {
  t.equal(endingOf('pytest | tail -1', { code: 0, output: '1 failed, 2 passed in 0.1s' }), 'error')
  t.equal(endingOf('pytest | tail -1', { code: 0, output: '3 passed in 0.1s' }), 'ok')
  const named = 'test_a.py::test_x PASSED [ 33%]\ntest_a.py::test_y PASSED [ 66%]\n'
  t.equal(endingOf('pytest -v | head -2', { code: 0, output: named }), 'unknown')
  t.equal(endingOf('pytest -v', { code: 0, output: named }), 'ok')
  t.equal(
    endingOf('python test_a.py | tail', {
      code: 0,
      output: 'Traceback (most recent call last):\nValueError: x'
    }),
    'error'
  )
  // The report is that of the tests; the line failed for another reason.
  t.equal(endingOf('npm test; npx eslint .', { code: 1, output: '  3 passing (9ms)' }), 'ok error')
})

t.test('a tool of its own is a check of its own', async (t) => {
  const step = aStep({
    tool: 'run_tests',
    arguments: '{"path":"a"}',
    observation: '2 passed in 0.1s'
  })
  const { runs, checks } = readCheckRuns({ ...step, effects: classifyStep(step) })
  t.match(runs, [{ kind: 'tests', runner: 'run_tests', filter: '{"path":"a"}', ending: 'ok' }])
  t.same(checks, [])
})

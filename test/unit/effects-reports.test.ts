// Test reports of each runner, written here as the runners write them.

import t from 'tap'
import { readTestReport } from '../../collector/effects/index.ts'
import type { TestReport } from '../../collector/effects/index.ts'
import { CHECKS_PER_RUN_MAX } from '../../collector/model/index.ts'

/** `name: status` and, behind a dash, the message. */
function linesOf(report: TestReport | undefined): readonly string[] {
  return (report?.checks ?? []).map(({ name, status, message }) =>
    message === '' ? `${name}: ${status}` : `${name}: ${status} - ${message}`
  )
}

function totalsOf(report: TestReport | undefined): readonly unknown[] {
  return [report?.passed, report?.failed]
}

const PYTEST = `============================= test session starts ==============================
platform linux -- Python 3.12.1, pytest-8.3.2
collected 4 items

tests/test_cart.py .F.E                                                  [100%]

==================================== ERRORS ====================================
___________________________ ERROR at setup of test_db __________________________
E       ConnectionError: no database
=================================== FAILURES ===================================
_________________________________ test_total ___________________________________

    def test_total():
>       assert total([1, 2]) == 4
E       assert 3 == 4
E        +  where 3 = total([1, 2])

tests/test_cart.py:7: AssertionError
=========================== short test summary info ============================
PASSED tests/test_cart.py::test_empty
PASSED tests/test_cart.py::TestTax::test_rate[0.2 - low]
FAILED tests/test_cart.py::test_total - assert 3 == 4
ERROR tests/test_cart.py::test_db - ConnectionError: no database
==================== 1 failed, 2 passed, 1 error in 0.12s =====================`

t.test('pytest: summary, assertion lines, totals', async (t) => {
  const report = readTestReport(PYTEST)
  t.same(linesOf(report), [
    'tests/test_cart.py::test_empty: passed',
    'tests/test_cart.py::TestTax::test_rate[0.2 - low]: passed',
    'tests/test_cart.py::test_total: failed - assert 3 == 4\n+  where 3 = total([1, 2])',
    'tests/test_cart.py::test_db: error - ConnectionError: no database'
  ])
  t.same(totalsOf(report), [2, 2])
})

t.test('pytest: verbose, parallel, quiet', async (t) => {
  const verbose = readTestReport(
    'a.py::test_x PASSED   [ 50%]\na.py::test_y[1] SKIPPED (why) [100%]\n== 1 passed, 1 skipped in 0.01s =='
  )
  t.same(linesOf(verbose), ['a.py::test_x: passed', 'a.py::test_y[1]: skipped'])
  const parallel = readTestReport(
    '[gw0] [ 50%] PASSED a.py::test_x\n[gw1] [100%] FAILED a.py::test_y\n'
  )
  t.same(linesOf(parallel), ['a.py::test_x: passed', 'a.py::test_y: failed'])
  t.same(totalsOf(readTestReport('...F\n1 failed, 3 passed, 2 warnings in 1.20s')), [3, 1])
  t.same(totalsOf(readTestReport('no tests ran in 0.01s')), [0, 0])
  const collecting = readTestReport('ERROR tests/test_a.py - ImportError: x\n1 error in 0.10s')
  t.same(linesOf(collecting), ['tests/test_a.py: error - ImportError: x'])
})

t.test('pytest in a terminal that breaks its lines', async (t) => {
  const width = 80
  const summary =
    'FAILED tests/test_outputs.py::test_the_answer_is_right - AssertionError: expected the answer to be 42'
  const ruler = ' short test summary info '.padStart(52, '=').padEnd(width, '=')
  const wrapped = [
    ruler,
    summary.slice(0, width),
    summary.slice(width),
    ' 1 failed in 0.05s '.padStart(49, '=').padEnd(width, '='),
    'root@host:/app# '
  ].join('\r\n')
  t.same(linesOf(readTestReport(wrapped)), [
    'tests/test_outputs.py::test_the_answer_is_right: failed - AssertionError: expected the answer to be 42'
  ])
})

t.test('unittest', async (t) => {
  const report = readTestReport(`test_add (test_calc.Calc.test_add) ... ok
test_div (test_calc.Calc.test_div) ... FAIL
test_mod (test_calc.Calc.test_mod) ... ERROR
test_pow (test_calc.Calc.test_pow) ... skipped 'slow'

======================================================================
ERROR: test_mod (test_calc.Calc.test_mod)
----------------------------------------------------------------------
Traceback (most recent call last):
  File "test_calc.py", line 9, in test_mod
ZeroDivisionError: integer modulo by zero

======================================================================
FAIL: test_div (test_calc.Calc.test_div)
----------------------------------------------------------------------
Traceback (most recent call last):
  File "test_calc.py", line 6, in test_div
AssertionError: 2.5 != 2

----------------------------------------------------------------------
Ran 4 tests in 0.001s

FAILED (failures=1, errors=1, skipped=1)`)
  t.same(linesOf(report), [
    'test_add (test_calc.Calc.test_add): passed',
    'test_div (test_calc.Calc.test_div): failed - AssertionError: 2.5 != 2',
    'test_mod (test_calc.Calc.test_mod): failed - ZeroDivisionError: integer modulo by zero',
    'test_pow (test_calc.Calc.test_pow): skipped'
  ])
  t.same(totalsOf(report), [1, 2])
  t.same(totalsOf(readTestReport('....\n-----\nRan 4 tests in 0.1s\n\nOK')), [4, 0])
})

t.test('Jest', async (t) => {
  const report = readTestReport(`FAIL src/cart.test.ts
  cart
    ✓ is empty at first (3 ms)
    ✕ sums its items (5 ms)
    ○ skipped applies a voucher

  ● cart › sums its items

    expect(received).toBe(expected)

    Expected: 4
    Received: 3

      5 |   it('sums its items', () => {
      at Object.<anonymous> (src/cart.test.ts:7:18)

Tests:       1 failed, 1 skipped, 1 passed, 3 total
Time:        0.5 s`)
  t.same(linesOf(report), [
    'is empty at first: passed',
    'sums its items: failed - expect(received).toBe(expected)\nExpected: 4\nReceived: 3',
    'skipped applies a voucher: skipped'
  ])
  t.same(totalsOf(report), [1, 1])
})

t.test('Vitest', async (t) => {
  const report = readTestReport(` ❯ src/cart.test.ts (2 tests | 1 failed) 12ms
   ✓ cart > is empty at first 2ms
   × cart > sums its items 5ms

 FAIL  src/cart.test.ts > cart > sums its items
AssertionError: expected 3 to be 4
 ❯ src/cart.test.ts:7:18

 Test Files  1 failed (1)
      Tests  1 failed | 1 passed (2)`)
  t.same(totalsOf(report), [1, 1])
  t.match(linesOf(report), [/is empty at first: passed/, /sums its items: failed/])
  t.match(linesOf(report).join('\n'), /AssertionError: expected 3 to be 4/)
})

t.test('TAP with nested points: the leaves are the checks', async (t) => {
  const report = readTestReport(`TAP version 14
# Subtest: test/cart.test.ts
    # Subtest: sums
        ok 1 - whole numbers
        not ok 2 - fractions
          ---
          message: expected 0.3, got 0.30000000000000004
          ...
        1..2
    not ok 1 - sums # time=3ms
    ok 2 - tax # SKIP not yet
    1..2
not ok 1 - test/cart.test.ts # time=12ms
1..1
# { total: 3, pass: 1, fail: 1 }`)
  t.same(linesOf(report), [
    'whole numbers: passed',
    'fractions: failed - expected 0.3, got 0.30000000000000004',
    'tax: skipped'
  ])
  t.same(totalsOf(report), [1, 1])
  t.same(
    linesOf(readTestReport('1..2\nok 1 adds\nnot ok 2 subtracts')),
    ['adds: passed', 'subtracts: failed'],
    'bats'
  )
})

t.test('TAP with its messages in blocks, as node 20 prints them', async (t) => {
  const report = readTestReport(`TAP version 13
# Subtest: sums
not ok 1 - sums
  ---
  duration_ms: 1.5
  failureType: 'testCodeFailure'
  error: |-
    Expected values to be strictly equal:
    
    3 !== 4
    
  code: 'ERR_ASSERTION'
  ...
# Subtest: tells of a check in its message
not ok 2 - tells of a check in its message
  ---
  error: >
    not ok 9 - is what it printed
  expected: |
    error: nothing
  ...
not ok 3 - later # TODO
  ---
  error: |
    ok 4 - no check
  ...
not ok 5 - broken off
  ---
  message: |`)
  t.same(linesOf(report), [
    'sums: failed - Expected values to be strictly equal:\n3 !== 4',
    'tells of a check in its message: failed - not ok 9 - is what it printed',
    'later: skipped',
    'broken off: failed'
  ])
  const long = ['TAP version 13', 'not ok 1 - a', '  error: |-', ...Array(50).fill('    word')]
  t.equal(readTestReport(long.join('\n'))?.checks[0]?.message.split('\n').length, 8)
})

t.test('node --test, both reporters', async (t) => {
  const spec = readTestReport(`▶ cart
  ✔ is empty (0.5ms)
  ✖ sums (1.2ms)
▶ cart (2.1ms)
﹣ later (0.1ms) # SKIP
ℹ tests 3
ℹ pass 1
ℹ fail 1

✖ failing tests:

test at test/cart.test.js:5:1
✖ sums (1.2ms)
  AssertionError [ERR_ASSERTION]: 3 !== 4`)
  t.same(linesOf(spec), [
    'is empty: passed',
    'sums: failed - AssertionError [ERR_ASSERTION]: 3 !== 4',
    'later: skipped'
  ])
  t.same(totalsOf(spec), [1, 1])
  const tap = readTestReport(
    "TAP version 13\nok 1 - a\nnot ok 2 - b\n  ---\n  error: 'no'\n  ...\n1..2\n# tests 2\n# pass 1\n# fail 1"
  )
  t.same(linesOf(tap), ['a: passed', 'b: failed - no'])
  t.same(totalsOf(tap), [1, 1])
})

t.test('Mocha', async (t) => {
  const report = readTestReport(`  cart
    ✔ is empty
    1) sums
    - applies a voucher


  1 passing (12ms)
  1 pending
  1 failing

  1) cart
       sums:
     AssertionError: expected 3 to equal 4
      at Context.<anonymous> (test/cart.js:6:14)`)
  t.same(linesOf(report), [
    'is empty: passed',
    'sums: failed - AssertionError: expected 3 to equal 4',
    'applies a voucher: skipped'
  ])
  t.same(totalsOf(report), [1, 1])
})

t.test('go test, quiet and verbose', async (t) => {
  const quiet = readTestReport(`--- FAIL: TestSum (0.00s)
    cart_test.go:9: got 3, want 4
FAIL
FAIL\texample.org/cart\t0.004s
ok  \texample.org/tax\t0.002s`)
  t.same(linesOf(quiet), ['TestSum: failed - got 3, want 4', 'example.org/tax: passed'])
  const verbose = readTestReport(`=== RUN   TestSum
    cart_test.go:9: got 3, want 4
--- FAIL: TestSum (0.00s)
=== RUN   TestTax
--- PASS: TestTax (0.00s)
    --- SKIP: TestTax/abroad (0.00s)`)
  t.same(linesOf(verbose), [
    'TestSum: failed - got 3, want 4',
    'TestTax: passed',
    'TestTax/abroad: skipped'
  ])
  t.match(linesOf(readTestReport('FAIL\texample.org/cart [build failed]')), [
    /example.org\/cart: error/
  ])
})

t.test('cargo test sums its binaries', async (t) => {
  const report = readTestReport(`running 2 tests
test cart::sums ... FAILED
test cart::is_empty ... ok

failures:

---- cart::sums stdout ----

thread 'cart::sums' panicked at src/lib.rs:9:5:
assertion \`left == right\` failed

test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out

running 1 test
test slow ... ignored
test result: ok. 0 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out`)
  t.same(linesOf(report), [
    'cart::sums: failed - assertion `left == right` failed',
    'cart::is_empty: passed',
    'slow: skipped'
  ])
  t.same(totalsOf(report), [1, 1])
})

t.test('GoogleTest, CTest, Maven, Gradle', async (t) => {
  t.same(
    linesOf(
      readTestReport(
        '[ RUN      ] Cart.Sums\n[       OK ] Cart.Sums (0 ms)\n[  FAILED  ] Cart.Tax (1 ms)'
      )
    ),
    ['Cart.Sums: passed', 'Cart.Tax: failed']
  )
  const ctest = readTestReport(
    '1/2 Test #1: sums .......   Passed    0.01 sec\n2/2 Test #2: tax ........***Failed    0.02 sec\n50% tests passed, 1 tests failed out of 2'
  )
  t.same(linesOf(ctest), ['sums: passed', 'tax: failed'])
  t.same(totalsOf(ctest), [1, 1])
  const maven = readTestReport(
    '[ERROR]   CartTest.sums:12 expected: <4> but was: <3>\n[ERROR] Tests run: 3, Failures: 1, Errors: 0, Skipped: 1'
  )
  t.same(linesOf(maven), ['CartTest.sums: failed - expected: <4> but was: <3>'])
  t.same(totalsOf(maven), [1, 1])
  t.same(
    linesOf(
      readTestReport(
        'CartTest > sums() FAILED\nCartTest > empty() PASSED\n2 tests completed, 1 failed'
      )
    ),
    ['CartTest > sums(): failed', 'CartTest > empty(): passed']
  )
})

t.test('outputs that only total', async (t) => {
  const rows: readonly (readonly [
    output: string,
    passed: number | undefined,
    failed: number | undefined
  ])[] = [
    ['12 passed, 3 failed', 12, 3],
    ['Summary: 2 tests failed, 8 passed', 8, 2],
    ['Passed: 4, Failed: 1', 4, 1],
    ['3/5 tests passed', 3, 2],
    ['Tests passed: 7/7', 7, 0],
    ['5 examples, 1 failure', 4, 1],
    ['OK (3 tests, 9 assertions)', 3, 0],
    ['✓ All tests passed!', undefined, 0],
    ['1 passed, 1 failed\n5 passed, 0 failed', 5, 0]
  ]
  for (const [output, passed, failed] of rows) {
    t.same(totalsOf(readTestReport(output)), [passed, failed], output)
  }
})

t.test('an output of no test run is no report', async (t) => {
  for (const output of [
    '',
    '\n',
    'hello',
    '[  OK  ] Started nginx.service',
    'ls: cannot access x',
    'ok',
    'the tests passed through my mind',
    '{"a":1}'
  ]) {
    t.equal(readTestReport(output), undefined, output)
  }
})

t.test('colours are not part of a name', async (t) => {
  const esc = String.fromCharCode(27)
  const report = readTestReport(
    `${esc}[32mPASSED${esc}[0m a.py::${esc}[1mtest_x${esc}[0m\n${esc}[32m1 passed${esc}[0m in 0.01s`
  )
  t.same(linesOf(report), ['a.py::test_x: passed'])
})

t.test('a report is bounded in checks and messages', async (t) => {
  const many = Array.from(
    { length: CHECKS_PER_RUN_MAX + 50 },
    (_, index) => `ok ${index + 1} - n${index}`
  )
  t.equal(readTestReport(['TAP version 14', ...many].join('\n'))?.checks.length, CHECKS_PER_RUN_MAX)
  const long = readTestReport(`FAILED a.py::test_x - ${'y'.repeat(1_400)}\n1 failed in 0.1s`)
  t.equal(long?.checks[0]?.message.length, 1_000)
})

t.test('node --test says what was compared, not only that it was', async (t) => {
  const output = [
    '✖ hours (1.2ms)',
    'ℹ tests 1',
    'ℹ pass 0',
    'ℹ fail 1',
    '',
    '✖ failing tests:',
    '',
    'test at a.test.js:3:1',
    '✖ hours (1.2ms)',
    '  AssertionError [ERR_ASSERTION]: Expected values to be strictly equal:',
    '  ',
    '  5400000 !== 5400',
    '  ',
    '      at TestContext.<anonymous> (file:///a.test.js:3:21) {',
    '    actual: 5400000,',
    '  }'
  ].join('\n')
  t.same(readTestReport(output)?.checks, [
    {
      name: 'hours',
      status: 'failed',
      message:
        'AssertionError [ERR_ASSERTION]: Expected values to be strictly equal: 5400000 !== 5400'
    }
  ])
})

// Reports as `… | tail -3`, `-5` and `-20` leave them: a failing one never loses its failure as long as a word of
// it is there, a passing one never gains one.

import t from 'tap'
import { readTestReport } from '../../collector/effects/index.ts'

interface Cut {
  readonly runner: string
  readonly failing: string
  readonly passing: string
  /** Lines of the end from which on a failure shows; what this runner prints last says nothing. */
  readonly from?: number
}

const CUTS: readonly Cut[] = [
  {
    runner: 'Mocha',
    failing: `
  cart
    ✔ is empty
    ✔ tells of 3 failing payments
    1) adds


  2 passing (9ms)
  1 failing

  1) cart
       adds:

      AssertionError [ERR_ASSERTION]: -1 == 3
      + expected - actual

      -1
      +3

      at Context.<anonymous> (test/cart.test.js:9:12)
      at process.processImmediate (node:internal/timers:483:21)
`,
    passing: `
  cart
    ✔ is empty
    ✔ tells of 3 failing payments

  2 passing (9ms)
`,
    from: 7
  },
  {
    runner: 'Mocha, the totals last',
    failing: '  cart\n    1) adds\n\n  2 passing (9ms)\n  1 pending\n  1 failing\n',
    passing: '  cart\n    ✔ adds\n\n  3 passing (9ms)\n  1 pending\n'
  },
  {
    runner: 'node --test',
    failing: `✔ is empty (0.4ms)
✖ adds (1.1ms)
✔ says why 2 are failing (0.1ms)
ℹ tests 3
ℹ suites 0
ℹ pass 2
ℹ fail 1
ℹ cancelled 0
ℹ skipped 0
ℹ todo 0
ℹ duration_ms 84.1

✖ failing tests:

test at cart.test.mjs:2:1
✖ adds (1.1ms)
  AssertionError [ERR_ASSERTION]: Expected values to be strictly equal:

  -1 !== 3

      at TestContext.<anonymous> (file:///cart.test.mjs:2:35)
      at Test.runInAsyncScope (node:async_hooks:226:14) {
    generatedMessage: true,
    code: 'ERR_ASSERTION',
    actual: -1,
    expected: 3,
    operator: 'strictEqual'
  }
`,
    passing: `✔ is empty (0.4ms)
✔ says why 2 are failing (0.1ms)
ℹ tests 2
ℹ suites 0
ℹ pass 2
ℹ fail 0
ℹ cancelled 0
ℹ skipped 0
ℹ todo 0
ℹ duration_ms 84.1
`
  },
  {
    runner: 'node --test, TAP',
    failing: `TAP version 13
# Subtest: adds
not ok 1 - adds
  ---
  error: '-1 !== 3'
  ...
ok 2 - says why 2 are failing
1..2
# tests 2
# suites 0
# pass 1
# fail 1
# cancelled 0
# skipped 0
# todo 0
# duration_ms 84.1
`,
    passing: `TAP version 13
ok 1 - adds
not ok 2 - is quick # TODO
1..2
# tests 2
# suites 0
# pass 1
# fail 0
# cancelled 0
# skipped 0
# todo 1
# duration_ms 84.1
`,
    from: 5
  },
  {
    runner: 'pytest',
    failing: `..F                                                                      [100%]
=================================== FAILURES ===================================
___________________________________ test_add ___________________________________

    def test_add():
>       assert add(1, 2) == 3
E       assert -1 == 3
E        +  where -1 = add(1, 2)

test_cart.py:4: AssertionError
=========================== short test summary info ============================
FAILED test_cart.py::test_add - assert -1 == 3
1 failed, 2 passed in 0.03s
`,
    passing: `test_cart.py::test_2_failing_payments PASSED                             [100%]
3 passed in 0.03s
`
  },
  {
    runner: 'unittest',
    failing: `.F
======================================================================
FAIL: test_add (test_cart.TestCart.test_add)
----------------------------------------------------------------------
Traceback (most recent call last):
  File "test_cart.py", line 6, in test_add
    self.assertEqual(add(1, 2), 3)
AssertionError: -1 != 3

----------------------------------------------------------------------
Ran 2 tests in 0.001s

FAILED (failures=1)
`,
    passing: `..
----------------------------------------------------------------------
Ran 2 tests in 0.001s

OK
`
  },
  {
    runner: 'Jest',
    failing: `FAIL ./cart.test.js
  ✓ is empty (1 ms)
  ✕ adds (3 ms)

  ● cart › adds

    expect(received).toBe(expected) // Object.is equality

Test Suites: 1 failed, 1 total
Tests:       1 failed, 1 passed, 2 total
Snapshots:   0 total
Time:        0.4 s
Ran all test suites.
`,
    passing: `PASS ./cart.test.js
  ✓ counts 2 failing payments (1 ms)
Test Suites: 1 passed, 1 total
Tests:       1 passed, 1 total
Snapshots:   0 total
Time:        0.4 s
Ran all test suites.
`,
    from: 4
  },
  {
    runner: 'Vitest',
    failing: ` ❯ cart.test.ts (2 tests | 1 failed) 5ms
   × cart > adds 3ms
⎯⎯⎯⎯⎯⎯⎯ Failed Tests 1 ⎯⎯⎯⎯⎯⎯⎯
 FAIL  cart.test.ts > cart > adds
AssertionError: expected -1 to be 3 // Object.is equality
 Test Files  1 failed (1)
      Tests  1 failed | 1 passed (2)
   Start at  10:00:00
   Duration  200ms
`,
    passing: ` ✓ cart.test.ts (2 tests) 5ms
 Test Files  1 passed (1)
      Tests  2 passed (2)
   Start at  10:00:00
   Duration  200ms
`
  },
  {
    runner: 'go test',
    failing: `--- FAIL: TestAdd (0.00s)
    cart_test.go:9: got -1, want 3
FAIL
FAIL\texample.org/cart\t0.004s
FAIL
`,
    passing: 'ok  \texample.org/cart\t0.004s\n?   \texample.org/fail\t[no test files]\n'
  },
  {
    runner: 'cargo test',
    failing: `running 2 tests
test tests::empty ... ok
test tests::adds ... FAILED

failures:

---- tests::adds stdout ----
thread 'tests::adds' panicked at src/lib.rs:9:5:
assertion \`left == right\` failed

failures:
    tests::adds

test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s

error: test failed, to rerun pass \`--lib\`
`,
    passing: `running 1 test
test tests::counts_failed ... ok

test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s

`
  },
  {
    runner: 'GoogleTest',
    failing: `[       OK ] Cart.Empty (0 ms)
[  FAILED  ] Cart.Adds (0 ms)
[==========] 2 tests from 1 test suite ran. (0 ms total)
[  PASSED  ] 1 test.
[  FAILED  ] 1 test, listed below:
[  FAILED  ] Cart.Adds

 1 FAILED TEST
`,
    passing: `[       OK ] Cart.Empty (0 ms)
[==========] 1 test from 1 test suite ran. (0 ms total)
[  PASSED  ] 1 test.
`
  },
  {
    runner: 'CTest',
    failing: `1/2 Test #1: empty ......   Passed    0.01 sec
2/2 Test #2: adds .......***Failed    0.01 sec
50% tests passed, 1 tests failed out of 2
Total Test time (real) =   0.02 sec
The following tests FAILED:
\t  2 - adds (Failed)
Errors while running CTest
`,
    passing: '100% tests passed, 0 tests failed out of 2\n\nTotal Test time (real) =   0.02 sec\n'
  },
  {
    runner: 'Maven',
    failing: `[ERROR]   CartTest.adds:12 expected: <3> but was: <-1>
[ERROR] Tests run: 2, Failures: 1, Errors: 0, Skipped: 0
[INFO] ------------------------------------------------------------------------
[INFO] BUILD FAILURE
[INFO] ------------------------------------------------------------------------
`,
    passing: '[INFO] Tests run: 2, Failures: 0, Errors: 0, Skipped: 0\n[INFO] BUILD SUCCESS\n'
  },
  {
    runner: 'Gradle',
    failing:
      'CartTest > adds() FAILED\n2 tests completed, 1 failed\n\nBUILD FAILED in 3s\n3 actionable tasks: 3 executed\n',
    passing: 'BUILD SUCCESSFUL in 3s\n3 actionable tasks: 3 executed\n'
  },
  {
    runner: 'RSpec',
    failing: `Finished in 0.01 seconds
2 examples, 1 failure

Failed examples:

rspec ./spec/cart_spec.rb:3 # Cart adds

`,
    passing: 'Finished in 0.01 seconds\n2 examples, 0 failures\n'
  },
  {
    runner: 'PHPUnit',
    failing:
      'There was 1 error:\n\n1) CartTest::testAdds\n\nERRORS!\nTests: 2, Assertions: 1, Errors: 1.\n',
    passing: 'OK (2 tests, 2 assertions)\n'
  },
  {
    runner: 'Bun',
    failing:
      '(fail) adds [0.1ms]\n\n 1 pass\n 1 fail\n 2 expect() calls\nRan 2 tests across 1 file. [9ms]\n',
    passing:
      '(pass) adds [0.1ms]\n\n 2 pass\n 0 fail\n 2 expect() calls\nRan 2 tests across 1 file. [9ms]\n',
    from: 4
  },
  {
    runner: 'Deno',
    failing:
      'adds => ./cart_test.ts:1:6\n\nFAILED | 1 passed | 1 failed (9ms)\n\nerror: Test failed\n',
    passing: 'adds ... ok (1ms)\n\nok | 2 passed | 0 failed (9ms)\n\n'
  },
  {
    runner: 'bats',
    failing: ' ✓ is empty\n ✗ adds\n   (in test file cart.bats, line 4)\n\n2 tests, 1 failure\n\n',
    passing: ' ✓ is empty\n\n1 test, 0 failures\n\n'
  },
  {
    runner: 'npm',
    failing: 'npm error code ELIFECYCLE\nnpm error Test failed.  See above for more details.\n',
    passing: '> cart@1.0.0 test\n> node test.js\n'
  },
  {
    runner: 'make',
    failing: 'cart: -1 instead of 3\nmake: *** [Makefile:5: test] Error 1\n',
    passing: './cart-test\ncart: 3\n'
  },
  {
    runner: 'a script with assertions',
    failing: `Traceback (most recent call last):
  File "check.py", line 3, in <module>
    assert add(1, 2) == 3
AssertionError
`,
    passing:
      'no failing checks\n0 failing\nfailed: 0\nFAILED: 0\nAll checks done, FAILED would be said here\n'
  }
]

const LINES = [3, 5, 20] as const

function tailOf(text: string, count: number): string {
  return `${text.trimEnd().split('\n').slice(-count).join('\n')}\n`
}

for (const { runner, failing, passing, from = 0 } of CUTS) {
  t.test(`the end of a failing report of ${runner} is one of a failure`, async (t) => {
    for (const count of LINES.filter((lines) => lines >= from)) {
      const report = readTestReport(tailOf(failing, count))
      t.ok((report?.failed ?? 0) > 0, `${count} lines`)
    }
  })

  t.test(`the end of a passing report of ${runner} is none of a failure`, async (t) => {
    for (const count of LINES) {
      const report = readTestReport(tailOf(passing, count))
      t.equal(report?.failed ?? 0, 0, `${count} lines`)
      t.notOk(report?.checks.some(({ status }) => status === 'failed' || status === 'error'))
    }
  })
}

t.test('the beginning of a report does not total it', async (t) => {
  const head = readTestReport('test_a.py::test_x PASSED [ 33%]\ntest_a.py::test_y PASSED [ 66%]\n')
  t.match(head, { passed: 2, failed: 0, totalled: false })
  t.match(readTestReport('2 passed in 0.03s'), { passed: 2, failed: 0, totalled: true })
  t.match(readTestReport('ok  \texample.org/cart\t0.004s'), { passed: 1, totalled: true })
  t.match(readTestReport('# pass 2\n# fail 0'), { passed: 2, failed: 0, totalled: true })
  t.match(readTestReport('  1 failing'), { failed: 1, passed: undefined, totalled: false })
})

t.test('a file that could not be run has failed, although no test has', async (t) => {
  const jest = 'Test Suites: 1 failed, 1 total\nTests:       0 total\nSnapshots:   0 total\n'
  t.equal(readTestReport(jest)?.failed, 1)
})

t.test('what a failing check is called is read from the part that is left', async (t) => {
  const report = readTestReport('✖ adds (1.1ms)\n  AssertionError [ERR_ASSERTION]: -1 !== 3\n')
  t.match(report?.checks, [{ name: 'adds', status: 'failed' }])
})

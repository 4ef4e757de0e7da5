// How an action ended, read from its observation when the span did not say.

import t from 'tap'
import { classifyStep } from '../../collector/effects/index.ts'
import type { Step } from '../../collector/model/index.ts'
import { aPlainStep } from '../support/builders.ts'

const TRACEBACK =
  'Traceback (most recent call last):\n  File "/app/a.py", line 3, in <module>\n    main()\n' +
  'ValueError: not a number: x'

/** As mini-SWE-agent frames it when the last command of the line ended well. */
const TRACEBACK_AT_EXIT_0 = `<returncode>0</returncode>\n<output>\n${TRACEBACK}\n</output>`

interface Ending {
  readonly exitCode: number | undefined
  readonly error: string | undefined
}

function endOf(command: string, observation: string, overrides: Partial<Step> = {}): Ending {
  const step = aPlainStep({
    tool: 'bash',
    arguments: JSON.stringify({ command }),
    observation,
    ...overrides
  })
  const { exitCode, error } = classifyStep(step)
  return { exitCode, error }
}

/** Error of a call to a tool of some shop, which is no shell. */
function errorOf(observation: string, overrides: Partial<Step> = {}): string | undefined {
  const step = aPlainStep({ tool: 'cancel_order', arguments: '{}', observation, ...overrides })
  return classifyStep(step).error
}

t.test('exit codes stand where each harness writes them', async (t) => {
  const rows: readonly (readonly [observation: string, code: number | undefined])[] = [
    ['<returncode>2</returncode>\n<output>\nno rule\n</output>', 2],
    ['<returncode>-9</returncode>\n<output>\n</output>', -9],
    ['Exit code 127\n/bin/bash: line 1: foo: command not found', 127],
    ['Error: Exit code 1\nboom', 1],
    ['Exit code: 0\nWall time: 0.2 seconds\nOutput:\nfine', 0],
    ['Chunk ID: a1\nWall time: 0.05 seconds\nProcess exited with code 3\nOutput:\n', 3],
    ['{"output":"x","metadata":{"exit_code":1,"duration_seconds":0.1}}', 1],
    ['some output\n[The command completed with exit code 1.]', 1],
    ['x\n[Command finished with exit code 0]', 0],
    ['Stdout: x\nStderr: (empty)\nError: (none)\nExit Code: 5\nSignal: (none)', 5],
    ['x\nCommand exited with code 2', 2],
    ['x\nexit code: 4', 4],
    ['the log says: Process exited with code 1\nand goes on', undefined],
    ['plain output', undefined],
    ['', undefined]
  ]
  for (const [observation, code] of rows) {
    t.equal(endOf('./tool', observation).exitCode, code, observation)
  }
})

t.test('what the span says is not said again', async (t) => {
  t.same(endOf('./tool', '<returncode>2</returncode>', { exitCode: 2 }).exitCode, undefined)
  t.same(endOf('./tool', 'Error: boom', { error: 'boom', outcome: 'error' }).error, undefined)
})

t.test('the line that tells the failure is quoted as it stands', async (t) => {
  const rows: readonly (readonly [
    command: string,
    observation: string,
    error: string | undefined
  ])[] = [
    [
      'foo',
      'Exit code 127\n/bin/bash: line 1: foo: command not found',
      '/bin/bash: line 1: foo: command not found'
    ],
    [
      'python a.py',
      `<returncode>1</returncode>\n<output>\n${TRACEBACK}\n</output>`,
      'ValueError: not a number: x'
    ],
    [
      'gcc a.c',
      'Exit code 1\na.c: In function main:\na.c:3:5: error: expected ;\n1 error generated.',
      'a.c:3:5: error: expected ;'
    ],
    ['npm ci', 'Exit code 1\nnpm error code ENOENT\nnpm error path /x', 'npm error code ENOENT'],
    ['git pull', 'Exit code 128\nfatal: not a git repository', 'fatal: not a git repository'],
    [
      'pytest',
      'Exit code 1\n...F\n=== 1 failed, 3 passed in 0.1s ===',
      '=== 1 failed, 3 passed in 0.1s ==='
    ],
    ['./tool', 'Exit code 9\nsomething odd', 'something odd'],
    ['./tool', 'Exit code 127', 'Exit code 127'],
    ['./tool', '<returncode>0</returncode>\nError: counted but harmless', undefined]
  ]
  for (const [command, observation, error] of rows) {
    t.equal(endOf(command, observation).error, error, observation)
  }
})

t.test('without an exit code only the command itself is believed', async (t) => {
  const rows: readonly (readonly [
    command: string,
    observation: string,
    error: string | undefined
  ])[] = [
    [
      'cat app.log',
      'ERROR: connection refused\nTraceback (most recent call last):\nOSError: x',
      undefined
    ],
    ['grep -n error app.log', '12: error: something', undefined],
    [
      'cat missing',
      'cat: missing: No such file or directory',
      'cat: missing: No such file or directory'
    ],
    [
      'ls /x',
      "ls: cannot access '/x': No such file or directory",
      "ls: cannot access '/x': No such file or directory"
    ],
    ['tool', 'bash: tool: command not found', 'bash: tool: command not found'],
    ['tool', 'zsh: command not found: tool', 'zsh: command not found: tool'],
    ['python a.py', TRACEBACK, 'ValueError: not a number: x'],
    ['cat a.log | tail -3', TRACEBACK, undefined],
    ['python a.py', 'Error: the program prints this and goes on', undefined],
    ['./configure', 'configure: WARNING: unrecognized option', undefined],
    ['ls /x || echo none', "ls: cannot access '/x': No such file or directory\nnone", undefined]
  ]
  for (const [command, observation, error] of rows) {
    t.equal(endOf(command, observation).error, error, `${command}: ${observation}`)
  }
})

t.test('a pipe hides the exit code of all but its last command', async (t) => {
  t.equal(
    endOf('python a.py 2>&1 | tail -5', TRACEBACK_AT_EXIT_0).error,
    'ValueError: not a number: x'
  )
  t.equal(endOf('python a.py', TRACEBACK_AT_EXIT_0).error, undefined, 'it was caught and printed')
})

t.test('an exit code of 1 that answers a question is no error', async (t) => {
  for (const command of ['grep -q x a', 'diff a b', 'test -f a', 'cat a | grep x', 'which foo']) {
    t.same(endOf(command, 'Exit code 1'), { exitCode: 1, error: undefined }, command)
  }
  t.equal(
    endOf('grep x a', 'Exit code 2\ngrep: a: No such file or directory').error,
    'grep: a: No such file or directory'
  )
})

t.test('other tools fail by their first words', async (t) => {
  t.equal(errorOf('Error: order not found'), 'Error: order not found')
  t.equal(errorOf('{"error": "no such order", "code": 404}'), 'no such order')
  t.equal(errorOf('Failed to fetch: 500'), 'Failed to fetch: 500')
  t.equal(errorOf(TRACEBACK), 'ValueError: not a number: x')
  t.equal(
    errorOf('<tool_use_error>Error: No such tool available: Blob</tool_use_error>'),
    'No such tool available: Blob'
  )
  t.equal(errorOf('denied by the user', { outcome: 'error' }), 'denied by the user')
  t.equal(errorOf('{"status": "cancelled"}'), undefined)
  t.equal(errorOf('Errors found so far: none'), undefined)
  t.equal(errorOf(''), undefined)
  t.equal(errorOf('', { outcome: 'error' }), undefined)
})

t.test('a file that speaks of errors was still read', async (t) => {
  const step = aPlainStep({
    tool: 'read_file',
    arguments: '{"path":"app.log"}',
    observation: 'Error: connection refused'
  })
  t.equal(classifyStep(step).error, undefined)
})

t.test('what is quoted is one short line', async (t) => {
  const { error } = endOf('./tool', `Exit code 1\nfatal: ${'x'.repeat(5_000)}\nmore`)
  t.equal(error?.length, 240)
  t.notMatch(error, /\n/)
})

t.test(
  'of a TAP report the message in its block is quoted, else the check, never a total',
  async (t) => {
    const report = (diagnosis: string) =>
      endOf(
        'node --test',
        `TAP version 13\nok 1 - a\nnot ok 2 - later # TODO\nnot ok 3 - hours\n  ---\n${diagnosis}  ...\n# fail 1\n# duration_ms 228.75`,
        { exitCode: 1 }
      ).error
    const equal = 'Expected values to be strictly equal:'
    t.equal(report(`  error: |-\n    ${equal}\n    \n    54 !== 5400\n    \n`), '54 !== 5400')
    t.equal(report(`  error: |-\n    ${equal}\n    + actual - expected\n`), equal)
    t.equal(report('  error: |-\n    no hours at all\n'), 'no hours at all')
    t.equal(report('  duration_ms: 3\n'), 'not ok 3 - hours')
  }
)

t.test("an assertion of Node's own test runner is quoted by what it compared", async (t) => {
  const raised = '✖ hours (1ms)\n  AssertionError [ERR_ASSERTION]: Expected values to be equal:\n\n'
  const stack = "\n\n      at a.test.js:3:21 {\n    code: 'ERR_ASSERTION'\n  }"
  const errorBelow = (below: string) =>
    endOf('node --test', `${raised}  ${below}${stack}`, { exitCode: 1 }).error
  t.equal(errorBelow('5400000 !== 5400'), '5400000 !== 5400')
  t.match(errorBelow('+ actual - expected'), /^AssertionError/)
})

// Totality and bounds, on generated garbage and on inputs made to be slow: every piece of shell and of
// test output that nests or repeats, over and over, up to a mebibyte. The parser alone takes from half
// a minute to three minutes on some of these; a missing bound shows as a test that does not end.

import * as fc from 'fast-check'
import t from 'tap'
import {
  classifyStep,
  readCheckRuns,
  readRemovedFiles,
  readShell,
  readTestReport
} from '../../collector/effects/index.ts'
import { SHELL_COMMANDS_MAX } from '../../collector/effects/shell/program.ts'
import {
  CHECKS_PER_RUN_MAX,
  EFFECTS,
  FILES_PER_STEP_MAX,
  QUOTE_CHARS_MAX,
  STAGE_NAMES,
  STEP_KINDS,
  STEP_TEXT_CHARS_MAX
} from '../../collector/model/index.ts'
import type { Step, StepEffects } from '../../collector/model/index.ts'
import { aPlainStep } from '../support/builders.ts'

const TOOLS = [
  'bash',
  'bash_command',
  'python',
  'execute_sql',
  'Edit',
  'str_replace_editor',
  'apply_patch',
  'read_file',
  'move_file',
  'cancel_order',
  undefined
]

/** Pieces of everything the room reads; joined at random they are more often almost right than noise is. */
const PIECES = [
  '(',
  ')',
  '{',
  '}',
  '[[',
  ']]',
  '((',
  '))',
  '`',
  '$(',
  '${',
  '<(',
  '"',
  "'",
  "$'",
  '\\',
  '\n',
  ' ',
  ';',
  '&',
  '&&',
  '||',
  '|',
  '>',
  '>>',
  '2>&1',
  '<',
  '<<E\n',
  "<<'E'\n",
  '\nE\n',
  '<<<',
  '#',
  '=',
  '*',
  '~',
  'if ',
  'then ',
  'fi',
  'for ',
  'do ',
  'done',
  'case ',
  'esac',
  'f() {',
  'coproc ',
  'a',
  'a/b.txt',
  '/dev/null',
  'cd ',
  'cat ',
  'echo ',
  'sed -i ',
  'find . -exec ',
  'xargs ',
  'bash -c ',
  'eval ',
  'ssh h ',
  'python -c ',
  "open('a','w')",
  '.save(',
  'select ',
  'insert ',
  'git ',
  '--',
  '-x',
  'Traceback (most recent call last)\n',
  'ValueError: x\n',
  'FAILED a.py::b - ',
  'E   ',
  '____ x ____\n',
  'ok 1 - ',
  'not ok 2 - ',
  'TAP version 14\n',
  '--- FAIL: ',
  'test a ... ok\n',
  '1 passed, ',
  'in 0.1s\n',
  '<returncode>1</returncode>',
  'Exit code 1\n',
  '{"command":"',
  '"path": "',
  '\\u00',
  '\u0000',
  '\u001b[31m',
  '\ud800',
  '日本',
  'C-c',
  '*** Begin Patch\n',
  '+++ b/x\n'
]

const garbage = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc.array(fc.constantFrom(...PIECES), { maxLength: 80 }).map((pieces) => pieces.join(''))
)

function assertBounded(effects: StepEffects, step: Step): void {
  const { effect, stage, filesRead, filesWritten, writtenText, error, exitCode } = effects
  const isRight =
    EFFECTS.includes(effect) &&
    STAGE_NAMES.includes(stage) &&
    [filesRead, filesWritten].every(
      (files) =>
        files.length <= FILES_PER_STEP_MAX &&
        new Set(files).size === files.length &&
        !files.includes('')
    ) &&
    writtenText.length <= STEP_TEXT_CHARS_MAX &&
    (exitCode === undefined || Number.isSafeInteger(exitCode)) &&
    (error === undefined ||
      (error !== '' &&
        error.length <= QUOTE_CHARS_MAX &&
        !error.includes('\n') &&
        step.observation.includes(error)))
  if (!isRight) throw new Error(JSON.stringify(effects))
}

t.test('any step is classified within its bounds, and its error is a quote', async (t) => {
  const steps = fc.record({
    kind: fc.constantFrom(...STEP_KINDS),
    tool: fc.oneof(fc.constantFrom(...TOOLS), garbage),
    text: garbage,
    isJson: fc.boolean(),
    observation: garbage,
    thought: garbage,
    outcome: fc.constantFrom('ok' as const, 'error' as const)
  })
  fc.assert(
    fc.property(steps, ({ text, isJson, ...rest }) => {
      const named = {
        command: text,
        keystrokes: text,
        code: text,
        sql: text,
        input: text,
        path: text,
        content: text
      }
      const step = aPlainStep({
        ...rest,
        arguments: isJson ? JSON.stringify(named) : text,
        action: text
      })
      assertBounded(classifyStep(step), step)
    }),
    { numRuns: 2_000 }
  )
  t.pass('2,000 steps')
})

t.test('the same step is always classified the same', async (t) => {
  fc.assert(
    fc.property(garbage, garbage, (command, observation) => {
      const step = aPlainStep({ arguments: JSON.stringify({ command }), observation })
      return JSON.stringify(classifyStep(step)) === JSON.stringify(classifyStep(step))
    }),
    { numRuns: 300 }
  )
  t.pass('300 steps')
})

t.test('any text is read as shell, within bounds', async (t) => {
  fc.assert(
    fc.property(garbage, (line) => {
      const { commands } = readShell(line)
      return (
        commands.length <= SHELL_COMMANDS_MAX && commands.every(({ args }) => Array.isArray(args))
      )
    }),
    { numRuns: 2_000 }
  )
  t.pass('2,000 lines')
})

t.test('any text is read as a test report, within bounds', async (t) => {
  fc.assert(
    fc.property(garbage, (output) => {
      const report = readTestReport(output)
      return (
        report === undefined ||
        (report.checks.length <= CHECKS_PER_RUN_MAX &&
          report.checks.every(({ name, message }) => name !== '' && message.length <= 1_000) &&
          [report.passed, report.failed].every((count) => count === undefined || count >= 0))
      )
    }),
    { numRuns: 2_000 }
  )
  t.pass('2,000 outputs')
})

const CHECKING_PARTS = [
  'npm test',
  'pytest a.py::b -k x',
  'npx mocha',
  'node --test',
  './test.sh',
  'cargo test a --',
  'rm a.test.js',
  'git rm',
  'set -e',
  'rc=$?',
  'exit $rc',
  'echo EXIT $?',
  "printf '%s' $?",
  '| tail',
  '&&',
  '||',
  ';',
  '(',
  ')',
  '&',
  '\n'
]

t.test('any line of checks is read, within bounds', async (t) => {
  const line = fc.array(fc.oneof(fc.constantFrom(...CHECKING_PARTS), garbage), { maxLength: 12 })
  const code = fc.option(fc.integer({ min: -1, max: 255 }), { nil: undefined })
  fc.assert(
    fc.property(line, garbage, code, (parts, observation, exitCode) => {
      const command = parts.join(' ')
      const plain = aPlainStep({
        tool: 'bash',
        arguments: JSON.stringify({ command }),
        observation,
        exitCode
      })
      const step = { ...plain, effects: classifyStep(plain) }
      const { runs, checks } = readCheckRuns(step)
      return (
        runs.length > 0 &&
        runs.length <= 8 &&
        runs.every(({ ending }) => /^(?:ok|error|unknown|nothing)$/.test(ending)) &&
        checks.length <= CHECKS_PER_RUN_MAX &&
        readRemovedFiles(step).length <= FILES_PER_STEP_MAX
      )
    }),
    { numRuns: 2_000 }
  )
  t.pass('2,000 lines')
})

const MEBIBYTE = 1_048_576

t.test('one piece over and over, a mebibyte of it, is read to the end', async (t) => {
  for (const piece of PIECES) {
    const text = piece.repeat(Math.ceil(MEBIBYTE / piece.length)).slice(0, MEBIBYTE)
    readShell(text)
    readTestReport(text)
    for (const args of [text, JSON.stringify({ command: text })]) {
      const step = aPlainStep({ arguments: args, observation: text, thought: text })
      const effects = classifyStep(step)
      assertBounded(effects, step)
      readCheckRuns({ ...step, effects })
    }
  }
  t.pass(`${PIECES.length} pieces`)
})

t.test('two pieces in turn, as long as a step’s text may be, are read by every tool', async (t) => {
  const pairs = fc.tuple(
    fc.constantFrom(...PIECES),
    fc.constantFrom(...PIECES),
    fc.constantFrom(...TOOLS)
  )
  fc.assert(
    fc.property(pairs, ([one, other, tool]) => {
      const pair = one + other
      const text = pair
        .repeat(Math.ceil(STEP_TEXT_CHARS_MAX / pair.length))
        .slice(0, STEP_TEXT_CHARS_MAX)
      const named = {
        command: text,
        keystrokes: text,
        code: text,
        sql: text,
        input: text,
        path: text
      }
      const step = aPlainStep({ tool, arguments: JSON.stringify(named), observation: text })
      assertBounded(classifyStep(step), step)
      readTestReport(text)
    }),
    { numRuns: 150 }
  )
  t.pass('150 pairs')
})

// Each detector on small runs of its own: one it must find, one it must not, and where it makes sense one
// in which the agent recovered. Runs go through the real classification and assembly.

import t from 'tap'
import { DETECTORS, localizeOnset } from '@onset/processors/localizer'
import { readRunFacts } from '../../processors/localizer/run-facts.ts'
import type { RunTree } from '../../collector/model/index.ts'
import {
  agentRun,
  edited,
  failing,
  passing,
  planned,
  ran,
  said,
  viewed,
  wrote,
  type Deed
} from '../support/agent-runs.ts'

/** Indexes of the steps that a detector points at. */
function found(name: string, tree: RunTree): readonly number[] {
  const detector = DETECTORS.find((each) => each.name === name)
  if (detector === undefined) throw new Error(`there is no detector ${name}`)
  return detector.find(readRunFacts(tree)).map(({ at }) => at + 1)
}

const MISSING_MODULE =
  'Traceback (most recent call last):\nModuleNotFoundError: No module named rates'

t.test('tool_error: a refused call is found, a successful one is not', async (t) => {
  const tree = agentRun([
    ran('ls', 'a.py'),
    ran('cat b.py', 'cat: b.py: No such file', { exit: 1 })
  ])
  t.same(found('tool_error', tree), [2])
})

t.test('non_zero_exit: exit code 2 is found, exit code 0 is not', async (t) => {
  t.same(
    found('non_zero_exit', agentRun([ran('make', 'ok'), ran('make', 'stop', { exit: 2 })])),
    [2]
  )
})

t.test('unknown_path: a missing module is found with its own line', async (t) => {
  const tree = agentRun([ran('python3 pay.py', MISSING_MODULE, { exit: 1 }), ran('ls', 'pay.py')])
  t.same(found('unknown_path', tree), [1])
})

t.test('unknown_path: a search that finds nothing has not failed', async (t) => {
  t.same(found('unknown_path', agentRun([ran('echo "no such file"', 'no such file')])), [])
})

t.test('repetition: the same look three times with nothing in between', async (t) => {
  const look = ran('cat config.ini', 'port=80')
  t.same(found('repetition', agentRun([ran('ls', 'config.ini'), look, look, look])), [2])
})

t.test('repetition: the same test after every edit is work, not a loop', async (t) => {
  const test = ran('npm test', '1 failing', { exit: 1 })
  const deeds = [1, 2, 3].flatMap((n) => [wrote('src/cart.ts', `export const n = ${n}`), test])
  t.same(found('repetition', agentRun(deeds)), [])
})

t.test('failing_loop: the same failing command until the run ends', async (t) => {
  const again = ran('node migrate.js', 'Error: ENOENT settings.yaml', { exit: 1 })
  t.same(found('failing_loop', agentRun([ran('ls', 'a'), again, again, again, again])), [2])
})

t.test('failing_loop: a loop that the agent left is none', async (t) => {
  const again = ran('node migrate.js', 'Error: ENOENT settings.yaml', { exit: 1 })
  const left = [viewed('settings.yml', 'a: 1'), wrote('settings.yaml', 'a: 1'), ran('ls', 'x')]
  t.same(found('failing_loop', agentRun([again, again, again, ...left])), [])
})

t.test('no_progress: nine different failing calls to the end', async (t) => {
  const stuck = Array.from({ length: 9 }, (_, n) =>
    ran(`pip install p${n}`, `ERROR: no network for p${n}`, { exit: 1 })
  )
  t.same(found('no_progress', agentRun([ran('ls', 'a'), ...stuck])), [2])
})

t.test('no_progress: failing calls that end in work are no standstill', async (t) => {
  const stuck = Array.from({ length: 9 }, (_, n) => ran(`pip install p${n}`, 'ERROR', { exit: 1 }))
  const work = Array.from({ length: 8 }, (_, n) => wrote(`src/m${n}.py`, `value = ${n}`))
  t.same(found('no_progress', agentRun([...stuck, ...work])), [])
})

t.test('edit_revert: an edit that is undone word for word', async (t) => {
  const before = 'const limit = 100 // per minute'
  const after = 'const limit = 500 // per minute'
  const tree = agentRun([edited('src/a.ts', before, after), edited('src/a.ts', after, before)])
  t.same(found('edit_revert', tree), [2])
})

t.test('edit_revert: a second different edit undoes nothing', async (t) => {
  const tree = agentRun([
    edited('src/a.ts', 'const limit = 100', 'const limit = 500'),
    edited('src/a.ts', 'const limit = 500', 'const limit = 700')
  ])
  t.same(found('edit_revert', tree), [])
})

t.test('test_regression: the change before a check that began to fail', async (t) => {
  const tree = agentRun([
    wrote('src/a.py', 'x = 1'),
    ran('python3 -m pytest -q', '3 passed'),
    edited('src/a.py', 'x = 1', 'x = None'),
    ran('python3 -m pytest -q', '1 failed, 2 passed', { exit: 1 })
  ])
  t.same(found('test_regression', tree), [3])
})

t.test('test_regression: a check that never passed cannot regress', async (t) => {
  const test = ran('python3 -m pytest -q', '1 failed', { exit: 1 })
  t.same(found('test_regression', agentRun([wrote('a.py', 'x = 1'), test, test])), [])
})

t.test('ignored_error: a failed build that nobody repaired', async (t) => {
  const tree = agentRun([ran('make all', 'libx missing', { exit: 2 }), wrote('notes.py', 'a = 1')])
  t.same(found('ignored_error', tree), [1])
})

t.test('ignored_error: a build that works at the second try was recovered', async (t) => {
  const tree = agentRun([ran('make all', 'libx missing', { exit: 2 }), ran('make all', 'built')])
  t.same(found('ignored_error', tree), [])
})

t.test('unverified_success: done is claimed and nothing checked the last change', async (t) => {
  const tree = agentRun([wrote('src/a.ts', 'export const a = 1'), said('All done, it works.')])
  t.same(found('unverified_success', tree), [1])
})

t.test('unverified_success: a test after the last change is a check', async (t) => {
  const deeds = [wrote('src/a.ts', 'export const a = 1'), ran('npm test', 'ok'), said('All done.')]
  t.same(found('unverified_success', agentRun(deeds)), [])
})

t.test('contradicted_success: success over a failing test', async (t) => {
  const test = ran('npm test', '1 failing', { exit: 1 })
  const tree = agentRun([wrote('src/a.ts', 'x'), test, said('Everything works perfectly.')])
  t.same(found('contradicted_success', tree), [2])
})

t.test('contradicted_success: a repair after the failing test may have worked', async (t) => {
  const test = ran('npm test', '1 failing', { exit: 1 })
  const tree = agentRun([test, wrote('src/a.ts', 'export const a = 2'), said('It works now.')])
  t.same(found('contradicted_success', tree), [])
})

t.test('asked_without_work: a run that looks around and asks', async (t) => {
  const tree = agentRun([
    viewed('data.csv', 'a,b'),
    ran('which duckdb', ''),
    said('Shall I go on?')
  ])
  t.same(found('asked_without_work', tree), [2])
})

t.test('asked_without_work: a question after work was delivered is courtesy', async (t) => {
  const tree = agentRun([wrote('out.csv', 'a,b'), said('Would you like anything else?')])
  t.same(found('asked_without_work', tree), [])
})

t.test('asked_without_work: a talk that touches no files may end with a question', async (t) => {
  t.same(found('asked_without_work', agentRun([said('Hello.'), said('Anything else?')])), [])
})

t.test('fabricated_content: mock data after a failed download', async (t) => {
  const tree = agentRun([
    ran('curl http://shop/items', 'curl: (7) Could not connect to server', { exit: 7 }),
    wrote('items.json', '[{"note": "mock data", "price": 3}]')
  ])
  t.same(found('fabricated_content', tree), [2])
})

t.test('fabricated_content: a mock in a run where nothing failed is a test double', async (t) => {
  const tree = agentRun([wrote('src/a.ts', 'export const mock = "mock data"')])
  t.same(found('fabricated_content', tree), [])
})

t.test('placeholder_left: the first write that puts something off', async (t) => {
  const later = wrote('a.py', '# for now, return nothing at all\nreturn_value = 0')
  t.same(found('placeholder_left', agentRun([wrote('b.py', 'x = 1'), later, later])), [2])
})

t.test('placeholder_left: finished work puts nothing off', async (t) => {
  t.same(found('placeholder_left', agentRun([wrote('b.py', 'x = compute(1)')])), [])
})

t.test('gave_up: a decision right after something was missing', async (t) => {
  const tree = agentRun([
    ran('gcc a.c', 'bash: gcc: command not found', { exit: 127 }),
    {
      ...planned({ 'Ship a script': 'pending' }),
      thought: 'No compiler, so a binary is not possible.'
    }
  ])
  t.same(found('gave_up', tree), [2])
})

t.test('gave_up: the same words long after are no decision', async (t) => {
  const quiet = [ran('ls', 'a'), ran('pwd', '/'), ran('date', 'now')]
  const late = { ...ran('ls', 'a'), thought: 'This is not possible without a key.' }
  const tree = agentRun([ran('x', 'x: command not found', { exit: 127 }), ...quiet, late])
  t.same(found('gave_up', tree), [])
})

t.test('unseen_edit: an edit of a file that was never read', async (t) => {
  const edit = edited('src/a.ts', 'a = 1', 'a = 2')
  t.same(found('unseen_edit', agentRun([edit])), [1])
  t.same(found('unseen_edit', agentRun([viewed('src/a.ts', 'a = 1'), edit])), [])
})

const REFUSED = {
  outcome: 'error' as const,
  checks: [failing('test_answers')],
  output: 'E   ConnectionRefusedError: [Errno 111] Connection refused'
}

t.test('lost_service: started in the background, reached, and gone when checked', async (t) => {
  const deeds = [
    wrote('server.js', 'listen(3000)'),
    ran('node server.js', 'Command running in background', { background: true }),
    ran('curl http://localhost:3000/fib', '{"result":55}')
  ]
  t.same(found('lost_service', agentRun(deeds, REFUSED)), [2])
})

t.test('lost_service: a service set up to outlive the session is not lost', async (t) => {
  const deeds = [
    ran('setsid node server.js > log 2>&1 &', ''),
    ran('curl http://localhost:3000/fib', '{"result":55}')
  ]
  t.same(found('lost_service', agentRun(deeds, REFUSED)), [])
})

t.test('lost_service: other checks that pass show that the service is there', async (t) => {
  const deeds = [
    ran('node server.js', 'running', { background: true }),
    ran('curl http://localhost:3000/fib', '{"result":55}')
  ]
  const checks = [failing('test_a'), passing('test_b')]
  t.same(found('lost_service', agentRun(deeds, { ...REFUSED, checks })), [])
})

t.test('wrong_value_written: the earliest step that wrote the wrong line', async (t) => {
  const output = [
    "E   AssertionError: assert 'clone main' == 'clone <branch> main'",
    'E     - clone main',
    'E     + clone <branch> main'
  ].join('\n')
  const deeds = [
    wrote('a.yaml', 'other: 1'),
    edited('setup.yaml', 'clone token main', 'run: clone <branch> main'),
    edited('setup.yaml', 'x', 'again: clone <branch> main')
  ]
  const verdict = { outcome: 'error' as const, checks: [failing('test_clone')], output }
  t.same(found('wrong_value_written', agentRun(deeds, verdict)), [2])
})

t.test('wrong_value_written: a diff that nobody wrote accuses nobody', async (t) => {
  const output = 'E     + something quite different'
  const verdict = { outcome: 'error' as const, checks: [failing('test_clone')], output }
  t.same(found('wrong_value_written', agentRun([wrote('a.yaml', 'a: 1')], verdict)), [])
})

t.test(
  'garbled_write: a file with no content, and one that starts with its own path',
  async (t) => {
    t.same(found('garbled_write', agentRun([wrote('/app/a.py', ':')])), [1])
    t.same(found('garbled_write', agentRun([wrote('/app/a.py', '/app/a.py\nx = 1')])), [1])
  }
)

t.test('garbled_write: a number alone and an empty package marker are fine', async (t) => {
  t.same(
    found('garbled_write', agentRun([wrote('a.txt', '11.43'), wrote('p/__init__.py', '')])),
    []
  )
})

t.test('removed_required: an edit that takes out what the check wants', async (t) => {
  const output = "E   AssertionError: 'import subprocess' not found in check_cert.py"
  const deeds = [
    wrote('check_cert.py', 'import subprocess\nimport sys\n'),
    edited('check_cert.py', 'import subprocess\nimport sys', 'import sys')
  ]
  const verdict = { outcome: 'error' as const, checks: [failing('test_script')], output }
  t.same(found('removed_required', agentRun(deeds, verdict)), [2])
  const grown = edited('check_cert.py', 'import subprocess', 'import subprocess\nimport sys')
  t.same(found('removed_required', agentRun([grown], verdict)), [])
})

t.test('own_failing_check: the agent wrote the check that fails', async (t) => {
  const deeds = [
    wrote('src/a.py', 'x = 1'),
    wrote('tests/test_a.py', 'def test_nested_models():\n    assert x == 2\n')
  ]
  const own = { outcome: 'error' as const, checks: [failing('test_nested_models')] }
  t.same(found('own_failing_check', agentRun(deeds, own)), [2])
  const other = { outcome: 'error' as const, checks: [failing('test_elsewhere')] }
  t.same(found('own_failing_check', agentRun(deeds, other)), [])
})

t.test('contradicted_success: the failing line is quoted, not the end of the output', async (t) => {
  const output = [
    'TAP version 13',
    'ok 1 - is empty',
    'not ok 2 - sums',
    '  ---',
    '  error: |-',
    '    3 !== 4',
    '  ...',
    '# fail 1',
    '# duration_ms 228.75'
  ].join('\n')
  const red: Deed = { ...ran('npm test', output), exitCode: 1, outcome: 'ok', error: undefined }
  const tree = agentRun([wrote('a.js', 'x'), red, said('All tests pass.')], { outcome: 'error' })
  const detector = DETECTORS.find(({ name }) => name === 'contradicted_success')
  const [finding] = detector?.find(readRunFacts(tree)) ?? []
  t.equal(finding?.at, 1)
  t.equal(finding?.quote, '3 !== 4')
  t.match(localizeOnset(tree).onsets[0]?.summary, /3 !== 4/)
  // The command ended well, as behind a pipe, and the span has the checks.
  const piped: Deed = { ...ran('npm test | cat', output), checks: [failing('sums')] }
  const hidden = agentRun([wrote('a.js', 'x'), piped, said('All tests pass.')])
  t.equal(detector?.find(readRunFacts(hidden))[0]?.quote, 'not ok 2 - sums')
})

t.test('every detector has a name, a role and a reading for people, each name once', async (t) => {
  t.equal(new Set(DETECTORS.map(({ name }) => name)).size, DETECTORS.length)
  for (const { name, says } of DETECTORS) {
    t.match(name, /^[a-z]+(_[a-z]+)*$/)
    t.not(says, '', name)
  }
})

t.test('no detector points at a run without steps or outside of it', async (t) => {
  const tree = agentRun([ran('ls', 'a')])
  const facts = readRunFacts({ ...tree, steps: [], stages: [] })
  for (const { name, find } of DETECTORS) t.same(find(facts), [], name)
})

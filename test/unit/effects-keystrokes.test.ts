// Keys typed into a terminal that stays open: signals, answers, editors, interpreters, shell lines.

import t from 'tap'
import { classifyStep } from '../../collector/effects/index.ts'
import type { StepEffects } from '../../collector/model/index.ts'
import { aPlainStep } from '../support/builders.ts'

function type(keystrokes: string, observation = ''): StepEffects {
  return classifyStep(
    aPlainStep({
      tool: 'bash_command',
      action: keystrokes,
      arguments: JSON.stringify({ keystrokes, duration: 1 }),
      observation
    })
  )
}

t.test('a signal stops what runs, which is a change', async (t) => {
  for (const keys of ['C-c', 'C-c\n', 'C-d', 'C-z', '^C', '\u0003', 'C-a C-c']) {
    t.same([type(keys).effect, type(keys).stage], ['change', 'environment'], JSON.stringify(keys))
  }
})

t.test('waiting, moving and answering change nothing that shows', async (t) => {
  for (const keys of [
    '',
    '\n',
    '  ',
    'Enter',
    'Up Up Enter',
    'q',
    'y\n',
    'Escape',
    'C-l',
    '\u0001'
  ]) {
    t.equal(type(keys).effect, 'explore', JSON.stringify(keys))
  }
})

t.test('where the shell stays open, moving and setting it is a change', async (t) => {
  for (const keys of [
    'cd /app\n',
    'export A=b\n',
    '. venv/bin/activate\n',
    'A=b\n',
    'fg\n',
    'exit\n',
    'bash\n',
    'python3\n'
  ]) {
    t.equal(type(keys).effect, 'change', JSON.stringify(keys))
  }
  t.equal(type('cd /app && ls\n').effect, 'explore', 'the line is for what comes after')
  t.equal(type('echo ready\n').effect, 'explore')
})

t.test('a shell line is what it is anywhere', async (t) => {
  t.same(type('cat > a.txt <<EOF\nhi\nEOF\n').filesWritten, ['a.txt'])
  t.same([type('pytest -q\n').stage, type('pytest -q\n').verifies], ['verification', true])
  t.equal(type('apt-get install -y gcc\n').stage, 'dependencies')
})

t.test('lines for an editor in front', async (t) => {
  for (const keys of [':wq\n', ':w\n', ':%s/a/b/g\n', ':x\n', ':10d\n']) {
    t.equal(type(keys).effect, 'change', JSON.stringify(keys))
  }
  for (const keys of [':q!\n', ':reg a\n', ':set nu\n', ':\n']) {
    t.equal(type(keys).effect, 'explore', JSON.stringify(keys))
  }
})

t.test('lines for an interpreter or a database in front', async (t) => {
  for (const keys of [
    'import os\n',
    'print(x)\n',
    'dim(data)\n',
    'x = 5\n',
    'select * from t;\n',
    '.tables\n',
    'EOF\n'
  ]) {
    t.equal(type(keys).effect, 'explore', JSON.stringify(keys))
  }
  t.equal(type('df.to_csv("out.csv")\n').effect, 'change')
  t.same(type('df.to_csv("out.csv")\n').filesWritten, ['out.csv'])
})

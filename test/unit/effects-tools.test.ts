// Classifies tool calls of the agents in use, of MCP servers, and of tools that nobody has heard of.

import t from 'tap'
import { classifyStep } from '../../collector/effects/index.ts'
import { AGENT_TOOLS } from '../../collector/effects/tools/agent-tools.ts'
import { STEP_TEXT_CHARS_MAX, cutText } from '../../collector/model/index.ts'
import type { Step, StepEffects } from '../../collector/model/index.ts'
import { aPlainStep } from '../support/builders.ts'

function call(tool: string, args: unknown = {}, overrides: Partial<Step> = {}): StepEffects {
  return classifyStep(
    aPlainStep({ tool, arguments: JSON.stringify(args), observation: '', ...overrides })
  )
}

function effectsOf(overrides: Partial<Step>): readonly unknown[] {
  const { effect, stage, verifies } = classifyStep(aPlainStep({ arguments: '', ...overrides }))
  return [effect, stage, verifies]
}

t.test('each agent’s own tools', async (t) => {
  const rows: readonly (readonly [tool: string, args: unknown, expected: string])[] = [
    ['Bash', { command: 'rm a' }, 'change implementation'],
    ['Read', { file_path: '/a.ts' }, 'explore inspection'],
    ['Write', { file_path: '/a.ts', content: 'x' }, 'change implementation'],
    [
      'MultiEdit',
      { file_path: '/a.ts', edits: [{ old_string: 'a', new_string: 'b' }] },
      'change implementation'
    ],
    ['Glob', { pattern: '**/*.ts' }, 'explore inspection'],
    ['TodoWrite', { todos: [] }, 'explore planning'],
    ['Task', { prompt: 'look around' }, 'explore planning'],
    ['WebSearch', { query: 'x' }, 'explore research'],
    ['BashOutput', { bash_id: '1' }, 'explore inspection'],
    ['KillShell', { shell_id: '1' }, 'change environment'],
    ['shell', { command: ['bash', '-lc', 'touch a'] }, 'change implementation'],
    ['shell', { command: ['cat', 'my file.txt'] }, 'explore inspection'],
    ['exec_command', { cmd: 'pytest' }, 'explore verification'],
    ['update_plan', { plan: [] }, 'explore planning'],
    ['run_shell_command', { command: 'npm ci' }, 'change dependencies'],
    ['replace', { file_path: 'a', old_string: 'x', new_string: 'y' }, 'change implementation'],
    ['search_file_content', { pattern: 'x' }, 'explore inspection'],
    ['google_web_search', { query: 'x' }, 'explore research'],
    ['execute_bash', { command: 'ls' }, 'explore inspection'],
    ['str_replace_editor', { command: 'view', path: '/a.py' }, 'explore inspection'],
    [
      'str_replace_editor',
      { command: 'create', path: '/a.py', file_text: 'x' },
      'change implementation'
    ],
    ['think', { thought: 'hm' }, 'explore planning'],
    ['finish', { message: 'done' }, 'explore delivery'],
    ['submit', {}, 'explore delivery'],
    ['execute_ipython_cell', { code: 'print(1)' }, 'explore verification'],
    ['execute_ipython_cell', { code: "open('a', 'w')" }, 'change implementation'],
    ['run_terminal_cmd', { command: 'make test' }, 'explore verification'],
    ['edit_file', { target_file: 'a.ts', code_edit: 'x' }, 'change implementation'],
    ['codebase_search', { query: 'x' }, 'explore inspection'],
    ['runTests', {}, 'explore verification'],
    ['attempt_completion', { result: 'x' }, 'explore delivery'],
    ['bash_command', { keystrokes: 'ls\n', duration: 1 }, 'explore inspection'],
    ['mark_task_complete', {}, 'explore delivery'],
    ['mcp__filesystem__write_file', { path: 'a', content: 'x' }, 'change implementation'],
    ['filesystem.read_text_file', { path: 'a' }, 'explore inspection'],
    ['default_api:read_file', { path: 'a' }, 'explore inspection'],
    ['functions.shell', { command: 'ls' }, 'explore inspection'],
    ['move_file', { source: 'a', destination: 'b' }, 'change implementation'],
    ['execute_sql', { sql: 'SELECT 1' }, 'explore inspection'],
    ['execute_sql', { sql: '-- tidy up\nDELETE FROM t' }, 'change implementation'],
    [
      'run_query',
      { query: 'with a as (select 1) insert into t select * from a' },
      'change implementation'
    ],
    ['create_pull_request', { title: 'x' }, 'change delivery']
  ]
  for (const [tool, args, expected] of rows) {
    const { effect, stage } = call(tool, args)
    t.equal(`${effect} ${stage}`, expected, `${tool} ${JSON.stringify(args)}`)
  }
})

t.test('a tool that no table knows is judged by the verb in its name', async (t) => {
  const rows: readonly (readonly [tool: string, expected: string])[] = [
    ['get_user_details', 'explore inspection'],
    ['list_all_product_types', 'explore inspection'],
    ['findUserIdByEmail', 'explore inspection'],
    ['calculate', 'explore inspection'],
    ['cancel_pending_order', 'change implementation'],
    ['exchange_delivered_order_items', 'change implementation'],
    ['modify_user_address', 'change implementation'],
    ['return_delivered_order_items', 'change implementation'],
    ['book-reservation', 'change implementation'],
    ['sendEmail', 'change implementation'],
    ['crm__createTicket', 'change implementation'],
    ['web_lookup', 'explore research'],
    ['plan_route', 'explore planning'],
    ['validate_schema', 'explore verification'],
    ['frobnicate', 'explore inspection'],
    ['', 'explore inspection'],
    ['__proto__', 'explore inspection']
  ]
  for (const [tool, expected] of rows) {
    const { effect, stage } = call(tool)
    t.equal(`${effect} ${stage}`, expected, tool)
  }
})

t.test('files and text are read from arguments under the names that tools use', async (t) => {
  const edit = call('Edit', { file_path: './src/a.ts', old_string: 'x', new_string: 'y' })
  t.same([edit.filesWritten, edit.writtenText], [['src/a.ts'], 'y'])
  const many = call('MultiEdit', {
    file_path: '/a',
    edits: [{ new_string: '1' }, { new_string: '2' }]
  })
  t.same([many.filesWritten, many.writtenText], [['/a'], '1\n2'])
  const codex = call('apply_patch', {
    input: '*** Begin Patch\n*** Update File: a.py\n*** Move to: b.py\n-x\n+y\n*** End Patch'
  })
  t.same([codex.filesWritten, codex.writtenText], [['a.py', 'b.py'], 'y'])
  t.same(call('read_multiple_files', { paths: ['a', 'b'] }).filesRead, ['a', 'b'])
  t.same(call('readFile', { uri: 'file:///src/a.ts' }).filesRead, ['/src/a.ts'])
  const moved = call('move_file', { source: 'a', destination: 'b' })
  t.same([moved.filesRead, moved.filesWritten], [['a'], ['b']])
  t.same(call('python', { code: "p = 'a.csv'\ndf.to_csv(p)\nopen('b.txt')" }).filesRead, ['b.txt'])
})

t.test('a command may come as the list of its words', async (t) => {
  const patch = "*** Begin Patch\n*** Update File: it's.py\n-x\n+y\n*** End Patch"
  const { filesWritten, writtenText } = call('shell', { command: ['apply_patch', patch] })
  t.same([filesWritten, writtenText], [["it's.py"], 'y'])
})

t.test('a signal sent through a shell tool stops what runs', async (t) => {
  const { effect, stage } = call('execute_bash', { command: 'C-c', is_input: 'true' })
  t.same([effect, stage], ['change', 'environment'])
})

t.test('arguments cut in the middle still name the file', async (t) => {
  const whole = JSON.stringify({ file_path: '/app/a.txt', content: 'line "one"\n'.repeat(10_000) })
  const { filesWritten, writtenText } = classifyStep(
    aPlainStep({ tool: 'Write', arguments: cutText(whole, STEP_TEXT_CHARS_MAX) })
  )
  t.same(filesWritten, ['/app/a.txt'])
  t.match(writtenText, /^line "one"\nline "one"\n/)
})

t.test('arguments that are no JSON are the command; without any, the action is', async (t) => {
  const plain = aPlainStep({ tool: 'bash', arguments: 'touch a', action: 'bash: touch a' })
  t.same(classifyStep(plain).filesWritten, ['a'])
  const bare = aPlainStep({ tool: 'bash', arguments: '', action: 'bash: touch b' })
  t.same(classifyStep(bare).filesWritten, ['b'])
  t.equal(call('bash', { restart: true }).effect, 'explore')
})

t.test('a refused edit writes nothing', async (t) => {
  const args = { file_path: '/a', old_string: 'x', new_string: 'y' }
  const refused = call('Edit', args, {
    observation: '<tool_use_error>String to replace not found in file.\nString: x</tool_use_error>'
  })
  t.same([refused.effect, refused.filesWritten, refused.writtenText], ['change', [], ''])
  t.equal(refused.error, 'String to replace not found in file.')
  const failed = call('Edit', args, { outcome: 'error', observation: 'Permission required' })
  t.same(failed.filesWritten, [])
})

t.test('steps that are no tool calls', async (t) => {
  const asked = [{ id: '1', name: 'bash', arguments: '{}' }]
  t.same(effectsOf({ kind: 'llm', finishReason: 'stop' }), ['explore', 'delivery', false])
  t.same(effectsOf({ kind: 'llm', finishReason: 'length' }), ['explore', 'planning', false])
  t.same(effectsOf({ kind: 'llm', requestedToolCalls: asked }), ['explore', 'planning', false])
  t.same(effectsOf({ kind: 'agent' }), ['explore', 'planning', false])
  t.same(effectsOf({ kind: 'handoff' }), ['explore', 'planning', false])
  t.same(effectsOf({ kind: 'retrieval' }), ['explore', 'research', false])
  t.same(effectsOf({ kind: 'guardrail' }), ['explore', 'verification', false])
  t.same(effectsOf({ kind: 'unknown', tool: undefined, name: 'POST /orders' }), [
    'explore',
    'inspection',
    false
  ])
  t.same(effectsOf({ kind: 'evaluation' }), ['explore', 'verification', true])
  t.same(effectsOf({ kind: 'tool', tool: undefined, name: 'execute_tool delete_user' }), [
    'change',
    'implementation',
    false
  ])
})

t.test('the table names each tool once, in lower case without separators', async (t) => {
  const names = AGENT_TOOLS.flatMap(([joined]) => joined.split(' '))
  t.ok(names.length > 150)
  t.equal(new Set(names).size, names.length, 'no name twice')
  for (const name of names) t.match(name, /^[a-z0-9]+$/)
})

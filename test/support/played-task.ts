// A small task that agents of tests work on: the answers a model plays, the files it begins with, and what an
// agent that does as it is told has done at the end.

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SpokenAnswer, SpokenCall } from './model-answers.ts'

export const TASK = 'make node --test pass'

export const FILES: Readonly<Record<string, string>> = {
  'package.json': '{ "type": "module" }\n',
  'sum.mjs': 'export const sum = (a, b) => a - b\n',
  'sum.test.mjs': `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sum } from './sum.mjs'

test('sums', () => assert.equal(sum(1, 2), 3))
`
}

export const FIXED = 'export const sum = (a, b) => a + b\n'

export const CALLS = {
  fails: call('call_1', 'run_command', { command: 'node --test' }),
  asks: call('call_2', 'read_notes', { topic: 'sum' }),
  writes: call('call_3', 'write_file', { path: 'sum.mjs', content: FIXED }),
  passes: call('call_4', 'run_command', { command: 'node --test' })
} as const

export const FINAL_TEXT = 'sum() adds now, and the test passes.'

const SAID: ReadonlyMap<SpokenCall, string> = new Map<SpokenCall, string>([
  [CALLS.fails, 'First I look at how the test fails.'],
  [CALLS.asks, 'Perhaps there are notes about it.'],
  [CALLS.writes, 'It subtracts: I let it add.'],
  [CALLS.passes, 'Now the test again.']
])

/** Without `asks` there is no call of a tool that fails. */
export function playedAnswers(calls: readonly SpokenCall[]): readonly SpokenAnswer[] {
  const turns = calls.map((one, turn) => answer(SAID.get(one) ?? '', [one], turn))
  return [...turns, answer(FINAL_TEXT, [], calls.length)]
}

/** A folder to work in, below one in which packages are found. */
export function workFolder(folder: string, name: string): string {
  const work = join(folder, name)
  mkdirSync(work)
  for (const [path, content] of Object.entries(FILES)) writeFileSync(join(work, path), content)
  return work
}

function call(id: string, name: string, given: SpokenCall['arguments']): SpokenCall {
  return { id, name, arguments: given }
}

function answer(text: string, calls: readonly SpokenCall[], turn: number): SpokenAnswer {
  const tokens = { input: 100 + 40 * turn, cached: 20 * turn, output: 30 + turn, reasoning: 5 }
  return { text, thinking: '', calls, tokens }
}

// A tool that no table knows is judged by the words of its name: `cancel_pending_order` changes,
// `getUserDetails` reads. What a name does not say is taken for exploration.

import { judgeWords, wordsOf } from '../verbs.ts'
import type { ToolRule } from './tool-rule.ts'

const PLANNING = new Set([
  'think',
  'plan',
  'todo',
  'todos',
  'reason',
  'reflect',
  'delegate',
  'handoff'
])
const VERIFYING = new Set(['test', 'tests', 'verify', 'validate', 'lint', 'build', 'compile'])
const RESEARCHING = new Set([
  'web',
  'internet',
  'google',
  'bing',
  'wikipedia',
  'arxiv',
  'tavily',
  'url',
  'browse',
  'browser',
  'news',
  'retrieve',
  'retriever',
  'knowledge',
  'docs'
])

export function judgeToolName(name: string): ToolRule {
  const words = wordsOf(name)
  const effect = judgeWords(words) ?? 'explore'
  const has = (set: ReadonlySet<string>) => words.some((word) => set.has(word))
  if (effect === 'explore' && has(PLANNING)) return { reading: 'none', effect, stage: 'planning' }
  if (has(VERIFYING)) return { reading: 'none', effect, stage: 'verification', verifies: true }
  if (effect === 'change') return { reading: 'none', effect, stage: 'implementation' }
  return { reading: 'none', effect, stage: has(RESEARCHING) ? 'research' : 'inspection' }
}

// Files that a step took away: a check that stood in one of them cannot be told to pass any more.

import type { Step } from '../../model/index.ts'
import { FileList } from '../files.ts'
import { readToolCall } from '../tools/read-tool-call.ts'

export function readRemovedFiles(step: Step): readonly string[] {
  const action = readToolCall(step)
  if (/(?:delete|remove)/i.test(step.tool ?? '')) return action.filesWritten
  const files = new FileList()
  for (const { name, args, cwd } of action.commands) {
    const isGit = name === 'git' && args[0] === 'rm'
    if (!isGit && name !== 'rm' && name !== 'unlink' && name !== 'trash') continue
    for (const word of isGit ? args.slice(1) : args) if (!word.startsWith('-')) files.add(cwd, word)
  }
  return files.toArray()
}

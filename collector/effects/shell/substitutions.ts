// Commands inside words: `$(…)`, backticks, `<(…)`. Parts of a word are parsed only when asked for, so
// words that cannot hold a substitution are never asked.

import { forEachChild } from 'unbash'
import type { SyntaxNode } from 'unbash'
import type { Context, Reading } from './reading.ts'
import { SHELL_NESTING_MAX } from './program.ts'

/** Parts of words nest as quotes inside expansions do; deeper text is not looked into. */
const PARTS_DEPTH_MAX = 16

export function readSubstitutions(reading: Reading, node: SyntaxNode, context: Context): void {
  descend(reading, node, { ...context, place: 'substitution', joint: '', piped: true }, 0)
}

function descend(reading: Reading, node: SyntaxNode, inside: Context, parts: number): void {
  if (node.type === 'Word' && !/[`(]/.test(node.text)) return
  if (node.type === 'CommandExpansion' || node.type === 'ProcessSubstitution') {
    if (node.script === undefined) return
    if (inside.depth >= SHELL_NESTING_MAX) {
      reading.complete = false
      return
    }
    const nested: Context = { ...inside, pipedInput: undefined, depth: inside.depth + 1 }
    reading.readStatements(node.script.commands, nested)
    return
  }
  if (parts >= PARTS_DEPTH_MAX) {
    reading.complete = false
    return
  }
  forEachChild(node, (child) => descend(reading, child, inside, parts + 1))
}

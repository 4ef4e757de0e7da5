// From a tool's name as a span gives it to its rule. Servers and frameworks put their own name in
// front: `mcp__files__read_file`, `functions.shell`, `default_api:read_file`.

import { AGENT_TOOLS } from './agent-tools.ts'
import type { ToolRule } from './tool-rule.ts'
import { judgeToolName } from './tool-words.ts'

const TOOLS: ReadonlyMap<string, ToolRule> = new Map(
  AGENT_TOOLS.flatMap(([names, rule]) => names.split(' ').map((name) => [name, rule]))
)

/** Longer names are not names. */
const NAME_CHARS_MAX = 256

export function findTool(name: string): ToolRule {
  const whole = name.slice(0, NAME_CHARS_MAX)
  const last = whole.split(/__|[.:/]/).at(-1) ?? whole
  return lookUp(whole) ?? lookUp(last) ?? judgeToolName(last)
}

function lookUp(name: string): ToolRule | undefined {
  return TOOLS.get(name.toLowerCase().replace(/[^a-z0-9]/g, ''))
}

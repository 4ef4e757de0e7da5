// Effects of a command whose row in the tables says everything.

import type { Effect, StageName } from '../../model/index.ts'
import { isRealFile, namesFile } from '../files.ts'
import { NO_EFFECTS } from './command-effects.ts'
import type { CommandEffects } from './command-effects.ts'
import { hasOption, valuesOf } from './options.ts'
import type { SplitWords } from './options.ts'
import type { CommandRule, OperandRole } from './rule.ts'

export function plainEffects(rule: CommandRule, words: SplitWords): CommandEffects {
  const outputs = valuesOf(words, rule.writes).filter(isRealFile)
  const effect = effectOf(rule, words, outputs.length > 0)
  const operands = ASSIGN[rule.operands ?? 'none'](words.operands)
  const changes = effect === 'change'
  const isWithheld = rule.effect === 'change' && !changes
  return {
    ...NO_EFFECTS,
    effect,
    stage: stageOf(rule, effect),
    verifies: rule.verifies === true && !isWithheld,
    idle: rule.idle === true,
    reads: [...valuesOf(words, rule.reads), ...operands.reads],
    writes: changes ? [...outputs, ...operands.writes] : outputs
  }
}

/** A look that writes is work; work that is only shown is a look. */
function stageOf(rule: CommandRule, effect: Effect): StageName {
  if (effect === 'change' && rule.stage === 'inspection') return 'implementation'
  return effect === 'explore' && rule.effect === 'change' && rule.stage === 'implementation'
    ? 'inspection'
    : rule.stage
}

function effectOf(rule: CommandRule, words: SplitWords, hasOutput: boolean): Effect {
  if (hasOption(words, rule.changes)) return 'change'
  if (hasOption(words, rule.explores) || words.options.some(asksToTell)) return 'explore'
  if (printsResult(rule, words)) return 'explore'
  if (rule.bareExplores === true && words.operands.length === 0) return 'explore'
  return hasOutput || rule.effect === 'change' ? 'change' : 'explore'
}

/** `pdftotext a.pdf -`, `convert a.png txt:-`: the output goes to the terminal. */
function printsResult(rule: CommandRule, words: SplitWords): boolean {
  if (rule.operands !== 'read-then-written' && rule.operands !== 'last-written') return false
  const target = words.operands.at(-1)
  return target !== undefined && (!isRealFile(target) || /^(?:txt|info|json):/.test(target))
}

/** `--list-formats`, `--dry-run`, `--show`: long options by which tools of all kinds only tell. */
export function asksToTell({ name }: { readonly name: string }): boolean {
  return /^--(?:list|show|dry-run|dryrun|status|help|version|print|dump|check-only|info|get|simulate)(?:-|$)/.test(
    name
  )
}

interface Assigned {
  readonly reads: readonly string[]
  readonly writes: readonly string[]
}

const ASSIGN: Readonly<Record<OperandRole, (operands: readonly string[]) => Assigned>> = {
  none: () => NONE,
  program: () => NONE,
  read: (operands) => ({ reads: operands, writes: [] }),
  written: (operands) => ({ reads: [], writes: operands }),
  'read-then-written': (operands) => ({
    reads: operands.slice(0, -1),
    writes: targetsOf(operands)
  }),
  'named-written': (operands) => ({ reads: [], writes: operands.filter(namesFile) }),
  'last-written': (operands) => ({ reads: [], writes: operands.slice(-1) }),
  'pattern-then-read': (operands) => ({ reads: operands.slice(1), writes: [] }),
  'mode-then-written': (operands) => ({ reads: [], writes: operands.slice(1) })
}

const NONE: Assigned = { reads: [], writes: [] }

/** `cp a.txt b.txt dir/` makes `dir/a.txt` and `dir/b.txt`. */
function targetsOf(operands: readonly string[]): readonly string[] {
  const target = operands.at(-1)
  if (operands.length < 2 || target === undefined) return []
  const sources = operands.slice(0, -1)
  if (sources.length === 1 && !target.endsWith('/') && target !== '.') return [target]
  return sources.map((source) => `${target}/${source.slice(source.lastIndexOf('/') + 1)}`)
}

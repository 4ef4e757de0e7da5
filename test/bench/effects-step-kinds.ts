// Measures explore/change against the labelled runs of step kinds (`ONSET_DATA`), next to the baseline
// that always answers the majority class. Rules are tuned on half a of the tasks and reported on half b:
//   node test/bench/effects-step-kinds.ts <dev.jsonl.gz> [--half a|b] [--errors] [--rules]
// --errors lists the heads of disagreeing commands, --rules the precision of the rules by which running
// a program is judged.

import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { classifyStep, readShell } from '../../collector/effects/index.ts'
import { findRule, judgeProgram } from '../../collector/effects/commands/judge-program.ts'
import type { ProgramRule } from '../../collector/effects/commands/judge-program.ts'
import { findCommand } from '../../collector/effects/commands/table.ts'
import type { Effect, Step } from '../../collector/model/index.ts'
import { aPlainStep } from '../support/builders.ts'

interface LabelledStep {
  readonly command: string
  readonly thought: string | null
  readonly observation: string | null
  readonly kind: Effect
}

interface LabelledRun {
  readonly framework: string
  readonly task: string
  readonly steps: readonly LabelledStep[]
}

type Half = 'a' | 'b'

/** Disagreements shown, most frequent first. */
const HEADS_MAX = 40

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    half: { type: 'string' },
    errors: { type: 'boolean', default: false },
    rules: { type: 'boolean', default: false }
  }
})
const path = positionals[0] ?? process.env['ONSET_DATA']
if (path === undefined) {
  console.error('Give the file of labelled step kinds, or set ONSET_DATA to it.')
  process.exit(2)
}

const runs = gunzipSync(readFileSync(path))
  .toString('utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as LabelledRun)

const halves: readonly Half[] =
  values.half === 'a' || values.half === 'b' ? [values.half] : ['a', 'b']
for (const framework of [...new Set(runs.map((run) => run.framework))].toSorted()) {
  for (const half of halves) {
    measure(
      `${framework} half ${half}`,
      runs.filter((run) => run.framework === framework && halfOf(run.task) === half)
    )
  }
  if (halves.length > 1) {
    measure(
      `${framework} all`,
      runs.filter((run) => run.framework === framework)
    )
  }
}

function measure(name: string, chosen: readonly LabelledRun[]): void {
  const labelled = chosen.flatMap((run) => run.steps)
  const steps = chosen.flatMap((run) => run.steps.map((step) => toStep(run.framework, step)))
  const before = process.cpuUsage()
  const effects = steps.map((step) => classifyStep(step).effect)
  const spent = process.cpuUsage(before)
  const microseconds = (spent.user + spent.system) / steps.length
  const count = (truth: Effect, answer: Effect) =>
    labelled.filter((step, index) => step.kind === truth && effects[index] === answer).length
  const found = count('change', 'change')
  const missed = count('change', 'explore')
  const invented = count('explore', 'change')
  const right = found + count('explore', 'explore')
  const majority = Math.max(found + missed, labelled.length - found - missed)
  console.log(
    `${name.padEnd(22)} n ${labelled.length}  tasks ${new Set(chosen.map((run) => run.task)).size}` +
      `  accuracy ${percent(right, labelled.length)}  change precision ${percent(found, found + invented)}` +
      `  recall ${percent(found, found + missed)}  majority ${percent(majority, labelled.length)}` +
      `  ${microseconds.toFixed(1)} µs CPU a step`
  )
  if (values.errors) printDisagreements(labelled, effects)
  if (values.rules) printRules(name.startsWith('terminus'), labelled)
}

/** Even FNV-1a hash of the task's name: half a. */
function halfOf(task: string): Half {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(task)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  return hash % 2 === 0 ? 'a' : 'b'
}

/** As an importer makes it: one shell command a step, or keys typed into a terminal that stays open. */
function toStep(framework: string, step: LabelledStep): Step {
  const typed = framework === 'terminus2'
  return aPlainStep({
    tool: typed ? 'bash_command' : 'bash',
    action: step.command,
    arguments: JSON.stringify(typed ? { keystrokes: step.command } : { command: step.command }),
    thought: step.thought ?? '',
    observation: step.observation ?? ''
  })
}

function printDisagreements(
  labelled: readonly LabelledStep[],
  effects: readonly (Effect | undefined)[]
): void {
  const heads = new Map<string, number>()
  for (const [index, step] of labelled.entries()) {
    if (effects[index] === step.kind) continue
    const { commands } = readShell(step.command.trim())
    const named = commands.filter((command) => command.name !== '')
    const head = named.find((command) => command.name !== 'cd') ?? named[0]
    const key = `labelled ${step.kind}: ${head?.name ?? step.command.trim().slice(0, 20)}`
    heads.set(key, (heads.get(key) ?? 0) + 1)
  }
  const sorted = [...heads].toSorted((one, other) => other[1] - one[1])
  for (const [head, count] of sorted.slice(0, HEADS_MAX)) {
    console.log(`  ${String(count).padStart(5)}  ${head}`)
  }
}

/** Steps that run one program and nothing else, by the rule that judges it. */
function printRules(typed: boolean, labelled: readonly LabelledStep[]): void {
  const rules = new Map<ProgramRule, { agreeing: number; all: number }>()
  for (const step of labelled) {
    const program = onlyProgram(step.command)
    if (program === undefined) continue
    const around = {
      observation: step.observation ?? '',
      purpose: typed ? '' : (step.thought ?? ''),
      background: false
    }
    const rule = findRule(program, [], around)
    const counted = rules.get(rule) ?? { agreeing: 0, all: 0 }
    counted.all += 1
    const { changes } = judgeProgram(program, [], around)
    if (changes === (step.kind === 'change')) counted.agreeing += 1
    rules.set(rule, counted)
  }
  for (const [rule, { agreeing, all }] of [...rules].toSorted(([one], [other]) =>
    one.localeCompare(other)
  )) {
    console.log(
      `  ${rule.padEnd(20)} ${String(all).padStart(5)}  agreeing ${percent(agreeing, all)}`
    )
  }
}

function onlyProgram(line: string): string | undefined {
  const commands = readShell(line.trim()).commands.filter(
    ({ name }) => !/^(?:cd|echo|)$/.test(name)
  )
  const [command] = commands
  if (command === undefined || commands.length > 1 || command.redirects.length > 0) return undefined
  const rule = findCommand(command.name)
  // A bare word typed into a terminal is as often a key or an answer as it is a program.
  if (rule === undefined) return /[./]/.test(command.program) ? command.program : undefined
  const [first = '-'] = command.args
  return rule.effect === 'run' && !first.startsWith('-') ? first : undefined
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '—' : `${((100 * part) / whole).toFixed(1)} %`
}

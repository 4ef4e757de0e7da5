// How long localizing takes: milliseconds per step for growing runs, and whether the cost per step stays
// the same. Processor time, so that a busy machine does not show. Prints, asserts nothing.
//   node test/bench/localize.ts [steps...]

import type { Check } from '../../collector/model/index.ts'
import { localizeOnset } from '@onset/processors/localizer'
import { aRunTree } from '../support/builders.ts'

const SIZES = [100, 1_000, 10_000, 20_000]
const REPEATS = 5

function main(args: readonly string[]): void {
  const sizes = args.length === 0 ? SIZES : args.map(Number)
  localizeOnset(buildRun(500))
  let previous: { readonly steps: number; readonly ms: number } | undefined
  for (const steps of sizes) {
    const tree = buildRun(steps)
    const times = Array.from({ length: REPEATS }, () => timeOnce(tree)).toSorted((a, b) => a - b)
    const ms = times[Math.floor(REPEATS / 2)] ?? 0
    const growth = previous === undefined ? '' : `, ${growthSince(previous, { steps, ms })}`
    const micros = (1_000 * ms) / steps
    process.stdout.write(
      `${steps} steps: ${ms.toFixed(1)} ms, ${micros.toFixed(1)} µs a step${growth}\n`
    )
    previous = { steps, ms }
  }
}

interface Timing {
  readonly steps: number
  readonly ms: number
}

/** 1 is linear, 2 quadratic. */
function growthSince(before: Timing, now: Timing): string {
  const exponent = Math.log(now.ms / before.ms) / Math.log(now.steps / before.steps)
  return `grows with steps^${exponent.toFixed(2)}`
}

function timeOnce(tree: ReturnType<typeof buildRun>): number {
  const before = process.cpuUsage()
  localizeOnset(tree)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000
}

const WRITTEN_LINES = 40

/** As many things to look for as the ledger takes, most of which no step ever does. */
const TASK = Array.from(
  { length: 64 },
  (_, at) => `- Write the part_total_${at} to /app/out/part_${at}.txt.`
).join('\n')

/** A coding run as long as wanted: reads, edits, plans, commands that fail and tests, in turn. */
function buildRun(stepCount: number) {
  const steps = Array.from({ length: stepCount }, (_, at) => buildStep(at))
  const checks: Check[] = [
    { name: 'test_totals', status: 'failed', message: "assert 'total_7' in report.txt" },
    { name: 'test_exists', status: 'passed', message: '' }
  ]
  const verifierOutput = [
    "E       AssertionError: expected 'total_7' in /app/src/module_3.py",
    'E       FileNotFoundError: /app/report.txt does not exist',
    'FAILED tests/test_totals.py::test_totals - AssertionError'
  ].join('\n')
  const run = { outcome: 'error' as const, outcomeSource: 'reported' as const, task: TASK }
  return aRunTree(steps, { ...run, checks, verifierOutput })
}

function buildStep(at: number) {
  const file = `/app/src/module_${at % 97}.py`
  const text = Array.from(
    { length: WRITTEN_LINES },
    (_, line) => `total_${at} = part_${line} + ${at}`
  )
  switch (at % 5) {
    case 0:
      return {
        tool: 'Write',
        action: `Write ${file}`,
        arguments: JSON.stringify({ file_path: file, content: text.join('\n') }),
        thought: 'Now I write the module with the totals of every part.',
        observation: `File created successfully at: ${file}`,
        effects: { effect: 'change' as const, filesWritten: [file], writtenText: text.join('\n') }
      }
    case 1:
      return {
        tool: 'Read',
        action: `Read ${file}`,
        arguments: JSON.stringify({ file_path: file }),
        observation: text.join('\n'),
        effects: { filesRead: [file] }
      }
    case 2:
      return {
        tool: 'Bash',
        action: `python3 ${file} > /app/report_${at % 13}.txt`,
        arguments: JSON.stringify({ command: `python3 ${file} > /app/report_${at % 13}.txt` }),
        outcome: 'error' as const,
        error: 'ModuleNotFoundError: no module named parts',
        observation: `Traceback (most recent call last):\n${text.join('\n')}\nModuleNotFoundError`,
        effects: {
          effect: 'change' as const,
          filesRead: [file],
          filesWritten: [`/app/report_${at % 13}.txt`]
        }
      }
    case 3:
      return {
        tool: 'TodoWrite',
        action: 'TodoWrite',
        arguments: JSON.stringify({
          todos: text.slice(0, 8).map((content) => ({ content, status: 'pending' }))
        }),
        observation: 'Todos have been modified successfully.'
      }
    default:
      return {
        tool: 'Bash',
        action: 'python3 -m pytest tests',
        arguments: JSON.stringify({ command: 'python3 -m pytest tests' }),
        exitCode: 1,
        observation: text.join('\n'),
        effects: { verifies: true, exitCode: 1 }
      }
  }
}

main(process.argv.slice(2))

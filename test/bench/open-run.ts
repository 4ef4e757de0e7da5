// Whether following an open run costs the same at its first steps as at its ten thousandth: microseconds of
// processor time a step, in blocks of a tenth. Prints, asserts nothing.
//   node test/bench/open-run.ts [steps]

import { openRun } from '@onset/processors/localizer'
import type { ClassifiedStep } from '../../collector/model/index.ts'
import { aRunTree } from '../support/builders.ts'

const STEPS = 10_000
const BLOCKS = 10

function main(steps: number): void {
  for (const [name, build] of SHAPES) {
    const tree = aRunTree(Array.from({ length: steps }, (_, at) => build(at)))
    follow(tree.steps.slice(0, 500))
    const shown = follow(tree.steps).map((micros) => micros.toFixed(1))
    process.stdout.write(`${name}: ${shown.join(' ')} µs a step\n`)
  }
}

function follow(steps: readonly ClassifiedStep[]): number[] {
  const block = Math.ceil(steps.length / BLOCKS)
  const run = openRun({ task: 'Make the totals add up.' })
  const micros: number[] = []
  for (let start = 0; start < steps.length; start += block) {
    const before = process.cpuUsage()
    const some = steps.slice(start, start + block)
    for (const step of some) run.add(step)
    const { user, system } = process.cpuUsage(before)
    micros.push((user + system) / some.length)
  }
  return micros
}

type Shape = (at: number) => NonNullable<Parameters<typeof aRunTree>[0]>[number]

const SHAPES: readonly (readonly [string, Shape])[] = [
  ['work', (at) => (at % 2 === 0 ? aWrite(at) : aCheck(at, at % 4 === 1))],
  ['looks', (at) => aCommand(`cat part_${at}.py`, `total = ${at}`)],
  ['loop', () => aFailure('make', 'no rule to make target')],
  ['many loops', (at) => aFailure(`make part_${at % 300}`, `no rule for ${'x'.repeat(at % 300)}`)],
  ['errors', (at) => aFailure(`run_${at} --all`, `error in ${'y'.repeat(at % 997)}`)]
]

function aWrite(at: number) {
  const file = `src/part_${at % 97}.py`
  const text = `total_${at} = part + ${at}\n`.repeat(20)
  return {
    tool: 'Write',
    action: `Write ${file}`,
    arguments: JSON.stringify({ file_path: file, content: text }),
    observation: 'written',
    effects: { effect: 'change' as const, filesWritten: [file], writtenText: text }
  }
}

function aCheck(at: number, passes: boolean) {
  const status = passes ? ('passed' as const) : ('failed' as const)
  return {
    tool: 'Bash',
    action: 'npm test',
    arguments: '{"command":"npm test"}',
    observation: `${at} checks ${status}`,
    checks: [{ name: `test_${at % 31}`, status, message: '' }],
    effects: { verifies: true }
  }
}

function aCommand(command: string, observation: string) {
  return { tool: 'Bash', action: command, arguments: JSON.stringify({ command }), observation }
}

function aFailure(command: string, error: string) {
  const failed = { outcome: 'error' as const, error, effects: { effect: 'change' as const, error } }
  return { ...aCommand(command, error), ...failed }
}

main(Number(process.argv[2] ?? STEPS))

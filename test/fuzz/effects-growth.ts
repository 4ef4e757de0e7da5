// Looks for texts that cost more than their length: each pattern is read as a command line of two sizes, the
// second twice the first, and no CPU time may grow fourfold. Then all of them, at 200,000 characters, as the
// command, the keystrokes, the checks and the output of a step, where none may take long at all.
//
//   node test/fuzz/effects-growth.ts [pattern]

import {
  classifyStep,
  readCheckRuns,
  readShell,
  readTestReport
} from '../../collector/effects/index.ts'
import { aStep } from '../support/builders.ts'

/** Half of what the shell reader looks at, and all of it: beyond that length nothing grows. */
const SMALL_CHARS = 16_384
const LARGE_CHARS = 32_768
const HOSTILE_CHARS = 200_000
/** A small reading takes a fraction of a millisecond, of which the clock and the compiler are most. */
const NOISE_MS = 15
const GROWTH_MAX = 3.5
/** Ten times the slowest pattern known, so that a loaded machine raises no alarm. */
const STEP_MS_MAX = 800
/** The best of them counts: whatever else the machine does only adds. */
const TRIES = 3

type Pattern = (chars: number) => string

/** Repeated side by side. */
const REPEATED: readonly string[] = [
  'cd a && ',
  'cd a; ',
  'cd a\n',
  'pushd a && ',
  `cd ${'a/'.repeat(1_000)} && `,
  'a | ',
  'echo a | ',
  'a;',
  'a & ',
  'a || ',
  'a && ',
  '`a` ',
  '$(a) ',
  'echo $(echo $(a)) ;',
  '<(a) ',
  'cat <<A\nx\nA\n',
  'a <<< b; ',
  "bash -c 'a; b' ; ",
  'echo "a;b" | sh | ',
  `"'"'`,
  '"a" ',
  "$'a'",
  '\\',
  '> b ',
  '2>&1 ',
  'cat a > b; ',
  '{a,b}',
  '*?[a]',
  'A=$A ',
  'A=b; B=$A; ',
  'export A=a; ',
  '$ ',
  '${',
  'if a; then b; fi; ',
  'if a; then b; ',
  'for i in a b; do c; done; ',
  'while a; do ',
  'f() { a; }; ',
  'f() { ',
  'coproc ',
  'time ',
  '! ',
  'sudo ',
  'env A=b ',
  'xargs ',
  'eval ',
  'ssh a ',
  'watch ',
  'npm run ',
  'docker exec a ',
  'a',
  '../',
  '/a',
  '#',
  '\n',
  'a\r\n',
  '\0'
]

/** What stands before the repeated part of a line. */
const LED: readonly (readonly [lead: string, unit: string])[] = [
  ['find . ', '-exec a {} ; '],
  ['find . ', '-exec sh -c "a" + '],
  [`cd ${'a/'.repeat(2_000)} && cat `, 'b1 c2 '],
  [`cd ${'a/'.repeat(2_000)} && `, 'cat b && '],
  [`A=${'x'.repeat(1_000)}; echo `, '$A '],
  ['A=a; echo "', '${'],
  ['export ', 'A=a '],
  ['git apply <<E\n', '+++ b/a\n'],
  ["awk '", 'print '],
  ["sed '", 's/a/b/;'],
  ['python - <<E\n', "open('a','w');"],
  ['psql -c "', 'insert into '],
  ['curl ', '-o a '],
  ['gcc ', '-o a '],
  ['tar ', 'x'],
  ['ls -', 'a'],
  ['npm test; ', 'echo $? ; '],
  ['npm test; rc=$?; ', 'echo $rc ; '],
  ['npm test; ', 'npm test; '],
  ['npm test ', '| tail ']
]

/** Opened again and again, then closed as often. */
const NESTED: readonly (readonly [open: string, close: string])[] = [
  ['(', ')'],
  ['{ ', ' ;}'],
  ['$(', ')'],
  ['<(', ')'],
  ['bash -c "', '"'],
  ['{a,', '}'],
  ['@(', ')'],
  ['${a:-', '}'],
  ['$((', '))'],
  ['[[ ( ', ' ) ]]'],
  ['if a; then ', 'b; fi; ']
]

function listPatterns(): ReadonlyMap<string, Pattern> {
  const patterns = new Map<string, Pattern>()
  const fill = (unit: string, chars: number) =>
    unit.repeat(Math.ceil(Math.max(0, chars) / unit.length)).slice(0, Math.max(0, chars))
  for (const unit of REPEATED) patterns.set(nameOf(unit), (chars) => fill(unit, chars))
  for (const [lead, unit] of LED) {
    patterns.set(nameOf(lead, unit), (chars) => lead + fill(unit, chars - lead.length))
  }
  for (const [open, close] of NESTED) {
    const times = (chars: number) => Math.floor(chars / (open.length + close.length))
    patterns.set(
      nameOf(open, close),
      (chars) => open.repeat(times(chars)) + close.repeat(times(chars))
    )
  }
  return patterns
}

function nameOf(...texts: readonly string[]): string {
  return texts.map((text) => JSON.stringify(text).slice(0, 32)).join(' … ')
}

const READERS: Readonly<Record<string, (text: string) => unknown>> = {
  command: (text) =>
    classifyStep(
      aStep({ tool: 'bash', action: text, arguments: JSON.stringify({ command: text }) })
    ),
  keystrokes: (text) =>
    classifyStep(aStep({ tool: 'send_keys', arguments: JSON.stringify({ keystrokes: text }) })),
  output: (text) =>
    classifyStep(
      aStep({ tool: 'bash', arguments: '{"command":"npm test | tail"}', observation: text })
    ),
  checks: (text) => {
    const step = aStep({
      tool: 'bash',
      arguments: JSON.stringify({ command: text }),
      observation: text
    })
    return readCheckRuns({ ...step, effects: classifyStep(step) })
  },
  report: readTestReport
}

function cpuMsOf(act: () => unknown): number {
  let best = Number.POSITIVE_INFINITY
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const before = process.cpuUsage()
    act()
    const { user, system } = process.cpuUsage(before)
    best = Math.min(best, (user + system) / 1_000)
  }
  return best
}

function findGrowth(name: string, pattern: Pattern): string | undefined {
  const small = cpuMsOf(() => readShell(pattern(SMALL_CHARS)))
  const large = cpuMsOf(() => readShell(pattern(LARGE_CHARS)))
  if (large < NOISE_MS || large < small * GROWTH_MAX) return undefined
  return `${name}: ${small.toFixed(1)} ms for ${SMALL_CHARS} characters, ${large.toFixed(1)} ms for twice as many`
}

const wanted = process.argv[2] ?? ''
const found: string[] = []
let slowest = { ms: 0, what: '' }
let count = 0
for (const [name, pattern] of listPatterns()) {
  if (!name.includes(wanted)) continue
  count += 1
  const growth = findGrowth(name, pattern)
  if (growth !== undefined) found.push(growth)
  const hostile = pattern(HOSTILE_CHARS)
  for (const [as, read] of Object.entries(READERS)) {
    const ms = cpuMsOf(() => read(hostile))
    const what = `${name} as ${as}`
    if (ms > slowest.ms) slowest = { ms, what }
    if (ms > STEP_MS_MAX) found.push(`${what}: ${ms.toFixed(0)} ms`)
  }
}
console.log(`${count} patterns; slowest: ${slowest.what}, ${slowest.ms.toFixed(0)} ms`)
for (const line of found) console.log(line)
if (found.length > 0) process.exitCode = 1

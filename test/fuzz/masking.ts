// How the time of masking grows with the length of texts that are made to slow it down: of what each kind of secret
// begins with, of names with what separates them from values, and of pieces of patterns. Prints the slowest and
// fails where twice the length takes far more than twice the time.
//
//   npx node test/fuzz/masking.ts

import { maskText } from '../../collector/normalizer/mask-text.ts'
import { SECRET_KINDS } from '../../collector/normalizer/sanitizers/secret-kinds.ts'
import { PLANTED, plant } from '../support/secret-cases.ts'

const CHARS = 32 * 1024
/** Fourfold length: linear is 4, quadratic 16. */
const FACTOR = 4
const GROWTH_MAX = 12
/** Shorter times say nothing about growth. */
const MILLISECONDS_MIN = 20

const BEGINS = [...new Set(SECRET_KINDS.flatMap(({ begins }) => begins))]
const JOINTS = [
  '',
  ' ',
  '=',
  ': ',
  '":"',
  ' -u a:',
  ' -p',
  '>',
  '%3D',
  '\\\\\\\\',
  '\u001b[33m',
  ' a=b;',
  '=a',
  'A'.repeat(20)
]
const units = [
  ...BEGINS.flatMap((begin) => JOINTS.map((joint) => begin + joint)),
  ...PLANTED.map(([, secret, around]) => plant(secret, around)),
  ...PLANTED.map(([, , around]) => plant('a', around))
]

function millisecondsFor(unit: string, chars: number): number {
  const text = unit.repeat(Math.ceil(chars / unit.length))
  const start = process.threadCpuUsage()
  maskText(text)
  const { user, system } = process.threadCpuUsage(start)
  return (user + system) / 1_000
}

const measured = units.map((unit) => {
  const short = millisecondsFor(unit, CHARS)
  const long = millisecondsFor(unit, FACTOR * CHARS)
  return { unit: JSON.stringify(unit.slice(0, 48)), long, growth: long / Math.max(short, 1) }
})
const grown = measured.filter(({ long, growth }) => long > MILLISECONDS_MIN && growth > GROWTH_MAX)
for (const { unit, long, growth } of measured.toSorted((a, b) => b.long - a.long).slice(0, 10)) {
  console.log(`${long.toFixed(0).padStart(6)} ms  ${growth.toFixed(1).padStart(5)} times  ${unit}`)
}
console.log(
  `${units.length} texts of ${CHARS} and ${FACTOR * CHARS} characters, ${grown.length} grow too fast`
)
for (const { unit, growth } of grown) console.error(`${growth.toFixed(1)} times  ${unit}`)
process.exitCode = grown.length === 0 ? 0 : 1

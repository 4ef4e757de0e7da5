// How long one run takes to assemble, and whether twice the steps take twice as long. Time of the thread's
// CPU, so that a busy machine gives the same figures; the first round is what a cold process pays.
// Run: npx node test/bench/assemble.ts

import { assembleRun } from '../../processors/assembler/index.ts'
import { aLongRun } from '../support/long-run.ts'

const ROUNDS = 7
const MICROS_PER_MS = 1_000
const SIZES = [5_000, 10_000, 20_000] as const

const medians = SIZES.map((size) => {
  const steps = aLongRun(size)
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = process.threadCpuUsage()
    assembleRun(steps)
    const { user, system } = process.threadCpuUsage(before)
    times.push((user + system) / MICROS_PER_MS)
  }
  const sorted = times.toSorted((one, other) => one - other)
  const median = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
  console.log(
    `${size} steps: first ${times[0]?.toFixed(0)} ms, median ${median.toFixed(0)} ms of CPU`
  )
  return median
})

const [, tenThousand = Number.NaN, twentyThousand = Number.NaN] = medians
console.log(`20,000 over 10,000 steps: ${(twentyThousand / tenThousand).toFixed(2)}×`)

// What watching costs a command and a written file: the same work with the room installed and without it, in
// turns, medians of rounds. Run: node test/bench/instrumentation-effects.ts

import childProcess from 'node:child_process'
import fs, { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT_CONTEXT } from '@opentelemetry/api'
import { TracerProvider } from '@opentelemetry/sdk-trace'
import { lookAround } from '../../instrumentation/effects/commands/surroundings.ts'
import { installEffects } from '../../instrumentation/effects/index.ts'
import { EFFECT_LIMITS } from '../../instrumentation/effects/limits.ts'

const ROUNDS = 9
const COMMANDS = 20
const WRITES = 200

const folder = mkdtempSync(join(tmpdir(), 'onset-bench-'))
const text = 'a line of source\n'.repeat(200)

const WORK: Readonly<
  Record<string, { readonly times: number; readonly run: (at: number) => void }>
> = {
  'command, spawnSync': {
    times: COMMANDS,
    run: () => {
      childProcess.spawnSync('true')
    }
  },
  'write of 3.4 KB to a file of its own': {
    times: WRITES,
    run: (at) => {
      fs.writeFileSync(join(folder, `${at % 50}.txt`), text)
    }
  },
  'append to one file': {
    times: WRITES,
    run: () => {
      fs.appendFileSync(join(folder, 'log.txt'), 'a line\n')
    }
  },
  read: {
    times: WRITES,
    run: (at) => {
      fs.readFileSync(join(folder, `${at % 50}.txt`))
    }
  }
}

function install(): { uninstall(): void } {
  return installEffects({
    tracer: new TracerProvider().getTracer('bench'),
    parentContext: () => ROOT_CONTEXT,
    childEnvironment: () => ({}),
    environment: { PATH: '/usr/bin:/bin' },
    capture: 'full',
    redact: (given) => given,
    ignorePaths: [],
    onDefect: (error) => {
      throw error
    }
  })
}

function microsEach({ times, run }: { times: number; run: (at: number) => void }): number {
  const startedAt = performance.now()
  for (let at = 0; at < times; at += 1) run(at)
  return ((performance.now() - startedAt) * 1000) / times
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}

try {
  for (const [name, work] of Object.entries(WORK)) {
    const [bare, watched]: [number[], number[]] = [[], []]
    for (let round = 0; round < ROUNDS; round += 1) {
      bare.push(microsEach(work))
      const effects = install()
      const startedAt = performance.now()
      microsEach(work)
      effects.uninstall()
      watched.push(((performance.now() - startedAt) * 1000) / work.times)
    }
    const [without, withUs] = [median(bare), median(watched)]
    console.log(
      `${name}: bare ${without.toFixed(0)} µs, watched ${withUs.toFixed(0)} µs, +${(withUs - without).toFixed(0)} µs`
    )
  }
  const startedAt = performance.now()
  const found = lookAround(process.cwd(), { ...EFFECT_LIMITS, lookMsMax: 1000 })
  const tookMs = performance.now() - startedAt
  console.log(
    `looking around this work tree: ${tookMs.toFixed(1)} ms for ${found?.size ?? `more than ${EFFECT_LIMITS.lookedAtMax}`} files, twice a command`
  )
} finally {
  rmSync(folder, { recursive: true })
}

// A process that opens a store, for claims that need one of its own: it is killed, it holds the folder, it
// runs as another user, its disk is full. Talks in JSON lines on standard output, written synchronously,
// so that what it said was true when it was killed.
//
//   node store-child.ts open|hold|write <dataDir or URL of a server>

import { writeSync } from 'node:fs'
import { CollectorError, toRunId } from '../../collector/model/index.ts'
import type { Store } from '../../collector/model/index.ts'
import { openStore } from '../../collector/store/index.ts'
import { aRunTree, aSpan, aStep } from './builders.ts'
import { storeBasics } from './test-store.ts'

/** What a writer says of each batch that the store has acknowledged. */
export interface Acknowledged {
  readonly traceId: string
  readonly spanIds: readonly string[]
}

const WRITERS = 4
const BATCH_SPANS = 20
const STDOUT = 1

const [command = '', dataDir = '', idPrefix = '1'] = process.argv.slice(2)

function tell(line: unknown): void {
  writeSync(STDOUT, `${JSON.stringify(line)}\n`)
}

/** Ids of this process: rounds of one test share a folder. */
let count = 0
function anId(digits: number): string {
  count += 1
  return idPrefix + count.toString(16).padStart(digits - idPrefix.length, '0')
}

async function keepWriting(store: Store): Promise<never> {
  for (;;) {
    const traceId = anId(32)
    const runId = toRunId(traceId)
    const spans = Array.from({ length: BATCH_SPANS }, () =>
      aSpan({ traceId: traceId as never, spanId: anId(16) as never })
    )
    const steps = spans.map((span) =>
      aStep({ runId, traceId: span.traceId, spanId: span.spanId, stepId: span.spanId as never })
    )
    await store.write({ spans, steps })
    tell({ traceId, spanIds: spans.map((span) => span.spanId) } satisfies Acknowledged)
    const { ingestedThrough } = await store.readRunSteps(runId)
    await store.saveAnalysis({
      tree: aRunTree(steps, { runId }),
      localization: {
        onsets: [],
        abstention: undefined,
        incorrectSteps: [],
        unusefulSteps: []
      },
      state: 'complete',
      partial: false,
      ingestedThrough
    })
  }
}

async function main(): Promise<void> {
  const location = /^https?:/.test(dataDir) ? { url: dataDir } : { dataDir }
  const store = await openStore({ ...storeBasics(), ...location })
  tell('open')
  switch (command) {
    case 'open':
      await store.close()
      return
    case 'hold':
      process.stdin.on('end', () => void store.close())
      process.stdin.resume()
      return
    case 'write':
      await Promise.all(Array.from({ length: WRITERS }, () => keepWriting(store)))
      return
    default:
      throw new Error(`unknown command ${command}`)
  }
}

main().catch((error: unknown) => {
  if (!(error instanceof CollectorError)) throw error
  tell({ code: error.code, retryable: error.retryable, message: error.message })
  process.exitCode = 1
})

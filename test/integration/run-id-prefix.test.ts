// A run by the beginning of its id, as people type it, over REST and on the command line.

import t from 'tap'
import { toRunId, toUnixNano } from '../../collector/model/index.ts'
import { feedbackCommand } from '../../instrumentation/commands/feedback.ts'
import { showCommand } from '../../instrumentation/commands/show.ts'
import type { Command } from '../../instrumentation/commands/command.ts'
import { aRunTree } from '../support/builders.ts'
import { startTestCollector } from '../support/started-collector.ts'
import { openTestStore } from '../support/test-store.ts'

const store = await openTestStore(t)
const collector = await startTestCollector(t, { store })
const ALIKE = Array.from({ length: 7 }, (_, at) => `abcd${at}`.padEnd(32, '0'))
const [FIRST = ''] = ALIKE
/** An id that is no trace id, and one that goes on where it ends. */
const PROMPTS = ['session-1%/prompt', 'session-1%/prompt-2']

t.before(async () => {
  for (const id of [...ALIKE, ...PROMPTS]) {
    await store.saveAnalysis({
      tree: aRunTree([{}], { runId: toRunId(id) }),
      localization: { onsets: [], abstention: 'no', incorrectSteps: [], unusefulSteps: [] },
      state: 'complete',
      partial: false,
      ingestedThrough: toUnixNano(1n)
    })
  }
})

async function find(id: string) {
  const { status, json } = await collector.get(`/api/runs/${encodeURIComponent(id)}`)
  const { run, error } = json as { run?: { id: string }; error?: { message: string } }
  return { status, id: run?.id, message: error?.message }
}

async function run(command: Command, ...args: readonly string[]) {
  let stdout = ''
  let stderr = ''
  const code = await command.run(args, {
    stdout: { write: (text) => (stdout += String(text)) },
    stderr: { write: (text) => (stderr += text) },
    env: { ONSET_URL: collector.url }
  })
  return { code, stdout, stderr }
}

t.test('the beginning that only one run has is that run', async (t) => {
  t.match(await find('abcd0'), { status: 200, id: FIRST })
  t.match(await find('ABCD0'), { status: 200, id: FIRST }, 'in any case')
  t.match(await find(FIRST), { status: 200, id: FIRST })
  t.match(await find('session-1%/prompt-'), { status: 200, id: PROMPTS[1] })
})

t.test('a whole id is that run, also when another one goes on after it', async (t) => {
  t.match(await find('session-1%/prompt'), { status: 200, id: PROMPTS[0] })
})

t.test('a beginning of several runs is refused with some of them', async (t) => {
  const { status, message } = await find('abcd')
  t.equal(status, 400)
  t.match(message, FIRST)
  t.match(message, /and more; give more of it/)
  t.notMatch(message, ALIKE.at(-1))
})

t.test('what begins no run, or is too short to be meant, is not found', async (t) => {
  for (const id of ['abce', 'abc', 'a', '%', '____', 'session-1_']) {
    t.match(await find(id), { status: 404 }, id)
  }
})

t.test('commands take it too, and write to the run that is meant', async (t) => {
  t.match(await run(showCommand, 'abcd0'), { code: 0, stdout: new RegExp(FIRST.slice(0, 8)) })
  t.match(await run(showCommand, 'abcd'), { code: 2, stderr: /several runs/ })
  t.match(await run(showCommand, 'beef'), { code: 1, stderr: /there is no run beef/ })
  t.match(await run(feedbackCommand, 'abcd1', '--onset', '1'), { code: 0, stdout: /stored/ })
  t.match(await store.readFeedback(toRunId(ALIKE[1] ?? '')), [{ onsetStepIndex: 1 }])
  t.match(await run(feedbackCommand, 'abcd', '--none'), { code: 2, stderr: /several runs/ })
  t.match(await run(feedbackCommand, 'not-there', '--none'), { code: 1 })
  t.equal((await store.readFeedback(toRunId('not-there'))).length, 0, 'a mistyped run is told')
})

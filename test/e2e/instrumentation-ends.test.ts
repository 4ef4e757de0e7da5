// Each way to die: real processes, a real destination. The program writes down every span it makes; all of
// them arrive, and the process ends as it does without the instrumentation. More rounds: test/fuzz/instrumentation-ends.ts

import t from 'tap'
import { startDestination } from '../support/otlp-destination.ts'
import { agentFolder, runAgentProgram } from '../support/registered-agent.ts'
import { die, WAYS_TO_DIE } from '../support/ways-to-die.ts'

t.jobs = 2

for (const way of WAYS_TO_DIE) {
  t.test(`no span is lost by ${way.name}, and the end stays what it was`, async (t) => {
    const destination = await startDestination(t)
    const { end, lost, notInterrupted, left } = await die(agentFolder(t), destination, way)
    t.same({ code: end.code, signal: end.signal }, way.ends, end.stderr)
    t.same(lost, [])
    t.ok(end.stdout.includes('ended '), 'the program did something')
    if (way.leavesOpen === true) {
      t.match(end.stdout, /^open /m)
      t.same(notInterrupted, [], 'what was open arrives as interrupted')
    }
    t.same(left, [], 'and nothing stays on disk')
  })
}

t.test('the ways to die end so without the instrumentation too', async (t) => {
  const folder = agentFolder(t)
  const plain = `import { writeSync } from 'node:fs'
    const write = (line) => writeSync(1, line + '\\n')
    const work = () => undefined
    const open = work
  `
  for (const { name, source, signal, ends } of WAYS_TO_DIE) {
    let isKilled = false
    const end = await runAgentProgram(folder, {
      source: plain + source,
      flags: [],
      onReady: (pid) => {
        if (signal !== undefined && !isKilled) process.kill(pid, signal)
        isKilled = true
      }
    })
    t.same({ code: end.code, signal: end.signal }, ends, name)
  }
})

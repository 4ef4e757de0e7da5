// node --import @onset/instrumentation/register named-run.mjs "make node --test pass"
// A program without a model, whose steps nothing else names.
import { exec } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { recordOutcome, withRun, withStage, withTool } from '@onset/instrumentation'

const runTests = () =>
  withTool({ name: 'run_command', arguments: { command: 'node --test' } }, async () => {
    const { stdout } = await promisify(exec)('node --test').catch((failed) => failed)
    return stdout
  })
const content = 'export const sum = (a, b) => a + b\n'

await withRun({ agent: 'coder', task: process.argv[2], session: 'thread-1' }, async () => {
  await withStage('inspection', runTests)
  await withStage('implementation', () =>
    withTool({ name: 'write_file', arguments: { path: 'sum.mjs', content } }, async () => {
      await writeFile('sum.mjs', content)
      return 'wrote sum.mjs'
    })
  )
  const report = await withStage('verification', runTests)
  recordOutcome(report.includes('fail 0') ? 'ok' : 'error', 'node --test')
})

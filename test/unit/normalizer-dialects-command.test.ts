// `onset dialects` with recorded output, and the page that tells people the same.

import { readFileSync } from 'node:fs'
import t from 'tap'
import { DIALECTS } from '../../collector/normalizer/dialects/index.ts'
import { dialectsCommand } from '../../collector/normalizer/index.ts'

async function run(...args: readonly string[]) {
  const said = { stdout: '', stderr: '' }
  const code = await dialectsCommand.run(args, {
    stdout: { write: (text) => (said.stdout += text) },
    stderr: { write: (text) => (said.stderr += text) }
  })
  return { code, ...said }
}

t.test('lists every dialect in the order in which they are asked', async (t) => {
  const { code, stdout, stderr } = await run()
  t.equal(code, 0)
  t.equal(stderr, '')
  const lines = stdout.trimEnd().split('\n')
  t.strictSame(
    lines.map((line) => line.split(/\s{2,}|(?<=@\d+) /)[0]),
    DIALECTS.map(({ name, version }) => `${name}@${version}`)
  )
  for (const line of lines) t.ok(line.length <= 100, `fits a terminal: ${line}`)
})

t.test('--json prints one object a line', async (t) => {
  const { code, stdout } = await run('--json')
  t.equal(code, 0)
  const objects = stdout.trimEnd().split('\n')
  t.strictSame(
    objects.map((line) => JSON.parse(line) as unknown),
    DIALECTS.map(({ name, version, recognizedBy }) => ({ name, version, recognizedBy }))
  )
})

t.test('help is an answer, anything else wrong usage', async (t) => {
  t.match(await run('--help'), { code: 0, stdout: /^Usage: onset dialects/, stderr: '' })
  t.match(await run('--all'), { code: 2, stdout: '', stderr: /there is no option --all/ })
})

t.test('docs/dialects.md has every dialect, in order', async (t) => {
  const page = readFileSync(new URL('../../docs/dialects.md', import.meta.url), 'utf8')
  const rows = [...page.matchAll(/^\| \d+ \| `(\w+)` \|/gm)].map(([, name]) => name)
  t.strictSame(
    rows,
    DIALECTS.map(({ name }) => name)
  )
})

// docs/masking.md lists the kinds as the code has them; `npx node test/unit/masking-docs.test.ts --write` mends it.

import { readFileSync, writeFileSync } from 'node:fs'
import t from 'tap'
import { SECRET_KINDS } from '../../collector/normalizer/sanitizers/secret-kinds.ts'

const PAGE = new URL('../../docs/masking.md', import.meta.url)
const BEGIN = '<!-- kinds: from collector/normalizer/sanitizers -->\n'
const END = '<!-- /kinds -->'

function table(): string {
  const rows = SECRET_KINDS.map(({ kind, covers }) => `| \`${kind}\` | ${covers} |`)
  return ['| kind | what |', '|---|---|', ...rows, ''].join('\n')
}

t.test('docs/masking.md has one row for each kind', async (t) => {
  const page = readFileSync(PAGE, 'utf8')
  const [before = '', rest = ''] = page.split(BEGIN)
  const [, after = ''] = rest.split(END)
  const mended = before + BEGIN + table() + END + after
  if (process.argv.includes('--write')) writeFileSync(PAGE, mended)
  t.equal(readFileSync(PAGE, 'utf8'), mended)
})

t.test('each kind has a bit of its own in what was found', async (t) => {
  // Two bits are taken by private keys and by names of secrets.
  t.ok(SECRET_KINDS.length <= 29, `${SECRET_KINDS.length} kinds`)
})

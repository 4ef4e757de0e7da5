import { createHash } from 'node:crypto'
import t from 'tap'
import { cutText } from '../../collector/model/index.ts'
import { contentHash } from '../../collector/normalizer/content-hash.ts'

t.test('a text within the bound is returned as it is', async (t) => {
  t.equal(cutText('abc', 3), 'abc')
})

t.test(
  'a longer text keeps head and tail, stays in the bound and says what is missing',
  async (t) => {
    const cut = cutText(`head${'x'.repeat(500)}tail`, 120)
    t.ok(cut.length <= 120)
    t.ok(cut.startsWith('head'))
    t.ok(cut.endsWith('tail'))
    t.match(cut, /\n… 417 characters left out …\n/)
    t.equal(cut.length - '\n… 417 characters left out …\n'.length + 417, 508)
  }
)

t.test('a long text that was cut tells a hash of the whole', async (t) => {
  const text = `head${'x'.repeat(9_000)}tail`
  const sha = createHash('sha256').update(text).digest('hex').slice(0, 16)
  const cut = cutText(text, 5_000, contentHash)
  t.ok(cut.length <= 5_000)
  t.match(cut, new RegExp(`\n… \\d+ characters left out, sha256 ${sha} of the whole …\n`))
  const [, left = ''] = /(\d+) characters left out/.exec(cut) ?? []
  const kept = cut.replace(/\n… .* …\n/, '')
  t.equal(kept.length + Number(left), text.length, 'and the number of characters that are missing')
  t.equal(cutText(text, 5_000, contentHash), cut)
  const middle = `${text.slice(0, 4_500)}y${text.slice(4_501)}`
  t.not(
    cutText(middle, 5_000, contentHash),
    cut,
    'by which it is told from another with the same head and tail'
  )
})

t.test('a cut never splits a surrogate pair', async (t) => {
  for (let bound = 1; bound < 120; bound += 1) {
    t.notMatch(JSON.stringify(cutText('😀'.repeat(200), bound)), /\\ud8|\\ude/i)
  }
})

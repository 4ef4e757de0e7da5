import t from 'tap'
import { cutText } from '../../collector/model/index.ts'

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
    t.match(cut, /388 characters left out/)
  }
)

t.test('a cut never splits a surrogate pair', async (t) => {
  for (let bound = 1; bound < 120; bound += 1) {
    t.notMatch(JSON.stringify(cutText('😀'.repeat(200), bound)), /\\ud8|\\ude/i)
  }
})

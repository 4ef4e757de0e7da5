// Onset's own page as a browser is served it: one document, its modules, and nothing else.

import t from 'tap'
import { aDataDir, startOnset } from '../support/onset-process.ts'

t.test('the page is served whole, cacheable, under a strict policy', async (t) => {
  const onset = await startOnset(t, { dataDir: aDataDir(t) })

  await t.test('one document for the list and for each run', async (t) => {
    const list = await fetch(`${onset.url}/`)
    t.equal(list.status, 200)
    t.match(list.headers.get('content-type'), 'text/html')
    const policy = list.headers.get('content-security-policy') ?? ''
    t.match(policy, "default-src 'none'")
    t.notMatch(policy, 'unsafe')
    const run = await fetch(`${onset.url}/runs/${'a'.repeat(32)}`)
    t.equal(await run.text(), await list.text())
  })

  await t.test('every file that the document and its modules name', async (t) => {
    const seen = new Set<string>()
    const walk = async (path: string): Promise<void> => {
      if (seen.has(path)) return
      seen.add(path)
      const answer = await fetch(`${onset.url}${path}`)
      t.equal(answer.status, 200, path)
      const text = await answer.text()
      if (!path.endsWith('.css')) {
        t.match(answer.headers.get('content-type'), 'text/javascript', path)
        t.notMatch(text, /^import type|: string\b/m, `${path} has no types left`)
      }
      const again = await fetch(`${onset.url}${path}`, {
        headers: { 'if-none-match': answer.headers.get('etag') ?? '' }
      })
      t.equal(again.status, 304, `${path} is asked for once`)
      for (const [, name] of text.matchAll(/from ['"]\.\/([\w.-]+)['"]/g)) {
        await walk(`/page/${name}`)
      }
    }
    const html = await (await fetch(`${onset.url}/`)).text()
    for (const [path] of html.matchAll(/\/page\/[\w.-]+/g)) await walk(path)
    t.ok(seen.size > 15, `${seen.size} files`)
  })

  await t.test('no other file of the machine, and an error in the form of the API', async (t) => {
    const paths = [
      'tsconfig.json',
      'index.html',
      '..%2fpage-plugin.ts',
      '%2e%2e%2f%2e%2e%2fpackage.json',
      '__proto__',
      'constructor'
    ]
    for (const path of paths) {
      const answer = await fetch(`${onset.url}/page/${path}`)
      t.equal(answer.status, 404, path)
      t.match(await answer.json(), { error: { code: 'NOT_FOUND' } }, path)
    }
    t.equal((await fetch(`${onset.url}/`, { method: 'POST' })).status, 404)
  })
})

t.test('with keys the page itself is for everybody, and holds nothing', async (t) => {
  const onset = await startOnset(t, {
    dataDir: aDataDir(t),
    env: { ONSET_API_KEYS: 'read:a-key-of-some-length-1234567' }
  })
  t.equal((await fetch(`${onset.url}/`)).status, 200)
  t.equal((await fetch(`${onset.url}/page/main.ts`)).status, 200)
  t.equal((await fetch(`${onset.url}/api/runs`)).status, 401)
})

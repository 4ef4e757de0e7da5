// The last line of a list that goes on, in a shell of npm: it can be pasted as it is.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import {
  alertsCommand,
  auditCommand,
  runsCommand,
  type Command
} from '../../instrumentation/commands/index.ts'

const AT = '2026-01-01T00:00:00.000Z'
const RUN = { id: 'a1', startedAt: AT, service: 's', state: 'open', stepCount: 1, tokens: {} }
const ALERT = { id: 'b2', rule: 'r', destination: 'd', event: 'firing', state: 'dead', attempts: 9 }
const EVENT = { action: 'key_created', target: 'c3', result: 'done', address: '::1', details: {} }

const PAGES: Readonly<Record<string, object>> = {
  '/api/runs': RUN,
  '/api/alerts': { ...ALERT, startedAt: AT, updatedAt: AT },
  '/api/audit': { ...EVENT, at: AT, actor: { id: 'local', name: 'local' } }
}

const LISTS: readonly (readonly [Command, args: readonly string[], more: string])[] = [
  [runsCommand, [], 'runs'],
  [alertsCommand, ['list'], 'alerts list'],
  [auditCommand, [], 'audit']
]

t.test('a list names the command for its next page as it is typed there', async (t) => {
  const server = createServer(({ url = '' }, response) => {
    const item = PAGES[url.split('?')[0] ?? '']
    response.end(JSON.stringify({ items: [item], nextCursor: 'next' }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const env = {
    ONSET_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    npm_lifecycle_event: 'onset',
    npm_package_json: '/home/me/onset/package.json',
    INIT_CWD: '/home/me/onset'
  }
  for (const [command, args, more] of LISTS) {
    let stdout = ''
    const io = {
      stdout: { write: (text: string | Uint8Array) => (stdout += String(text)) },
      stderr: { write: (text: string) => t.fail(text) },
      env
    }
    t.equal(await command.run(args, io), 0)
    t.match(stdout, new RegExp(`\nmore: npm run onset -- ${more} --cursor next\n$`))
  }
})

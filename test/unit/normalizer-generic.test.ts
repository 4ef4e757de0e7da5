// Method: spans of ordinary instrumentations, which stay unknown and yet tell what was done.

import t from 'tap'
import { checkDialect } from '../support/dialect-cases.ts'

t.test('spans that no dialect knows', async (t) => {
  checkDialect(t, [
    {
      claim: 'an HTTP call tells method and address',
      attributes: {
        'http.request.method': 'POST',
        'url.full': 'https://api.example.com/v1/orders',
        'http.response.status_code': 502
      },
      span: { name: 'POST', kind: 'client', statusCode: 'error' },
      step: {
        kind: 'unknown',
        dialect: 'generic@1',
        name: 'POST',
        action: 'POST: POST https://api.example.com/v1/orders',
        observation: 'status 502',
        outcome: 'error',
        error: 'error without a message',
        tool: undefined
      }
    },
    {
      claim: 'a database query tells the query',
      attributes: { 'db.system.name': 'postgresql', 'db.query.text': 'SELECT 1' },
      span: { name: 'SELECT' },
      step: { kind: 'unknown', action: 'SELECT: postgresql SELECT 1' }
    },
    {
      claim: 'a process tells its command line and its exit code',
      attributes: { 'process.command_args': ['npm', 'test'], 'process.exit.code': 1 },
      span: { name: 'npm' },
      step: { action: 'npm: npm test', exitCode: 1 }
    },
    {
      claim: 'a span without attributes tells its name',
      attributes: {},
      span: { name: 'load settings' },
      step: { action: 'load settings', observation: '', outcome: 'unknown', sessionId: undefined }
    },
    {
      claim: 'what went in and came out is kept, session and evaluations too',
      attributes: {
        'session.id': 's-1',
        'input.value': '{"a":1}',
        'output.value': 'done',
        'gen_ai.evaluation.name': 'x'
      },
      span: { name: 'work' },
      step: { sessionId: 's-1' }
    },
    {
      claim: 'a telling attribute of any length makes a line, not a page',
      attributes: { 'db.system': 'sqlite', 'db.statement': `SELECT '${'x '.repeat(10_000)}'` },
      span: { name: 'q' },
      step: { kind: 'unknown', truncated: false }
    }
  ])
})

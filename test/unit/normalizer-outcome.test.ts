// Method: one span of each kind of ending; the rest of the step does not matter here.

import t from 'tap'
import type { AttributeValue } from '../../collector/model/index.ts'
import { aResource, someAttributes } from '../support/builders.ts'
import { checkDialect, toOneStep } from '../support/dialect-cases.ts'

const tool = { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'bash' }

t.test('how a step ended', async (t) => {
  checkDialect(t, [
    {
      claim: 'a tool that ended without a sign of an error did its work',
      attributes: tool,
      step: { outcome: 'ok', error: undefined }
    },
    {
      claim: 'an agent that ended without a sign of an error does not say that it did its task',
      attributes: { 'gen_ai.operation.name': 'invoke_agent' },
      step: { outcome: 'unknown', error: undefined }
    },
    {
      claim: 'an agent whose status is ok does say so',
      attributes: { 'gen_ai.operation.name': 'invoke_agent' },
      span: { statusCode: 'ok' },
      step: { outcome: 'ok' }
    },
    {
      claim: 'a status of error with a message is an error with that message',
      attributes: tool,
      span: { statusCode: 'error', statusMessage: 'no such\n  file' },
      step: { outcome: 'error', error: 'no such file' }
    },
    {
      claim: 'type and message of an exception make one line',
      attributes: { ...tool, 'error.type': '_OTHER' },
      events: [['exception', { 'exception.type': 'ENOENT', 'exception.message': 'no such\nfile' }]],
      span: { statusCode: 'error', statusMessage: 'tool failed' },
      step: { outcome: 'error', error: 'ENOENT: no such file' }
    },
    {
      claim: 'a stack behind a message is left out, with its repeated first line',
      attributes: tool,
      span: {
        statusCode: 'error',
        statusMessage: 'no clock\n\nError: no clock\n    at read (file:///a.js:1:2)\n    at run'
      },
      step: { error: 'no clock' }
    },
    {
      claim: 'lines before a stack that say more are kept',
      attributes: tool,
      span: {
        statusCode: 'error',
        statusMessage: 'no clock\nin this zone\n    at read (a.js:1:2)'
      },
      step: { error: 'no clock in this zone' }
    },
    {
      claim: 'where nothing else says what went wrong, the result of a tool does',
      attributes: {
        ...tool,
        'error.type': 'tool_error',
        'anthropic.tool_result.content': '[{"type":"text","text":"Error: no clock"}]'
      },
      span: { statusCode: 'error' },
      step: {
        outcome: 'error',
        error: 'tool_error: Error: no clock',
        observation: 'Error: no clock'
      }
    },
    {
      claim: 'a message that begins with its type is not doubled',
      attributes: { ...tool, 'error.type': 'TypeError' },
      span: { statusCode: 'error', statusMessage: 'TypeError: x is undefined' },
      step: { error: 'TypeError: x is undefined' }
    },
    {
      claim: 'an error type is a sign although the status was left unset',
      attributes: { ...tool, 'error.type': 'timeout' },
      step: { outcome: 'error', error: 'timeout' }
    },
    {
      claim: 'an exception is a sign although the status was left unset',
      attributes: tool,
      events: [['exception', { 'exception.message': 'boom' }]],
      step: { outcome: 'error', error: 'boom' }
    },
    {
      claim: 'an exception that did not escape was handled',
      attributes: tool,
      events: [['exception', { 'exception.message': 'boom', 'exception.escaped': false }]],
      step: { outcome: 'ok', error: undefined }
    },
    {
      claim: 'a status of ok overrules the signs',
      attributes: tool,
      events: [['exception', { 'exception.message': 'boom' }]],
      span: { statusCode: 'ok' },
      step: { outcome: 'ok', error: undefined }
    },
    {
      claim: 'a cancelled call is cancelled, not failed',
      attributes: { ...tool, 'error.type': 'asyncio.CancelledError' },
      span: { statusCode: 'error' },
      step: { outcome: 'cancelled', error: 'asyncio.CancelledError' }
    },
    {
      claim: 'a model that finished with an error failed',
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.response.finish_reasons': '["error"]'
      },
      step: { outcome: 'error', finishReason: 'error' }
    },
    {
      claim: 'a tool’s own status of error is an error',
      attributes: {
        ...tool,
        'gen_ai.tool.status': 'error',
        'gen_ai.tool.call.result': 'Permission denied'
      },
      span: { statusCode: 'ok' },
      step: { outcome: 'error', error: 'Permission denied' }
    }
  ])
})

function declare(value: AttributeValue) {
  return toOneStep({ attributes: someAttributes({ 'onset.run.outcome': value }) })
    .declaredRunOutcome
}

t.test('the outcome that an application declares for its run', async (t) => {
  t.equal(declare('ok'), 'ok')
  t.equal(declare('error'), 'error')
  t.equal(declare('cancelled'), 'cancelled')
  for (const value of ['unknown', 'OK', 'fine', '', 1, true, ['ok'], undefined]) {
    t.equal(declare(value), undefined, String(value))
  }
})

t.test('what a step takes from its span whatever the dialect', async (t) => {
  const step = toOneStep({
    name: 'execute_tool bash',
    attributes: someAttributes(tool),
    droppedAttributesCount: 1,
    droppedEventsCount: 2,
    droppedLinksCount: 4,
    resource: aResource({
      attributes: someAttributes({ 'service.name': 'cart-agent', 'service.version': '2.1' })
    })
  })
  t.equal(step.droppedCount, 7)
  t.equal(step.service, 'cart-agent')
  t.equal(step.agentVersion, '2.1')
  t.equal(step.runId, step.traceId)
  t.equal(step.stepId, step.spanId)
  t.equal(step.name, 'execute_tool bash')
})

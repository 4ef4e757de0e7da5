// The Google ADK dialect as a table: spans of its own scope, without operations and with them.

import t from 'tap'
import type { DecodedSpan } from '../../collector/model/index.ts'
import { aScope } from '../support/builders.ts'
import { checkDialect } from '../support/dialect-cases.ts'

function named(name: string): Partial<DecodedSpan> {
  return { name, scope: aScope({ name: 'gcp.vertex.agent' }) }
}

checkDialect(t, [
  {
    claim: 'a model call: request and response of the model as they were',
    attributes: {
      'gen_ai.system': 'gcp.vertex.agent',
      'gen_ai.request.model': 'm-1',
      'gcp.vertex.agent.session_id': 's-6',
      'gcp.vertex.agent.llm_request': JSON.stringify({
        model: 'm-1',
        config: { system_instruction: 'You greet.' },
        contents: [
          { role: 'user', parts: [{ text: 'Say hello to Ann' }] },
          { role: 'user', parts: [{ function_response: { name: 'x', response: {} } }] }
        ]
      }),
      'gcp.vertex.agent.llm_response': JSON.stringify({
        content: {
          role: 'model',
          parts: [{ function_call: { id: 'c1', name: 'say_hello', args: { to: 'Ann' } } }]
        },
        finish_reason: 'STOP'
      }),
      'gen_ai.usage.input_tokens': 15,
      'gen_ai.usage.output_tokens': 4,
      'gen_ai.response.finish_reasons': ['stop']
    },
    span: named('call_llm'),
    step: {
      kind: 'llm',
      dialect: 'google_adk@1',
      model: 'm-1',
      input: 'Say hello to Ann',
      requestedToolCalls: [{ id: 'c1', name: 'say_hello', arguments: '{"to":"Ann"}' }],
      finishReason: 'stop',
      tokens: { input: 15, output: 4 },
      sessionId: 's-6'
    }
  },
  {
    claim: 'a tool call, on which request and response of a model are written empty',
    attributes: {
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'say_hello',
      'gen_ai.tool.call.id': 'c1',
      'gcp.vertex.agent.tool_call_args': '{"to":"Ann"}',
      'gcp.vertex.agent.tool_response': '{"result":"Hello, Ann"}',
      'gcp.vertex.agent.llm_request': '{}',
      'gcp.vertex.agent.llm_response': '{}'
    },
    span: named('execute_tool say_hello'),
    step: {
      kind: 'tool',
      tool: 'say_hello',
      toolCallId: 'c1',
      action: 'say_hello: Ann',
      arguments: '{"to":"Ann"}',
      observation: 'Hello, Ann',
      outcome: 'ok'
    }
  },
  {
    claim: 'an id that was not specified is none',
    attributes: {
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'say_hello',
      'gen_ai.tool.call.id': '<not specified>'
    },
    span: named('execute_tool say_hello'),
    step: { kind: 'tool', toolCallId: undefined }
  },
  {
    claim: 'merged responses are no second call',
    attributes: {
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': '(merged tools)',
      'gen_ai.tool.call.id': 'e-1',
      'gcp.vertex.agent.tool_response': '{"a":1}'
    },
    span: named('execute_tool (merged)'),
    step: { kind: 'unknown', action: 'execute_tool (merged)', observation: '' }
  },
  {
    claim: 'an agent by the conventions',
    attributes: {
      'gen_ai.operation.name': 'invoke_agent',
      'gen_ai.agent.name': 'greeter',
      'gen_ai.conversation.id': 's-6'
    },
    span: named('invoke_agent greeter'),
    step: { kind: 'agent', agent: 'greeter', sessionId: 's-6', outcome: 'unknown' }
  },
  {
    claim: 'an agent of an old version has nothing but its name',
    attributes: {},
    span: named('agent_run [greeter]'),
    step: { kind: 'agent', agent: 'greeter', action: 'agent_run [greeter]' }
  },
  {
    claim: 'an invocation is the outermost frame',
    attributes: {},
    span: named('invocation'),
    step: { kind: 'agent', agent: undefined }
  },
  {
    claim: 'spans of the same attributes under OpenInference are its',
    attributes: {
      'openinference.span.kind': 'TOOL',
      'gcp.vertex.agent.tool_call_args': '{"to":"Ann"}',
      'gen_ai.tool.name': 'say_hello'
    },
    span: {
      name: 'execute_tool say_hello',
      scope: aScope({ name: 'openinference.instrumentation.google_adk' })
    },
    step: { kind: 'tool', dialect: 'openinference@2' }
  }
])

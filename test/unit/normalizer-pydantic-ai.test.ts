// The Pydantic AI dialect as a table: formats 1 to 5 of its instrumentation, and model calls that Logfire
// instruments.

import t from 'tap'
import type { DecodedSpan } from '../../collector/model/index.ts'
import { aScope } from '../support/builders.ts'
import { checkDialect } from '../support/dialect-cases.ts'

/** A span of Pydantic AI by its scope. */
function named(name: string): Partial<DecodedSpan> {
  return { name, scope: aScope({ name: 'pydantic-ai' }) }
}

checkDialect(t, [
  {
    claim: 'format 1: a model call whose conversation is one list of events',
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.system': 'openai',
      'gen_ai.request.model': 'm-1',
      'gen_ai.usage.input_tokens': 50,
      'gen_ai.usage.output_tokens': 9,
      'gen_ai.usage.details.cached_tokens': 32,
      'operation.cost': 0.001,
      events: JSON.stringify([
        { content: 'You are brief.', role: 'system', 'event.name': 'gen_ai.system.message' },
        { content: 'Tell a joke', role: 'user', 'event.name': 'gen_ai.user.message' },
        {
          index: 0,
          message: {
            role: 'assistant',
            content: 'Asking for one.',
            tool_calls: [
              { id: 'c1', type: 'function', function: { name: 'joke', arguments: '{"n":1}' } }
            ]
          },
          'event.name': 'gen_ai.choice'
        }
      ])
    },
    span: named('chat m-1'),
    step: {
      kind: 'llm',
      dialect: 'pydantic_ai@1',
      input: 'Tell a joke',
      action: 'Asking for one.',
      requestedToolCalls: [{ id: 'c1', name: 'joke', arguments: '{"n":1}' }],
      tokens: { input: 50, output: 9, cacheRead: 32 },
      costUsd: 0.001
    }
  },
  {
    claim: 'formats 2 and later: a model call with messages',
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.system': 'anthropic',
      'gen_ai.provider.name': 'anthropic',
      'gen_ai.agent.name': 'joker',
      'gen_ai.conversation.id': 'run-1',
      'gen_ai.input.messages': JSON.stringify([
        { role: 'user', parts: [{ type: 'text', content: 'Tell a joke' }] }
      ]),
      'gen_ai.output.messages': JSON.stringify([
        {
          role: 'assistant',
          parts: [
            { type: 'thinking', content: 'Something short.' },
            { type: 'text', content: 'No.' }
          ],
          finish_reason: 'stop'
        }
      ])
    },
    span: named('chat m-1'),
    step: {
      kind: 'llm',
      provider: 'anthropic',
      agent: 'joker',
      sessionId: 'run-1',
      input: 'Tell a joke',
      action: 'No.',
      thought: 'Something short.',
      finishReason: 'stop'
    }
  },
  {
    claim: 'formats 1 and 2: a tool, with names that have no prefix',
    attributes: {
      'gen_ai.tool.name': 'joke',
      'gen_ai.tool.call.id': 'c1',
      tool_arguments: '{"topic":"tests"}',
      tool_response: 'It passed.',
      'logfire.msg': 'running tool: joke'
    },
    span: named('running tool'),
    step: {
      kind: 'tool',
      tool: 'joke',
      toolCallId: 'c1',
      arguments: '{"topic":"tests"}',
      action: 'joke: tests',
      observation: 'It passed.',
      outcome: 'ok'
    }
  },
  {
    claim: 'format 3 and later: a tool by the conventions',
    attributes: {
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'joke',
      'gen_ai.tool.call.arguments': '{"topic":"tests"}',
      'gen_ai.tool.call.result': 'It passed.'
    },
    span: named('execute_tool joke'),
    step: { kind: 'tool', action: 'joke: tests', observation: 'It passed.' }
  },
  {
    claim: 'several tools at once are inside of a span that is nothing by itself',
    attributes: { tools: ['joke', 'pun'], 'logfire.msg': 'running 2 tools' },
    span: named('running 2 tools'),
    step: { kind: 'unknown', action: 'running 2 tools', dialect: 'pydantic_ai@1' }
  },
  {
    claim: 'format 1: an agent, known by its name alone',
    attributes: {
      agent_name: 'joker',
      model_name: 'm-1',
      final_result: 'No.',
      'gen_ai.usage.input_tokens': 90,
      all_messages_events: JSON.stringify([
        { content: 'Tell a joke', role: 'user', 'event.name': 'gen_ai.user.message' },
        { content: 'No.', role: 'assistant', 'event.name': 'gen_ai.assistant.message' }
      ])
    },
    span: named('agent run'),
    step: {
      kind: 'agent',
      agent: 'joker',
      model: 'm-1',
      input: 'Tell a joke',
      observation: 'No.',
      tokens: {}
    }
  },
  {
    claim:
      'formats 2 and later: an agent whose result is a structure; its aggregated usage is not counted',
    attributes: {
      'gen_ai.operation.name': 'invoke_agent',
      'gen_ai.agent.name': 'joker',
      'gen_ai.agent.call.id': 'run-1',
      'gen_ai.aggregated_usage.input_tokens': 90,
      final_result: '{"setup":"A test","laughs":0}',
      'pydantic_ai.all_messages': JSON.stringify([
        { role: 'user', parts: [{ type: 'text', content: 'Tell a joke' }] }
      ])
    },
    span: named('invoke_agent joker'),
    step: {
      kind: 'agent',
      agent: 'joker',
      action: 'invoke_agent joker',
      input: 'Tell a joke',
      observation: '{"setup":"A test","laughs":0}',
      tokens: {},
      outcome: 'unknown'
    }
  },
  {
    claim: 'an agent that ended without a result: the last message of the model',
    attributes: {
      agent_name: 'joker',
      'pydantic_ai.all_messages': JSON.stringify([
        { role: 'user', parts: [{ type: 'text', content: 'Tell a joke' }] },
        { role: 'assistant', parts: [{ type: 'text', content: 'Let me think' }] }
      ])
    },
    span: named('joker run'),
    step: { kind: 'agent', observation: 'Let me think' }
  },
  {
    claim: 'a pending span is no second call',
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': 'm-1',
      'logfire.span_type': 'pending_span'
    },
    span: named('chat m-1'),
    step: { kind: 'unknown', action: 'chat m-1', outcome: 'unknown' }
  },
  {
    claim: 'a model call that Logfire instrumented: request and response as they were',
    attributes: {
      'gen_ai.system': 'openai',
      'gen_ai.request.model': 'm-1',
      'gen_ai.response.model': 'm-1-2026',
      request_data: '{"model":"m-1","messages":[{"role":"user","content":"Hi"}]}',
      response_data: '{"message":{"role":"assistant","content":"Hello"},"usage":{}}'
    },
    span: { scope: aScope({ name: 'logfire.openai' }) },
    step: {
      kind: 'llm',
      dialect: 'pydantic_ai@1',
      model: 'm-1-2026',
      input: 'Hi',
      action: 'Hello'
    }
  },
  {
    claim: 'any other span of Logfire is not ours',
    attributes: { 'logfire.msg': 'loading' },
    span: { scope: aScope({ name: 'logfire' }) },
    step: { dialect: 'generic@1' }
  },
  {
    claim: 'the scope decides, whatever an OpenInference processor added',
    attributes: { 'openinference.span.kind': 'TOOL', 'gen_ai.tool.name': 'joke' },
    span: named('running tool'),
    step: { kind: 'tool', dialect: 'pydantic_ai@1' }
  },
  {
    claim: 'events that are none leave the conversation to the conventions',
    attributes: {
      'gen_ai.operation.name': 'chat',
      events: 'none',
      'gen_ai.output.messages': '[{"role":"assistant","parts":[{"type":"text","content":"ok"}]}]'
    },
    span: named('chat m-1'),
    step: { action: 'ok' }
  }
])

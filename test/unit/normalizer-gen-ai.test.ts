// Method: one row a claim, attributes as instrumentations of each era write them; every row goes
// through sanitizers and dialects as in the pipeline.

import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import t from 'tap'
import type { AttributeValue } from '../../collector/model/index.ts'
import { aSpanId, aTraceId, someAttributes } from '../support/builders.ts'
import { checkDialect, toOneStep } from '../support/dialect-cases.ts'

const TASK = 'Make the cart survive a reload.'
const ANSWER = 'The cart now reads localStorage.'

t.test('the conversation of one model call, in every era', async (t) => {
  const conversation = {
    kind: 'llm',
    dialect: 'gen_ai@1',
    input: TASK,
    action: ANSWER,
    provider: 'openai',
    model: 'gpt-5-mini',
    finishReason: 'stop',
    tokens: { input: 120, output: 30 },
    outcome: 'ok'
  } as const
  const old = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.system': 'openai',
    'gen_ai.request.model': 'gpt-5-mini',
    'gen_ai.response.finish_reasons': ['stop'],
    'gen_ai.usage.prompt_tokens': 120,
    'gen_ai.usage.completion_tokens': 30
  }
  const current = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': 'gpt-5',
    'gen_ai.response.model': 'gpt-5-mini',
    'gen_ai.response.finish_reasons': ['stop'],
    'gen_ai.usage.input_tokens': 120,
    'gen_ai.usage.output_tokens': 30
  }
  const inputMessages = [
    { role: 'system', parts: [{ type: 'text', content: 'You fix carts.' }] },
    { role: 'user', parts: [{ type: 'text', content: TASK }] }
  ]
  const outputMessages = [
    { role: 'assistant', parts: [{ type: 'text', content: ANSWER }], finish_reason: 'stop' }
  ]
  checkDialect(t, [
    {
      claim: 'before 1.28: prompt and completion are JSON in attributes',
      attributes: {
        ...old,
        'gen_ai.prompt': JSON.stringify([
          { role: 'system', content: 'You fix carts.' },
          { role: 'user', content: TASK }
        ]),
        'gen_ai.completion': JSON.stringify([{ role: 'assistant', content: ANSWER }])
      },
      step: conversation
    },
    {
      claim: 'before 1.28: prompt and completion are plain texts',
      attributes: { ...old, 'gen_ai.prompt': TASK, 'gen_ai.completion': ANSWER },
      step: conversation
    },
    {
      claim: 'before 1.28: prompt and completion are flattened into numbered attributes',
      attributes: {
        ...old,
        'gen_ai.prompt.1.role': 'user',
        'gen_ai.prompt.1.content': TASK,
        'gen_ai.prompt.0.role': 'system',
        'gen_ai.prompt.0.content': 'You fix carts.',
        'gen_ai.completion.0.role': 'assistant',
        'gen_ai.completion.0.content': ANSWER,
        'gen_ai.completion.0.finish_reason': 'stop'
      },
      step: conversation
    },
    {
      claim: 'before 1.28: prompt and completion are on span events',
      attributes: old,
      events: [
        [
          'gen_ai.content.prompt',
          { 'gen_ai.prompt': JSON.stringify([{ role: 'user', content: TASK }]) }
        ],
        [
          'gen_ai.content.completion',
          { 'gen_ai.completion': JSON.stringify([{ role: 'assistant', content: ANSWER }]) }
        ]
      ],
      step: conversation
    },
    {
      claim: '1.28 to 1.36: each message is a span event',
      attributes: old,
      events: [
        ['gen_ai.system.message', { content: 'You fix carts.' }],
        ['gen_ai.user.message', { content: TASK }],
        ['gen_ai.choice', { index: 0, finish_reason: 'stop', message: ANSWER }]
      ],
      step: conversation
    },
    {
      claim: '1.28 to 1.36: bodies of events are JSON in one attribute',
      attributes: old,
      events: [
        [
          'gen_ai.user.message',
          { 'gen_ai.event.content': JSON.stringify({ role: 'user', content: TASK }) }
        ],
        [
          'gen_ai.choice',
          {
            'gen_ai.event.content': JSON.stringify({
              index: 0,
              finish_reason: 'stop',
              message: { role: 'assistant', content: ANSWER }
            })
          }
        ]
      ],
      step: conversation
    },
    {
      claim: '1.28 to 1.36: contents of events are JSON lists of blocks',
      attributes: old,
      events: [
        ['gen_ai.user.message', { content: JSON.stringify([{ text: TASK }]) }],
        ['gen_ai.choice', { finish_reason: 'stop', message: JSON.stringify([{ text: ANSWER }]) }]
      ],
      step: conversation
    },
    {
      claim: 'since 1.37: messages are JSON in attributes',
      attributes: {
        ...current,
        'gen_ai.system_instructions': JSON.stringify([{ type: 'text', content: 'You fix carts.' }]),
        'gen_ai.input.messages': JSON.stringify(inputMessages),
        'gen_ai.output.messages': JSON.stringify(outputMessages)
      },
      step: conversation
    },
    {
      claim: 'since 1.37: messages are structured attributes',
      attributes: {
        ...current,
        'gen_ai.input.messages': inputMessages,
        'gen_ai.output.messages': outputMessages
      },
      step: conversation
    },
    {
      claim: 'since 1.37: messages are on the event of operation details',
      attributes: current,
      events: [
        [
          'gen_ai.client.inference.operation.details',
          { 'gen_ai.input.messages': JSON.stringify(inputMessages) }
        ],
        [
          'gen_ai.client.inference.operation.details',
          { 'gen_ai.output.messages': JSON.stringify(outputMessages) }
        ]
      ],
      step: conversation
    },
    {
      claim: 'two eras on one span give the newer one, once',
      attributes: {
        ...old,
        ...current,
        'gen_ai.prompt': 'an older rendering',
        'gen_ai.completion': 'an older rendering',
        'gen_ai.input.messages': JSON.stringify(inputMessages),
        'gen_ai.output.messages': JSON.stringify(outputMessages)
      },
      step: conversation
    }
  ])
})

t.test('what a model answers', async (t) => {
  const call = { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm' }
  const wanted = [{ id: 'call_1', name: 'bash', arguments: '{"command":"npm test"}' }]
  checkDialect(t, [
    {
      claim: 'reasoning is thought, text is action, tool calls are requested',
      attributes: {
        ...call,
        'gen_ai.output.messages': JSON.stringify([
          {
            role: 'assistant',
            parts: [
              { type: 'reasoning', content: 'First the tests.' },
              { type: 'text', content: 'I run the tests.' },
              { type: 'tool_call', id: 'call_1', name: 'bash', arguments: { command: 'npm test' } }
            ]
          }
        ])
      },
      step: { thought: 'First the tests.', action: 'I run the tests.', requestedToolCalls: wanted }
    },
    {
      claim: 'an answer of tool calls alone has no action',
      attributes: {
        ...call,
        'gen_ai.completion.0.role': 'assistant',
        'gen_ai.completion.0.tool_calls.0.id': 'call_1',
        'gen_ai.completion.0.tool_calls.0.name': 'bash',
        'gen_ai.completion.0.tool_calls.0.arguments': '{"command":"npm test"}',
        'gen_ai.completion.0.finish_reason': 'tool_calls'
      },
      step: { action: '', requestedToolCalls: wanted, finishReason: 'tool_calls' }
    },
    {
      claim: 'the tool calls of an OpenAI message',
      attributes: {
        ...call,
        'gen_ai.completion': JSON.stringify({
          choices: [
            {
              finish_reason: 'tool_calls',
              message: {
                role: 'assistant',
                content: null,
                reasoning_content: 'Hm.',
                tool_calls: [
                  {
                    id: 'call_1',
                    type: 'function',
                    function: { name: 'bash', arguments: '{"command":"npm test"}' }
                  }
                ]
              }
            }
          ]
        })
      },
      step: { thought: 'Hm.', requestedToolCalls: wanted, finishReason: 'tool_calls' }
    },
    {
      claim: 'the items of an OpenAI response',
      attributes: {
        ...call,
        'output.value': JSON.stringify({
          output: [
            { type: 'reasoning', summary: [{ type: 'summary_text', text: 'Hm.' }] },
            {
              type: 'message',
              role: 'assistant',
              content: [{ type: 'output_text', text: 'I run the tests.' }]
            },
            {
              type: 'function_call',
              id: 'fc_1',
              call_id: 'call_1',
              name: 'bash',
              arguments: '{"command":"npm test"}'
            }
          ]
        })
      },
      step: { thought: 'Hm.', action: 'I run the tests.', requestedToolCalls: wanted }
    },
    {
      claim: 'the blocks of an Anthropic message',
      attributes: {
        ...call,
        'gen_ai.completion': JSON.stringify({
          role: 'assistant',
          stop_reason: 'tool_use',
          content: [
            { type: 'thinking', thinking: 'Hm.' },
            { type: 'text', text: 'I run the tests.' },
            { type: 'tool_use', id: 'call_1', name: 'bash', input: { command: 'npm test' } }
          ]
        })
      },
      step: {
        thought: 'Hm.',
        action: 'I run the tests.',
        requestedToolCalls: wanted,
        finishReason: 'tool_use'
      }
    },
    {
      claim: 'the parts of a Gemini candidate',
      attributes: {
        ...call,
        'gen_ai.completion': JSON.stringify({
          candidates: [
            {
              finishReason: 'STOP',
              content: {
                role: 'model',
                parts: [
                  { text: 'Hm.', thought: true },
                  { text: 'I run the tests.' },
                  { functionCall: { id: 'call_1', name: 'bash', args: { command: 'npm test' } } }
                ]
              }
            }
          ]
        })
      },
      step: {
        thought: 'Hm.',
        action: 'I run the tests.',
        requestedToolCalls: wanted,
        finishReason: 'STOP'
      }
    },
    {
      claim: 'the blocks of a Bedrock response',
      attributes: {
        ...call,
        'gen_ai.completion': JSON.stringify({
          stopReason: 'tool_use',
          output: {
            message: {
              role: 'assistant',
              content: [
                { reasoningContent: { reasoningText: { text: 'Hm.' } } },
                { text: 'I run the tests.' },
                { toolUse: { toolUseId: 'call_1', name: 'bash', input: { command: 'npm test' } } }
              ]
            }
          }
        })
      },
      step: {
        thought: 'Hm.',
        action: 'I run the tests.',
        requestedToolCalls: wanted,
        finishReason: 'tool_use'
      }
    },
    {
      claim: 'JSON that the producer cut is read as far as it goes, and marked',
      attributes: {
        ...call,
        'gen_ai.output.messages':
          '[{"role":"assistant","parts":[{"type":"text","content":"I run the te...[TRUNCATED: original length 31337]'
      },
      step: { action: 'I run the te', truncated: true }
    }
  ])
})

t.test('what was asked', async (t) => {
  const call = { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm' }
  checkDialect(t, [
    {
      claim: 'results of tools in messages of the user are not what was asked',
      attributes: {
        ...call,
        'gen_ai.input.messages': JSON.stringify([
          { role: 'user', content: TASK },
          { role: 'assistant', content: [{ type: 'tool_use', id: '1', name: 'ls', input: {} }] },
          { role: 'user', content: [{ type: 'tool_result', tool_use_id: '1', content: 'a.ts' }] }
        ])
      },
      step: { input: TASK }
    },
    {
      claim: 'of several messages of the user the last is what was asked',
      attributes: {
        ...call,
        'gen_ai.input.messages': JSON.stringify([
          { role: 'user', parts: [{ type: 'text', content: 'Hello.' }] },
          { role: 'assistant', parts: [{ type: 'text', content: 'Hello.' }] },
          { role: 'user', parts: [{ type: 'text', content: TASK }] }
        ])
      },
      step: { input: TASK }
    },
    {
      claim: 'an agent frame says what its agent was asked and what came back',
      attributes: {
        'gen_ai.operation.name': 'invoke_agent',
        'gen_ai.agent.name': 'cart fixer',
        'gen_ai.agent.version': '1.4',
        'gen_ai.conversation.id': 'c-7',
        'session.id': 'browser-1',
        'gen_ai.usage.input_tokens': 9_000,
        'gen_ai.input.messages': JSON.stringify([
          { role: 'user', parts: [{ type: 'text', content: TASK }] }
        ]),
        'gen_ai.output.messages': JSON.stringify([
          { role: 'assistant', parts: [{ type: 'text', content: ANSWER }] }
        ])
      },
      step: {
        kind: 'agent',
        agent: 'cart fixer',
        agentVersion: '1.4',
        sessionId: 'c-7',
        input: TASK,
        observation: ANSWER,
        action: 'invoke_agent cart fixer',
        // The sum of the calls inside, which have steps of their own.
        tokens: {},
        // It ended without an error; that does not say that the task was done.
        outcome: 'unknown'
      }
    }
  ])
})

t.test('tools', async (t) => {
  const call = {
    'gen_ai.operation.name': 'execute_tool',
    'gen_ai.tool.name': 'bash',
    'gen_ai.tool.call.id': 'call_1'
  }
  const wanted = {
    kind: 'tool',
    tool: 'bash',
    toolCallId: 'call_1',
    action: 'bash: npm test',
    arguments: '{"command":"npm test"}',
    observation: '3 passed',
    outcome: 'ok'
  } as const
  checkDialect(t, [
    {
      claim: 'arguments and result are structured attributes',
      attributes: {
        ...call,
        'gen_ai.tool.call.arguments': { command: 'npm test' },
        'gen_ai.tool.call.result': '3 passed'
      },
      step: wanted
    },
    {
      claim: 'arguments and result are JSON',
      attributes: {
        ...call,
        'gen_ai.tool.call.arguments': '{"command":"npm test"}',
        'gen_ai.tool.call.result': '"3 passed"'
      },
      step: wanted
    },
    {
      claim: 'arguments and result are on span events',
      attributes: call,
      events: [
        ['gen_ai.tool.message', { role: 'tool', content: '{"command":"npm test"}', id: 'call_1' }],
        ['gen_ai.choice', { message: '[{"text":"3 passed"}]', id: 'call_1' }]
      ],
      step: wanted
    },
    {
      claim: 'arguments and result are messages on the event of operation details',
      attributes: call,
      events: [
        [
          'gen_ai.client.inference.operation.details',
          {
            'gen_ai.input.messages': JSON.stringify([
              {
                role: 'tool',
                parts: [{ type: 'tool_call', name: 'bash', arguments: { command: 'npm test' } }]
              }
            ])
          }
        ],
        [
          'gen_ai.client.inference.operation.details',
          {
            'gen_ai.output.messages': JSON.stringify([
              {
                role: 'tool',
                parts: [{ type: 'tool_call_response', response: [{ text: '3 passed' }] }]
              }
            ])
          }
        ]
      ],
      step: wanted
    },
    {
      claim: 'a span that names a tool and no operation is the execution of the tool',
      attributes: {
        'gen_ai.tool.name': 'bash',
        'gen_ai.tool.call.id': 'call_1',
        'input.value': '{"command":"npm test"}',
        'output.value': '3 passed'
      },
      step: wanted
    },
    {
      claim: 'the name of the tool is in the name of the span when it is nowhere else',
      attributes: { 'gen_ai.operation.name': 'execute_tool' },
      span: { name: 'execute_tool read_file' },
      step: { kind: 'tool', tool: 'read_file', action: 'read_file()' }
    },
    {
      claim: 'a span named for its tool alone, its arguments in a wrapper',
      attributes: { ...call, 'gen_ai.tool.name': '', 'input.value': '{"input":{"city":"Oslo"}}' },
      span: { name: 'get_weather' },
      step: { kind: 'tool', tool: 'get_weather', action: 'get_weather: Oslo' }
    },
    {
      claim: 'an MCP tool call without an operation name is the execution of the tool',
      attributes: {
        'mcp.method.name': 'tools/call',
        'gen_ai.tool.name': 'get-weather',
        'gen_ai.tool.call.result': JSON.stringify({
          content: [
            { type: 'text', text: 'Rain.' },
            { type: 'text', text: '9 °C' }
          ],
          isError: false
        })
      },
      step: { kind: 'tool', tool: 'get-weather', observation: 'Rain.\n9 °C', outcome: 'ok' }
    },
    {
      claim: 'an MCP result with isError is an error, whatever the status of the span',
      attributes: {
        ...call,
        'gen_ai.tool.call.result': {
          content: [{ type: 'text', text: 'No such file' }],
          isError: true
        }
      },
      span: { statusCode: 'ok' },
      step: { observation: 'No such file', outcome: 'error', error: 'No such file' }
    },
    {
      claim: 'the exit code is read from the result and stands beside the outcome',
      attributes: {
        ...call,
        'gen_ai.tool.call.result': JSON.stringify({
          stdout: '1 failed\n',
          stderr: 'npm ERR!',
          exit_code: 1
        })
      },
      step: { observation: '1 failed\nnpm ERR!', exitCode: 1, outcome: 'ok', error: undefined }
    },
    {
      claim: 'the exit code is read from the attribute',
      attributes: { ...call, 'process.exit.code': 127 },
      step: { exitCode: 127 }
    },
    {
      claim: 'a result that is a file is left as it is, JSON or not',
      attributes: {
        ...call,
        'gen_ai.tool.call.result': '{\n  "name": "cart",\n  "content": "x"\n}\n'
      },
      step: { observation: '{\n  "name": "cart",\n  "content": "x"\n}\n' }
    },
    {
      claim: 'a tool that hands the task to another agent is a handoff',
      attributes: { ...call, 'gen_ai.tool.name': 'transfer_to_billing_agent' },
      step: { kind: 'handoff', tool: 'transfer_to_billing_agent' }
    }
  ])
})

t.test('operations and their kinds', async (t) => {
  const kinds = {
    chat: 'llm',
    text_completion: 'llm',
    generate_content: 'llm',
    fetch_response: 'llm',
    embeddings: 'retrieval',
    retrieval: 'retrieval',
    search_memory: 'retrieval',
    execute_tool: 'tool',
    create_memory: 'tool',
    update_memory: 'tool',
    upsert_memory: 'tool',
    delete_memory: 'tool',
    create_memory_store: 'tool',
    delete_memory_store: 'tool',
    invoke_agent: 'agent',
    create_agent: 'agent',
    invoke_workflow: 'agent',
    plan: 'agent',
    apply_guardrail: 'guardrail',
    handoff: 'handoff',
    evaluate: 'evaluation',
    execute_hook: 'unknown',
    constructor: 'unknown'
  } as const
  for (const [operation, kind] of Object.entries(kinds)) {
    const step = toOneStep({ attributes: someAttributes({ 'gen_ai.operation.name': operation }) })
    t.equal(step.kind, kind, operation)
    t.equal(step.dialect, 'gen_ai@1')
  }
  checkDialect(t, [
    {
      claim: 'fetching a response again spends no tokens',
      attributes: { 'gen_ai.operation.name': 'fetch_response', 'gen_ai.usage.input_tokens': 10 },
      step: { tokens: {} }
    },
    {
      claim: 'a retrieval tells its query and its documents',
      attributes: {
        'gen_ai.operation.name': 'retrieval',
        'gen_ai.data_source.id': 'handbook',
        'gen_ai.retrieval.query.text': 'refund period',
        'gen_ai.retrieval.documents': JSON.stringify([{ id: 'p3', score: 0.9, content: '30 days' }])
      },
      step: { action: 'retrieval: refund period', observation: 'p3 (0.9)\n30 days' }
    },
    {
      claim: 'a change of memory is a tool of its own name',
      attributes: {
        'gen_ai.operation.name': 'upsert_memory',
        'gen_ai.memory.records': [{ id: 'm1', content: 'likes tea' }]
      },
      step: { tool: 'upsert_memory', arguments: '[{"id":"m1","content":"likes tea"}]' }
    },
    {
      claim: 'reading an MCP resource is a retrieval',
      attributes: { 'mcp.method.name': 'resources/read', 'mcp.resource.uri': 'file:///a.md' },
      step: { kind: 'retrieval', action: 'resources/read: file:///a.md' }
    },
    {
      claim: 'the MCP protocol talking to itself is none of the agent’s steps',
      attributes: { 'mcp.method.name': 'tools/list' },
      span: { name: 'tools/list' },
      step: { kind: 'unknown', action: 'tools/list', dialect: 'gen_ai@1' }
    },
    {
      claim: 'a guardrail keeps the words of its provider',
      attributes: {
        'gen_ai.operation.name': 'apply_guardrail',
        'gen_ai.guardrail.component.name': 'Content Safety',
        'gen_ai.guardrail.source': 'INPUT',
        'gen_ai.guardrail.result.type': 'action',
        'gen_ai.guardrail.result.value': 'GUARDRAIL_INTERVENED'
      },
      events: [
        ['gen_ai.guardrail.result', { 'gen_ai.guardrail.result.reason': 'topic is blocked' }]
      ],
      step: {
        action: 'guardrail: Content Safety INPUT',
        observation: 'action: GUARDRAIL_INTERVENED\ntopic is blocked',
        outcome: 'ok'
      }
    },
    {
      claim: 'a workflow is the frame of its agents',
      attributes: {
        'gen_ai.operation.name': 'invoke_workflow',
        'gen_ai.workflow.name': 'triage',
        'input.value': '{"task":"Make the cart survive a reload."}'
      },
      step: { agent: 'triage', action: 'invoke_workflow triage', input: TASK }
    },
    {
      claim: 'a model call without an operation name is a model call',
      attributes: { 'gen_ai.system': 'openai', 'gen_ai.request.model': 'gpt-5-mini' },
      step: { kind: 'llm' }
    },
    {
      claim: 'an HTTP call that carries the name of the agent is not the agent',
      attributes: { 'gen_ai.agent.name': 'cart fixer', 'http.request.method': 'POST' },
      step: { kind: 'unknown', dialect: 'generic@1' }
    },
    {
      claim: 'usage alone, a sum over calls, makes no model call',
      attributes: { 'gen_ai.usage.input_tokens': 5, 'gen_ai.usage.output_tokens': 5 },
      step: { kind: 'unknown', tokens: {} }
    },
    {
      claim: 'old names of providers become the current ones',
      attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.system': 'az.ai.openai' },
      step: { provider: 'azure.ai.openai' }
    }
  ])
})

t.test('tokens and costs', async (t) => {
  const call = { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm' }
  checkDialect(t, [
    {
      claim: 'all five counts under their current names',
      attributes: {
        ...call,
        'gen_ai.usage.input_tokens': 1_000,
        'gen_ai.usage.output_tokens': 200,
        'gen_ai.usage.cache_read.input_tokens': 600,
        'gen_ai.usage.cache_write.input_tokens': 100,
        'gen_ai.usage.reasoning.output_tokens': 50
      },
      step: {
        tokens: { input: 1_000, output: 200, cacheRead: 600, cacheWrite: 100, reasoning: 50 }
      }
    },
    {
      claim: 'the name of cache writes until 1.41, and counts that an exporter made text of',
      attributes: {
        ...call,
        'gen_ai.usage.input_tokens': '1000',
        'gen_ai.usage.cache_creation.input_tokens': '100'
      },
      step: { tokens: { input: 1_000, cacheWrite: 100 } }
    },
    {
      claim: 'an input that is smaller than its cached part left it out',
      attributes: {
        ...call,
        'gen_ai.usage.input_tokens': 5,
        'gen_ai.usage.cache_read_input_tokens': 900,
        'gen_ai.usage.cache_creation_input_tokens': 100
      },
      step: { tokens: { input: 1_005, cacheRead: 900, cacheWrite: 100 } }
    },
    {
      claim: 'an output that is smaller than its reasoning left it out',
      attributes: {
        ...call,
        'gen_ai.usage.output_tokens': 10,
        'gen_ai.usage.reasoning_tokens': 90
      },
      step: { tokens: { output: 100, reasoning: 90 } }
    },
    {
      claim: 'counts that are none are absent, not zero',
      attributes: {
        ...call,
        'gen_ai.usage.input_tokens': -1,
        'gen_ai.usage.output_tokens': 'many',
        'gen_ai.usage.reasoning_tokens': 1.5
      },
      step: { tokens: {} }
    },
    {
      claim: 'a cost that the span states is taken over',
      attributes: { ...call, 'operation.cost': '0.0125' },
      step: { costUsd: 0.0125 }
    }
  ])
})

t.test('evaluations are checks', async (t) => {
  checkDialect(t, [
    {
      claim: 'from attributes and from events, a label alone decides',
      attributes: {
        'gen_ai.operation.name': 'evaluate',
        'gen_ai.evaluation.name': 'correctness',
        'gen_ai.evaluation.score.label': 'pass',
        'gen_ai.evaluation.score.value': 1
      },
      events: [
        [
          'gen_ai.evaluation.result',
          {
            'gen_ai.evaluation.name': 'unit tests',
            'gen_ai.evaluation.score.label': 'Fail',
            'gen_ai.evaluation.explanation': '2 of 9 failed'
          }
        ],
        [
          'gen_ai.evaluation.result',
          { 'gen_ai.evaluation.name': 'hallucination', 'gen_ai.evaluation.score.value': 1 }
        ],
        [
          'gen_ai.evaluation.result',
          { 'gen_ai.evaluation.name': 'toxicity', 'error.type': 'timeout' }
        ]
      ],
      step: {
        kind: 'evaluation',
        checks: [
          { name: 'correctness', status: 'passed', message: 'pass: score 1' },
          { name: 'unit tests', status: 'failed', message: 'Fail: 2 of 9 failed' },
          { name: 'hallucination', status: 'skipped', message: 'score 1' },
          { name: 'toxicity', status: 'error', message: 'timeout' }
        ]
      }
    }
  ])
})

t.test('JSON in a string and the structure itself give the same step', async () => {
  // Method: any conversation made of the parts the conventions know, once as text and once as AnyValue.
  const text = fc.string({ unit: 'grapheme' })
  const json = fc.dictionary(
    fc.stringMatching(/^[a-z_]{1,8}$/),
    fc.oneof(text, fc.integer(), fc.boolean(), fc.array(text, { maxLength: 3 })),
    { maxKeys: 4 }
  )
  const part = fc.oneof(
    fc.record({ type: fc.constant('text'), content: text }),
    fc.record({ type: fc.constant('reasoning'), content: text }),
    fc.record({ type: fc.constant('tool_call'), id: text, name: text, arguments: json }),
    fc.record({ type: fc.constant('tool_call_response'), id: text, response: text })
  )
  const messages = fc.array(
    fc.record({
      role: fc.constantFrom('system', 'user', 'assistant', 'tool'),
      parts: fc.array(part, { maxLength: 4 })
    }),
    { maxLength: 5 }
  )
  fc.assert(
    fc.property(messages, messages, json, (input, output, result) => {
      const contents: Record<string, AttributeValue> = {
        'gen_ai.input.messages': input,
        'gen_ai.output.messages': output,
        'gen_ai.tool.call.arguments': result,
        'gen_ai.tool.call.result': {
          content: [{ type: 'text', text: 'x' }],
          structuredContent: result
        }
      }
      const texts = Object.entries(contents).map(([key, value]) => [key, JSON.stringify(value)])
      for (const operation of ['chat', 'invoke_agent', 'execute_tool']) {
        const common = { 'gen_ai.operation.name': operation, 'gen_ai.tool.name': 'bash' }
        const span = { traceId: aTraceId(), spanId: aSpanId() }
        const structured = toOneStep({
          ...span,
          attributes: someAttributes({ ...common, ...contents })
        })
        const fromText = toOneStep({
          ...span,
          attributes: someAttributes({ ...common, ...Object.fromEntries(texts) })
        })
        assert.deepEqual(fromText, structured)
      }
    }),
    { numRuns: 200 }
  )
})

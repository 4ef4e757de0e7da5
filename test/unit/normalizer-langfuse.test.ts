// The Langfuse dialect as a table: attributes as its SDKs write them (Python 3, JavaScript 5).

import t from 'tap'
import { checkDialect } from '../support/dialect-cases.ts'

const TYPE = 'langfuse.observation.type'
const INPUT = 'langfuse.observation.input'
const OUTPUT = 'langfuse.observation.output'

checkDialect(t, [
  {
    claim: 'a generation: messages, a message as the answer, usage in parts that add up',
    attributes: {
      [TYPE]: 'generation',
      [INPUT]: JSON.stringify([{ role: 'user', content: 'Is it in stock?' }]),
      [OUTPUT]: JSON.stringify({
        role: 'assistant',
        content: '',
        tool_calls: [
          { id: 'c1', type: 'function', function: { name: 'get_stock', arguments: '{"sku":"A7"}' } }
        ]
      }),
      'langfuse.observation.model.name': 'm-1-2026',
      'langfuse.observation.usage_details': JSON.stringify({
        input: 40,
        input_cache_read: 60,
        input_cache_creation: 5,
        output: 10,
        output_reasoning: 7,
        total: 122
      }),
      'langfuse.observation.cost_details': '{"input":0.001,"output":0.002,"total":0.003}',
      'session.id': 's-3'
    },
    step: {
      kind: 'llm',
      dialect: 'langfuse@2',
      model: 'm-1-2026',
      input: 'Is it in stock?',
      requestedToolCalls: [{ id: 'c1', name: 'get_stock', arguments: '{"sku":"A7"}' }],
      tokens: { input: 105, output: 17, cacheRead: 60, cacheWrite: 5, reasoning: 7 },
      costUsd: 0.003,
      sessionId: 's-3'
    }
  },
  {
    claim: 'usage in which the whole holds its parts is not added up',
    attributes: {
      [TYPE]: 'generation',
      'langfuse.observation.usage_details': JSON.stringify({
        input: 100,
        input_cached_tokens: 60,
        output: 20,
        total: 120
      })
    },
    step: { tokens: { input: 100, output: 20, cacheRead: 60 } }
  },
  {
    claim: 'usage passed on as the API of a model gave it',
    attributes: {
      [TYPE]: 'generation',
      'langfuse.observation.usage_details': JSON.stringify({
        prompt_tokens: 100,
        completion_tokens: 20,
        total_tokens: 120,
        prompt_tokens_details: { cached_tokens: 64 },
        completion_tokens_details: { reasoning_tokens: 12 }
      }),
      'langfuse.observation.cost_details': '{"input":0.25,"output":0.5}'
    },
    step: { tokens: { input: 100, output: 20, cacheRead: 64, reasoning: 12 }, costUsd: 0.75 }
  },
  {
    claim: 'a text as the answer, and gen_ai attributes where Langfuse has none',
    attributes: {
      [TYPE]: 'generation',
      [INPUT]: 'user: Say hello',
      [OUTPUT]: 'Hello',
      'gen_ai.request.model': 'm-2',
      'gen_ai.usage.input_tokens': 4,
      'gen_ai.output.messages': '[{"role":"assistant","content":"something else"}]'
    },
    step: {
      input: 'user: Say hello',
      action: 'Hello',
      model: 'm-2',
      tokens: { input: 4 }
    }
  },
  {
    claim: 'tool calls that a message of LangChain keeps among the extras of the API',
    attributes: {
      [TYPE]: 'generation',
      [OUTPUT]: JSON.stringify({
        role: 'assistant',
        content: '',
        additional_kwargs: {
          tool_calls: [
            { id: 'c1', type: 'function', function: { name: 'search', arguments: '{"q":"x"}' } }
          ]
        }
      })
    },
    step: { requestedToolCalls: [{ id: 'c1', name: 'search', arguments: '{"q":"x"}' }] }
  },
  {
    claim: 'a tool',
    attributes: { [TYPE]: 'tool', [INPUT]: '{"sku":"A7"}', [OUTPUT]: '{"left":3}' },
    span: { name: 'get_stock' },
    step: {
      kind: 'tool',
      tool: 'get_stock',
      action: 'get_stock: A7',
      arguments: '{"sku":"A7"}',
      observation: '{"left":3}',
      outcome: 'ok'
    }
  },
  {
    claim: 'a level of ERROR is a failure, and its message is what there is to read',
    attributes: {
      [TYPE]: 'tool',
      'langfuse.observation.level': 'ERROR',
      'langfuse.observation.status_message': 'sku unknown'
    },
    span: { name: 'get_stock' },
    step: { outcome: 'error', error: 'sku unknown', observation: 'sku unknown' }
  },
  {
    claim: 'a span that failed says why',
    attributes: {
      [TYPE]: 'span',
      'langfuse.observation.level': 'ERROR',
      'langfuse.observation.status_message': 'disk full'
    },
    step: { kind: 'unknown', outcome: 'error', error: 'disk full', observation: 'disk full' }
  },
  {
    claim: 'usage that says nothing leaves the counts to the conventions',
    attributes: {
      [TYPE]: 'generation',
      'langfuse.observation.usage_details': '{}',
      'gen_ai.usage.input_tokens': 4
    },
    step: { tokens: { input: 4 } }
  },
  {
    claim: 'an agent is a frame named after its span',
    attributes: { [TYPE]: 'agent', [INPUT]: '{"question":"How many?"}', [OUTPUT]: '{"answer":3}' },
    span: { name: 'counter' },
    step: {
      kind: 'agent',
      agent: 'counter',
      action: 'counter',
      input: 'How many?',
      observation: '{"answer":3}',
      outcome: 'unknown'
    }
  },
  {
    claim: 'a chain is a frame that is nobody',
    attributes: { [TYPE]: 'chain' },
    step: { kind: 'agent', agent: undefined }
  },
  {
    claim: 'a retriever',
    attributes: { [TYPE]: 'retriever', [INPUT]: 'returns policy', [OUTPUT]: '["30 days"]' },
    step: { kind: 'retrieval', action: 'retrieval: returns policy', observation: '["30 days"]' }
  },
  {
    claim: 'an embedding',
    attributes: {
      [TYPE]: 'embedding',
      [INPUT]: '"a"',
      'langfuse.observation.usage_details': '{"input":2}'
    },
    step: { kind: 'retrieval', tokens: { input: 2 } }
  },
  {
    claim: 'an evaluator',
    attributes: { [TYPE]: 'evaluator', [OUTPUT]: '{"score":0.5}' },
    step: { kind: 'evaluation', observation: '{"score":0.5}' }
  },
  {
    claim: 'a guardrail',
    attributes: { [TYPE]: 'guardrail', [INPUT]: 'my card is…', [OUTPUT]: '{"blocked":true}' },
    step: { kind: 'guardrail', input: 'my card is…', observation: '{"blocked":true}' }
  },
  {
    claim: 'a span is unknown, told as it is',
    attributes: { [TYPE]: 'span', [INPUT]: '{"a":1}', [OUTPUT]: 'done' },
    step: { kind: 'unknown', arguments: '{"a":1}', observation: 'done' }
  },
  {
    claim: 'a span that gave back the message of a tool was the call of it',
    attributes: {
      [TYPE]: 'span',
      [INPUT]: '{"sku":"A7"}',
      [OUTPUT]: JSON.stringify({
        lc: 1,
        type: 'constructor',
        id: ['langchain_core', 'messages', 'ToolMessage'],
        kwargs: { status: 'error', content: 'no such sku', tool_call_id: 'c1', name: 'get_stock' }
      }),
      'langfuse.observation.metadata.langgraph_node': 'tools'
    },
    span: { name: 'get_stock' },
    step: {
      kind: 'tool',
      tool: 'get_stock',
      toolCallId: 'c1',
      arguments: '{"sku":"A7"}',
      observation: 'no such sku',
      outcome: 'error'
    }
  },
  {
    claim: 'a tool whose message is not wrapped',
    attributes: {
      [TYPE]: 'tool',
      [OUTPUT]: '{"content":"3 left","type":"tool","tool_call_id":"c1","status":"success"}'
    },
    step: { kind: 'tool', toolCallId: 'c1', observation: '3 left', outcome: 'ok' }
  },
  {
    claim: 'what a function threw is its error, not its output',
    attributes: {
      [TYPE]: 'tool',
      [INPUT]: '{"sku":"A7"}',
      [OUTPUT]: '{"error":"Error: no such sku"}',
      'langfuse.observation.level': 'ERROR',
      'langfuse.observation.status_message': 'Error: no such sku'
    },
    step: { observation: 'Error: no such sku', error: 'Error: no such sku', outcome: 'error' }
  },
  {
    claim: 'an output that has an error among other things is an output',
    attributes: {
      [TYPE]: 'tool',
      [OUTPUT]: '{"error":"E1","sku":"A7"}',
      'langfuse.observation.level': 'ERROR'
    },
    step: { observation: '{"error":"E1","sku":"A7"}', outcome: 'error' }
  },
  {
    claim: 'a function of a graph is structure: the state that went through it is not told',
    attributes: {
      [TYPE]: 'span',
      [INPUT]: '{"messages":[]}',
      [OUTPUT]: '"continue"',
      'langfuse.observation.metadata.langgraph_node': 'agent'
    },
    span: { name: 'should_continue' },
    step: { kind: 'unknown', action: 'should_continue', arguments: '', observation: '' }
  },
  {
    claim: 'a span on which somebody put gen_ai attributes is what they say',
    attributes: {
      [TYPE]: 'span',
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'ls'
    },
    step: { kind: 'tool', tool: 'ls', dialect: 'langfuse@2' }
  },
  {
    claim: 'an observation of Langfuse inside of an OpenInference trace stays Langfuse',
    attributes: { [TYPE]: 'generation', 'openinference.span.kind': 'CHAIN' },
    step: { kind: 'llm', dialect: 'langfuse@2' }
  },
  {
    claim: 'usage and cost that are no counts',
    attributes: {
      [TYPE]: 'generation',
      'langfuse.observation.usage_details': '{"input":-4,"output":"many","total":null}',
      'langfuse.observation.cost_details': '{"total":-1}'
    },
    step: { tokens: {}, costUsd: undefined }
  }
])

// The Traceloop dialect as a table: attributes as OpenLLMetry's SDK and instrumentations write them
// (conversations flattened, and as JSON since conventions 0.27), fields of the step out.

import t from 'tap'
import { aScope } from '../support/builders.ts'
import { checkDialect } from '../support/dialect-cases.ts'

checkDialect(t, [
  {
    claim: 'a model call with a flattened conversation',
    attributes: {
      'llm.request.type': 'chat',
      'gen_ai.system': 'openai',
      'gen_ai.request.model': 'm-1',
      'gen_ai.response.model': 'm-1-2026',
      'gen_ai.prompt.0.role': 'system',
      'gen_ai.prompt.0.content': 'You fix builds.',
      'gen_ai.prompt.1.role': 'user',
      'gen_ai.prompt.1.content': 'Why does the build fail?',
      'gen_ai.completion.0.role': 'assistant',
      'gen_ai.completion.0.content': 'I will look.',
      'gen_ai.completion.0.finish_reason': 'tool_calls',
      'gen_ai.completion.0.tool_calls.0.id': 'c1',
      'gen_ai.completion.0.tool_calls.0.name': 'read_log',
      'gen_ai.completion.0.tool_calls.0.arguments': '{"lines":20}',
      'gen_ai.usage.prompt_tokens': 90,
      'gen_ai.usage.completion_tokens': 12,
      'llm.usage.total_tokens': 102,
      'traceloop.association.properties.session_id': 's-1'
    },
    span: { name: 'openai.chat' },
    step: {
      kind: 'llm',
      dialect: 'traceloop@2',
      provider: 'openai',
      model: 'm-1-2026',
      input: 'Why does the build fail?',
      action: 'I will look.',
      requestedToolCalls: [{ id: 'c1', name: 'read_log', arguments: '{"lines":20}' }],
      finishReason: 'tool_calls',
      tokens: { input: 90, output: 12 },
      sessionId: 's-1'
    }
  },
  {
    claim: 'a model call with its conversation as JSON',
    attributes: {
      'llm.request.type': 'chat',
      'gen_ai.provider.name': 'anthropic',
      'gen_ai.request.model': 'm-2',
      'gen_ai.input.messages': JSON.stringify([
        { role: 'user', parts: [{ type: 'text', content: 'Count them.' }] }
      ]),
      'gen_ai.output.messages': JSON.stringify([
        {
          role: 'assistant',
          parts: [
            { type: 'reasoning', content: 'There are few.' },
            { type: 'text', content: 'Three.' }
          ]
        }
      ]),
      'llm.response.stop_reason': 'end_turn',
      'gen_ai.usage.input_tokens': 30,
      'gen_ai.usage.cache_read_input_tokens': 20,
      'gen_ai.usage.output_tokens': 4
    },
    step: {
      kind: 'llm',
      provider: 'anthropic',
      input: 'Count them.',
      action: 'Three.',
      thought: 'There are few.',
      finishReason: 'end_turn',
      tokens: { input: 30, output: 4, cacheRead: 20 }
    }
  },
  {
    claim: 'a completion and an embedding say so by their request type',
    attributes: { 'llm.request.type': 'completion', 'gen_ai.prompt.0.content': 'Once upon' },
    step: { kind: 'llm', input: 'Once upon' }
  },
  {
    claim: 'an embedding is a retrieval',
    attributes: { 'llm.request.type': 'embedding', 'gen_ai.prompt.0.content': 'retry budget' },
    step: { kind: 'retrieval', action: 'embeddings: retry budget' }
  },
  {
    claim: 'a tool of the SDK: arguments by position and by name, the result as it was returned',
    attributes: {
      'traceloop.span.kind': 'tool',
      'traceloop.entity.name': 'search_code',
      'traceloop.entity.input': '{"args":[],"kwargs":{"query":"backoff","path":"src"}}',
      'traceloop.entity.output': '"src/retry.ts:4"'
    },
    span: { name: 'search_code.tool' },
    step: {
      kind: 'tool',
      tool: 'search_code',
      action: 'search_code: backoff in src',
      arguments: '{"query":"backoff","path":"src"}',
      observation: 'src/retry.ts:4',
      outcome: 'ok'
    }
  },
  {
    claim: 'one positional argument is the argument',
    attributes: {
      'traceloop.span.kind': 'tool',
      'traceloop.entity.name': 'shell',
      'traceloop.entity.input': '{"args":["ls -l"],"kwargs":{}}'
    },
    step: { action: 'shell: ls -l', arguments: 'ls -l' }
  },
  {
    claim: 'a LangChain tool: arguments out of the callback, the message out of its constructor',
    attributes: {
      'traceloop.span.kind': 'tool',
      'traceloop.entity.name': 'get_stock',
      'traceloop.entity.input': JSON.stringify({
        input_str: "{'sku': 'A7'}",
        tags: [],
        metadata: { langgraph_node: 'tools' },
        inputs: { sku: 'A7' },
        kwargs: { color: 'green' }
      }),
      'traceloop.entity.output': JSON.stringify({
        output: {
          lc: 1,
          type: 'constructor',
          id: ['langchain', 'schema', 'messages', 'ToolMessage'],
          kwargs: {
            content: 'no such sku',
            type: 'tool',
            name: 'get_stock',
            tool_call_id: 'c9',
            status: 'error'
          }
        },
        kwargs: {}
      })
    },
    step: {
      kind: 'tool',
      tool: 'get_stock',
      toolCallId: 'c9',
      arguments: '{"sku":"A7"}',
      observation: 'no such sku',
      outcome: 'error',
      error: 'no such sku'
    }
  },
  {
    claim: 'a tool behind MCP is named in its request',
    attributes: {
      'traceloop.span.kind': 'tool',
      'traceloop.entity.name': 'call_tool',
      'traceloop.entity.input': '{"tool_name":"read_file","arguments":{"path":"a.ts"}}',
      'traceloop.entity.output': '{"content":[{"type":"text","text":"export {}"}],"isError":false}'
    },
    step: { tool: 'read_file', action: 'read_file: a.ts', observation: 'export {}', outcome: 'ok' }
  },
  {
    claim: 'a tool that hands over to another agent',
    attributes: {
      'traceloop.span.kind': 'tool',
      'traceloop.entity.name': 'transfer_to_billing'
    },
    step: { kind: 'handoff', tool: 'transfer_to_billing' }
  },
  {
    claim: 'a workflow is the frame, without tokens, and named after its entity',
    attributes: {
      'traceloop.span.kind': 'workflow',
      'traceloop.entity.name': 'LangGraph',
      'traceloop.entity.input':
        '{"inputs":{"messages":[{"role":"user","content":"Ship it"}]},"tags":[]}',
      'traceloop.entity.output':
        '{"outputs":{"messages":[{"role":"assistant","content":"Shipped"}]},"kwargs":{}}',
      'gen_ai.usage.input_tokens': 9
    },
    span: { name: 'LangGraph.workflow' },
    step: {
      kind: 'agent',
      agent: 'LangGraph',
      action: 'LangGraph.workflow',
      input: 'Ship it',
      observation: 'Shipped',
      tokens: {},
      outcome: 'unknown'
    }
  },
  {
    claim: 'a workflow that was called with nothing has no task',
    attributes: {
      'traceloop.span.kind': 'workflow',
      'traceloop.entity.name': 'guide',
      'traceloop.entity.input': '{"args":[],"kwargs":{}}'
    },
    step: { kind: 'agent', agent: 'guide', input: '' }
  },
  {
    claim: 'a task is a frame that is nobody',
    attributes: {
      'traceloop.span.kind': 'task',
      'traceloop.entity.name': 'should_continue',
      'traceloop.entity.output': '{"outputs":"tools","kwargs":{}}'
    },
    step: { kind: 'agent', agent: undefined, observation: 'tools' }
  },
  {
    claim: 'an unknown kind is unknown, also with contents',
    attributes: { 'traceloop.span.kind': 'unknown', 'traceloop.entity.input': '{"args":[1]}' },
    step: { kind: 'unknown', dialect: 'traceloop@2' }
  },
  {
    claim: 'attributes that an OpenInference processor added do not change what it is',
    attributes: {
      'llm.request.type': 'chat',
      'openinference.span.kind': 'LLM',
      'gen_ai.completion.0.content': 'Yes.'
    },
    span: { scope: aScope({ name: 'opentelemetry.instrumentation.openai.v1' }) },
    step: { dialect: 'traceloop@2', action: 'Yes.' }
  },
  {
    claim:
      'contents that are cut or of another type than they should be are read as far as they go',
    attributes: {
      'traceloop.span.kind': 'tool',
      'traceloop.entity.name': 7,
      'traceloop.entity.input': '{"inputs":{"path":"a/very/long',
      'traceloop.entity.output': ['x', 1]
    },
    step: { kind: 'tool', tool: '7', arguments: '{"path":"a/very/long"}', observation: '["x",1]' }
  }
])

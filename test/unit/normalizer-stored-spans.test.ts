// A stored span gives the step that it gave when it came: the table holds values as text, and re-normalization
// must not take that for a change.

import t from 'tap'
import type { AttributeValue, DecodedSpan, Step } from '../../collector/model/index.ts'
import { normalizeSpans, sanitizeSpans } from '../../collector/normalizer/index.ts'
import { toAttributeTexts } from '../../collector/store/rows/attribute-text.ts'
import { toAttributes } from '../../collector/store/rows/raw-span-row.ts'
import { aScope, aSpan, someAttributes } from '../support/builders.ts'
import { anEvent } from '../support/dialect-cases.ts'

function asStored(span: DecodedSpan): DecodedSpan {
  return {
    ...span,
    attributes: toAttributes(toAttributeTexts(span.attributes)),
    events: span.events.map((event) => ({
      ...event,
      attributes: toAttributes(toAttributeTexts(event.attributes))
    })),
    scope: { ...span.scope, attributes: someAttributes() }
  }
}

function stepOf(span: DecodedSpan): Step | undefined {
  return normalizeSpans([span]).steps[0]
}

const MESSAGES = [
  { role: 'user', parts: [{ type: 'text', content: 'Fix the cart.' }] },
  {
    role: 'assistant',
    parts: [{ type: 'tool_call', id: 'c1', name: 'bash', arguments: { command: 'ls' } }]
  }
]

const CASES: Readonly<
  Record<string, Partial<DecodedSpan> & { readonly values: Record<string, AttributeValue> }>
> = {
  'gen_ai, everything structured': {
    name: 'chat',
    values: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': 'm',
      'gen_ai.response.finish_reasons': ['tool_calls'],
      'gen_ai.usage.input_tokens': 12,
      'gen_ai.usage.output_tokens': 3n,
      'gen_ai.input.messages': MESSAGES,
      'gen_ai.output.messages': MESSAGES.slice(1)
    }
  },
  'gen_ai, a tool with structured arguments and result': {
    name: 'execute_tool bash',
    values: {
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'bash',
      'gen_ai.tool.call.arguments': { command: 'ls', timeout: 5 },
      'gen_ai.tool.call.result': { content: [{ type: 'text', text: 'a\nb' }], isError: true },
      'process.exit.code': 2
    }
  },
  'gen_ai, messages on events': {
    name: 'chat',
    values: { 'gen_ai.operation.name': 'chat', 'gen_ai.system': 'openai' },
    events: [
      anEvent('gen_ai.user.message', { content: 'Fix the cart.' }),
      anEvent('gen_ai.choice', { index: 0, finish_reason: 'stop', message: { content: 'Done.' } })
    ]
  },
  'openinference, flattened with a list and costs': {
    name: 'ChatCompletion',
    values: {
      'openinference.span.kind': 'LLM',
      'llm.model_name': 'm',
      'llm.cost.total': 0.25,
      'llm.token_count.prompt': 7,
      'llm.input_messages.0.message.role': 'user',
      'llm.input_messages.0.message.content': 'Fix the cart.',
      'llm.output_messages': [{ 'message.role': 'assistant', 'message.content': 'Done.' }]
    }
  },
  'openinference, retrieved documents': {
    name: 'retrieve',
    values: {
      'openinference.span.kind': 'RETRIEVER',
      'input.value': 'cart',
      'retrieval.documents': [
        { 'document.id': 'd1', 'document.score': 0.5, 'document.content': 'Carts.' }
      ]
    }
  },
  'ai_sdk, lists of texts': {
    name: 'ai.streamText.doStream',
    values: {
      'ai.operationId': 'ai.streamText.doStream',
      'ai.model.id': 'm',
      'ai.usage.inputTokens': 5,
      'ai.prompt.tools': ['{"name":"bash"}'],
      'ai.response.toolCalls': [{ toolCallId: 'c1', toolName: 'bash', input: '{"command":"ls"}' }]
    }
  },
  'langfuse, structured usage': {
    name: 'generation',
    values: {
      'langfuse.observation.type': 'generation',
      'langfuse.observation.usage_details': { input: 3, output: 4 },
      'langfuse.observation.cost_details': { total: 0.5 },
      'langfuse.observation.output': { role: 'assistant', content: 'Done.' }
    }
  },
  'traceloop, an entity': {
    name: 'bash.tool',
    values: {
      'traceloop.span.kind': 'tool',
      'traceloop.entity.name': 'bash',
      'traceloop.entity.input': { inputs: { command: 'ls' } },
      'traceloop.entity.output': { output: 'a' }
    }
  },
  'mastra, a tool': {
    name: 'tool',
    values: {
      'mastra.span.type': 'tool_call',
      'gen_ai.tool.name': 'bash',
      'gen_ai.tool.call.arguments': { command: 'ls' }
    }
  },
  'pydantic_ai, structured messages': {
    name: 'chat m',
    scope: aScope({ name: 'pydantic-ai' }),
    values: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.input.messages': MESSAGES,
      'gen_ai.output.messages': MESSAGES.slice(1)
    }
  },
  'google_adk, a model call': {
    name: 'call_llm',
    scope: aScope({ name: 'gcp.vertex.agent' }),
    values: {
      'gen_ai.operation.name': 'generate_content',
      'gcp.vertex.agent.llm_request': {
        contents: [{ role: 'user', parts: [{ text: 'Fix the cart.' }] }]
      },
      'gcp.vertex.agent.llm_response': { content: { role: 'model', parts: [{ text: 'Done.' }] } }
    }
  },
  'laminar, a tool': {
    name: 'terminal',
    values: {
      'lmnr.span.type': 'TOOL',
      'lmnr.span.input': { command: 'ls' },
      'lmnr.span.output': { text: 'a' }
    }
  },
  'gemini_cli, a tool': {
    name: 'tool_call',
    scope: aScope({ name: 'gemini-cli' }),
    values: {
      'gen_ai.operation.name': 'tool_call',
      'gen_ai.tool.name': 'bash',
      'gen_ai.input.messages': { name: 'bash', args: { command: 'ls' } }
    }
  },
  'claude_code, a tool that failed': {
    name: 'claude_code.tool',
    values: { tool_name: 'Bash', success: false, duration_ms: 5, tool_input: { command: 'ls' } }
  },
  'generic, a process': {
    name: 'spawn',
    values: { 'process.command_args': ['ls', '-l'], 'http.response.status_code': 200 }
  }
}

for (const [claim, { values, ...given }] of Object.entries(CASES)) {
  t.test(claim, async (t) => {
    const [span] = sanitizeSpans([aSpan({ ...given, attributes: someAttributes(values) })])
    if (span === undefined) throw new Error('no span')
    t.strictSame(stepOf(asStored(span)), stepOf(span))
  })
}

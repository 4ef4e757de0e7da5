// The AI SDK dialect as a table: `ai.*` attributes of versions 4, 5 and 6, and of 7 with its legacy exporter.

import t from 'tap'
import { checkDialect } from '../support/dialect-cases.ts'

const MESSAGES = JSON.stringify([
  { role: 'system', content: 'You plan trips.' },
  { role: 'user', content: [{ type: 'text', text: 'Two days in Porto?' }] }
])

checkDialect(t, [
  {
    claim: 'a model call that answers with a tool (version 6)',
    attributes: {
      'operation.name': 'ai.generateText.doGenerate trips',
      'ai.operationId': 'ai.generateText.doGenerate',
      'ai.telemetry.functionId': 'trips',
      'ai.telemetry.metadata.sessionId': 's-2',
      'ai.model.provider': 'openai.responses',
      'ai.model.id': 'm-1',
      'ai.response.model': 'm-1-2026',
      'ai.prompt.messages': MESSAGES,
      'ai.response.reasoning': 'Weather first.',
      'ai.response.toolCalls': JSON.stringify([
        { toolCallId: 'c1', toolName: 'getWeather', input: '{"city":"Porto"}' }
      ]),
      'ai.response.finishReason': 'tool-calls',
      'ai.usage.inputTokens': 70,
      'ai.usage.outputTokens': 20,
      'ai.usage.cachedInputTokens': 64,
      'ai.usage.reasoningTokens': 8,
      'gen_ai.system': 'openai.responses',
      'gen_ai.request.model': 'm-1',
      'gen_ai.usage.input_tokens': 70,
      'gen_ai.usage.output_tokens': 20
    },
    span: { name: 'ai.generateText.doGenerate' },
    step: {
      kind: 'llm',
      dialect: 'ai_sdk@1',
      provider: 'openai.responses',
      model: 'm-1-2026',
      agent: 'trips',
      sessionId: 's-2',
      input: 'Two days in Porto?',
      action: '',
      thought: 'Weather first.',
      requestedToolCalls: [{ id: 'c1', name: 'getWeather', arguments: '{"city":"Porto"}' }],
      finishReason: 'tool-calls',
      tokens: { input: 70, output: 20, cacheRead: 64, reasoning: 8 },
      outcome: 'ok'
    }
  },
  {
    claim: 'a streamed model call of version 4: older names of tokens, tool calls with args',
    attributes: {
      'ai.operationId': 'ai.streamText.doStream',
      'ai.response.text': 'Let me see.',
      'ai.response.toolCalls': JSON.stringify([
        { toolCallType: 'function', toolCallId: 'c2', toolName: 'find', args: '{"q":"inn"}' }
      ]),
      'ai.usage.promptTokens': '11',
      'ai.usage.completionTokens': '3'
    },
    step: {
      kind: 'llm',
      action: 'Let me see.',
      requestedToolCalls: [{ id: 'c2', name: 'find', arguments: '{"q":"inn"}' }],
      tokens: { input: 11, output: 3 }
    }
  },
  {
    claim: 'an object is the answer of a model call for one',
    attributes: {
      'ai.operationId': 'ai.generateObject.doGenerate',
      'ai.response.object': '{"days":2}',
      'ai.response.finishReason': 'stop'
    },
    step: { kind: 'llm', action: '{"days":2}', finishReason: 'stop', outcome: 'ok' }
  },
  {
    claim: 'a stream that ended in an error has failed',
    attributes: {
      'ai.operationId': 'ai.streamText.doStream',
      'ai.response.finishReason': 'error'
    },
    step: { kind: 'llm', outcome: 'error' }
  },
  {
    claim: 'the call of the SDK is a frame: input and answer, no tokens',
    attributes: {
      'ai.operationId': 'ai.streamText',
      'ai.telemetry.functionId': 'trips',
      'ai.prompt': '{"system":"You plan trips.","prompt":"Two days in Porto?"}',
      'ai.response.text': 'Here is a plan.',
      'ai.usage.inputTokens': 200,
      'ai.usage.outputTokens': 90
    },
    span: { name: 'ai.streamText' },
    step: {
      kind: 'agent',
      agent: 'trips',
      action: 'ai.streamText',
      input: 'Two days in Porto?',
      observation: 'Here is a plan.',
      tokens: {},
      outcome: 'unknown'
    }
  },
  {
    claim: 'a frame with messages',
    attributes: { 'ai.operationId': 'ai.generateText', 'ai.prompt': `{"messages":${MESSAGES}}` },
    step: { kind: 'agent', input: 'Two days in Porto?' }
  },
  {
    claim: 'a tool, whose text result was put into JSON',
    attributes: {
      'ai.operationId': 'ai.toolCall',
      'ai.toolCall.name': 'getWeather',
      'ai.toolCall.id': 'c1',
      'ai.toolCall.args': '{"city":"Porto"}',
      'ai.toolCall.result': '"rain"'
    },
    span: { name: 'ai.toolCall' },
    step: {
      kind: 'tool',
      tool: 'getWeather',
      toolCallId: 'c1',
      action: 'getWeather: Porto',
      arguments: '{"city":"Porto"}',
      observation: 'rain',
      outcome: 'ok'
    }
  },
  {
    claim: 'a tool that threw',
    attributes: { 'ai.operationId': 'ai.toolCall', 'ai.toolCall.name': 'book' },
    events: [['exception', { 'exception.type': 'Error', 'exception.message': 'sold out' }]],
    span: { statusCode: 'error', statusMessage: 'sold out' },
    step: { kind: 'tool', outcome: 'error', error: 'Error: sold out' }
  },
  {
    claim: 'embedding: the call of the model counts',
    attributes: {
      'ai.operationId': 'ai.embed.doEmbed',
      'ai.values': ['"retry budget"'],
      'ai.usage.tokens': 3
    },
    step: { kind: 'retrieval', action: 'embeddings: "retry budget"', tokens: { input: 3 } }
  },
  {
    claim: 'embedding: the call of the SDK is the frame around it',
    attributes: {
      'ai.operationId': 'ai.embed',
      'ai.value': '"retry budget"',
      'ai.usage.tokens': 3
    },
    step: { kind: 'agent', input: 'retry budget', tokens: {} }
  },
  {
    claim: 'attributes that an OpenInference processor added do not count the tokens of the frame',
    attributes: {
      'ai.operationId': 'ai.generateText',
      'openinference.span.kind': 'LLM',
      'llm.token_count.prompt': 200
    },
    step: { kind: 'agent', dialect: 'ai_sdk@1', tokens: {} }
  },
  {
    claim: 'without contents, names and tokens remain',
    attributes: {
      'ai.operationId': 'ai.generateText.doGenerate',
      'ai.model.id': 'm-1',
      'gen_ai.usage.input_tokens': 5
    },
    step: { kind: 'llm', model: 'm-1', input: '', action: '', tokens: { input: 5 } }
  }
])

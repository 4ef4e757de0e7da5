// Method: one row a claim, attributes as OpenInference instrumentations flatten them.

import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import t from 'tap'
import { aScope, aSpanId, aTraceId, someAttributes } from '../support/builders.ts'
import { checkDialect, toOneStep } from '../support/dialect-cases.ts'

const TASK = 'Make the cart survive a reload.'
const ANSWER = 'The cart now reads localStorage.'
const ANSWER_IN_PIECES = 'The cart reads localStorage.'

t.test('model calls', async (t) => {
  const call = {
    'openinference.span.kind': 'LLM',
    'llm.model_name': 'gpt-5-mini',
    'llm.provider': 'openai',
    'llm.system': 'azure'
  }
  const wanted = [{ id: 'call_1', name: 'bash', arguments: '{"command":"npm test"}' }]
  checkDialect(t, [
    {
      claim: 'flattened messages, tokens, costs and session',
      attributes: {
        ...call,
        'session.id': 's-1',
        'llm.input_messages.0.message.role': 'system',
        'llm.input_messages.0.message.content': 'You fix carts.',
        'llm.input_messages.1.message.role': 'user',
        'llm.input_messages.1.message.content': TASK,
        'llm.output_messages.0.message.role': 'assistant',
        'llm.output_messages.0.message.content': ANSWER,
        'llm.finish_reason': 'stop',
        'llm.token_count.prompt': 1_000,
        'llm.token_count.completion': 200,
        'llm.token_count.total': 1_200,
        'llm.token_count.prompt_details.cache_read': 600,
        'llm.token_count.prompt_details.cache_write': 100,
        'llm.token_count.completion_details.reasoning': 50,
        'llm.cost.prompt': 0.25,
        'llm.cost.completion': 0.5,
        'input.value': '{"messages":[]}',
        'input.mime_type': 'application/json',
        'output.value': '{"choices":[]}'
      },
      step: {
        kind: 'llm',
        dialect: 'openinference@2',
        sessionId: 's-1',
        provider: 'openai',
        model: 'gpt-5-mini',
        input: TASK,
        action: ANSWER,
        finishReason: 'stop',
        tokens: { input: 1_000, output: 200, cacheRead: 600, cacheWrite: 100, reasoning: 50 },
        costUsd: 0.75,
        outcome: 'ok',
        truncated: false
      }
    },
    {
      claim: 'the total cost wins over its parts, the answering model over the requested one',
      attributes: {
        ...call,
        'llm.cost.total': 0.9,
        'llm.cost.prompt': 0.1,
        'llm.request.model_name': 'gpt-5',
        'llm.response.model_name': 'gpt-5-nano'
      },
      step: { costUsd: 0.9, model: 'gpt-5-nano' }
    },
    {
      claim: 'tool calls of a message, in the order of their numbers',
      attributes: {
        ...call,
        'llm.output_messages.0.message.tool_calls.10.tool_call.function.name': 'last',
        'llm.output_messages.0.message.tool_calls.2.tool_call.function.name': 'middle',
        'llm.output_messages.0.message.tool_calls.0.tool_call.function.name': 'bash',
        'llm.output_messages.0.message.tool_calls.0.tool_call.id': 'call_1',
        'llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments':
          '{"command":"npm test"}'
      },
      step: {
        action: '',
        requestedToolCalls: [
          ...wanted,
          { id: undefined, name: 'middle', arguments: '' },
          { id: undefined, name: 'last', arguments: '' }
        ]
      }
    },
    {
      claim: 'contents of a message: reasoning, text and a tool call in their order',
      attributes: {
        ...call,
        'llm.input_messages.0.message.role': 'user',
        'llm.input_messages.0.message.contents.0.message_content.type': 'image',
        'llm.input_messages.0.message.contents.0.message_content.image.image.url':
          'https://example.org/cart.png',
        'llm.input_messages.0.message.contents.1.message_content.type': 'text',
        'llm.input_messages.0.message.contents.1.message_content.text': TASK,
        'llm.output_messages.0.message.role': 'assistant',
        'llm.output_messages.0.message.contents.0.message_content.type': 'reasoning',
        'llm.output_messages.0.message.contents.0.message_content.text': 'Hm.',
        'llm.output_messages.0.message.contents.1.message_content.text': 'I run the tests.',
        'llm.output_messages.0.message.contents.2.message_content.type': 'tool_use',
        'llm.output_messages.0.message.contents.2.tool_call.id': 'call_1',
        'llm.output_messages.0.message.contents.2.tool_call.function.name': 'bash',
        'llm.output_messages.0.message.contents.2.tool_call.function.arguments':
          '{"command":"npm test"}'
      },
      step: {
        input: `[image at https://example.org/cart.png]\n${TASK}`,
        thought: 'Hm.',
        action: 'I run the tests.',
        requestedToolCalls: wanted
      }
    },
    {
      claim: 'the single call of the function-calling era',
      attributes: {
        ...call,
        'llm.output_messages.0.message.role': 'assistant',
        'llm.output_messages.0.message.function_call_name': 'bash',
        'llm.output_messages.0.message.function_call_arguments_json': '{"command":"npm test"}'
      },
      step: { requestedToolCalls: wanted.map((requested) => ({ ...requested, id: undefined })) }
    },
    {
      claim: 'prompts and choices of plain completions',
      attributes: {
        ...call,
        'llm.prompts.0.prompt.text': TASK,
        'llm.choices.0.completion.text': ANSWER
      },
      step: { input: TASK, action: ANSWER }
    },
    {
      claim: 'prompts as a list in one attribute',
      attributes: { ...call, 'llm.prompts': JSON.stringify([TASK]), 'output.value': ANSWER },
      step: { input: TASK, action: ANSWER }
    },
    {
      claim: 'the raw response where no messages were flattened',
      attributes: {
        ...call,
        'input.value': JSON.stringify({ messages: [{ role: 'user', content: TASK }] }),
        'output.value': JSON.stringify({
          choices: [{ finish_reason: 'stop', message: { role: 'assistant', content: ANSWER } }]
        })
      },
      step: { input: TASK, action: ANSWER, finishReason: 'stop' }
    },
    {
      claim: 'text that looks like JSON stays text when its MIME type says so',
      attributes: {
        ...call,
        'output.value': '{"content":"inside"}',
        'output.mime_type': 'text/plain'
      },
      step: { action: '{"content":"inside"}' }
    },
    {
      claim: 'messages in one attribute, as a list',
      attributes: {
        ...call,
        'llm.input_messages': JSON.stringify([{ 'message.role': 'user', 'message.content': TASK }])
      },
      step: { input: TASK }
    },
    {
      claim: 'a decision model is a model call with names of its own',
      attributes: {
        'openinference.span.kind': 'DECISION',
        'decision.system': 'openai',
        'decision.model_name': 'luna-1',
        'decision.token_count.input': 412,
        'decision.token_count.output': 2
      },
      step: {
        kind: 'llm',
        provider: 'openai',
        model: 'luna-1',
        tokens: { input: 412, output: 2 }
      }
    }
  ])
})

t.test('tools', async (t) => {
  const call = { 'openinference.span.kind': 'TOOL', 'tool.name': 'read_file', 'tool.id': 'call_1' }
  checkDialect(t, [
    {
      claim: 'what went in are the arguments, what came out is the observation',
      attributes: {
        ...call,
        'tool.parameters': '{"type":"object"}',
        'input.value': '{"path":"src/cart.ts"}',
        'input.mime_type': 'application/json',
        'output.value': '"export const cart = []\\n"'
      },
      step: {
        kind: 'tool',
        tool: 'read_file',
        toolCallId: 'call_1',
        action: 'read_file: src/cart.ts',
        arguments: '{"path":"src/cart.ts"}',
        observation: 'export const cart = []\n'
      }
    },
    {
      claim: 'parameters are the arguments when nothing else is',
      attributes: { ...call, 'tool.parameters': '{"path":"a.ts"}' },
      step: { arguments: '{"path":"a.ts"}', action: 'read_file: a.ts' }
    },
    {
      claim: 'plain text from a tool is its own, JSON or not',
      attributes: {
        ...call,
        'output.value': '"quoted"',
        'output.mime_type': 'text/plain'
      },
      step: { observation: '"quoted"' }
    },
    {
      claim: 'a LangChain tool message is unwrapped, its error believed',
      attributes: {
        ...call,
        'output.value': JSON.stringify({
          content: 'No such file: cart.ts',
          type: 'tool',
          name: 'read_file',
          tool_call_id: 'call_1',
          status: 'error'
        })
      },
      step: {
        observation: 'No such file: cart.ts',
        outcome: 'error',
        error: 'No such file: cart.ts'
      }
    },
    {
      claim: 'a tool without a name has the name of its span',
      attributes: { 'openinference.span.kind': 'TOOL' },
      span: { name: 'duckduckgo' },
      step: { tool: 'duckduckgo', action: 'duckduckgo()' }
    },
    {
      claim: 'attributes of the framework’s own conventions fill what is empty',
      attributes: {
        'openinference.span.kind': 'TOOL',
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': 'say_hello',
        'gen_ai.tool.call.id': 'adk-1',
        'gen_ai.tool.call.arguments': '{"name":"Ada"}'
      },
      step: {
        dialect: 'openinference@2',
        tool: 'say_hello',
        toolCallId: 'adk-1',
        arguments: '{"name":"Ada"}'
      }
    },
    {
      claim: 'a tool of LangChain answers a call by its id in the message it gives back',
      attributes: {
        'openinference.span.kind': 'TOOL',
        'tool.name': 'get_stock',
        'output.value': JSON.stringify({
          output: {
            lc: 1,
            type: 'constructor',
            id: ['langchain_core', 'messages', 'ToolMessage'],
            kwargs: { status: 'success', content: '3 left', tool_call_id: 'c1', name: 'get_stock' }
          }
        })
      },
      step: { toolCallId: 'c1', observation: '3 left', outcome: 'ok' }
    },
    {
      claim: 'a handoff says so in its name',
      attributes: { 'openinference.span.kind': 'TOOL' },
      span: { name: 'handoff to billing' },
      step: { kind: 'handoff' }
    }
  ])
})

t.test('frames', async (t) => {
  checkDialect(t, [
    {
      claim: 'an agent says its name, its task and its answer',
      attributes: {
        'openinference.span.kind': 'AGENT',
        'agent.name': 'cart fixer',
        'graph.node.id': 'node-3',
        'input.value': JSON.stringify({ messages: [{ role: 'user', content: TASK }] }),
        'output.value': JSON.stringify({ role: 'assistant', content: ANSWER })
      },
      step: { kind: 'agent', agent: 'cart fixer', input: TASK, observation: ANSWER, tokens: {} }
    },
    {
      claim: 'an output that repeats the conversation is read for its last answer',
      attributes: {
        'openinference.span.kind': 'AGENT',
        'output.value': JSON.stringify({
          messages: [
            { role: 'user', content: TASK },
            { role: 'assistant', content: 'I look first.', tool_calls: [] },
            { role: 'tool', content: 'cart.ts' },
            { role: 'assistant', content: ANSWER }
          ]
        })
      },
      step: { observation: ANSWER }
    },
    {
      claim: 'a node of a graph is named when its agent is not',
      attributes: {
        'openinference.span.kind': 'agent',
        'graph.node.id': 'n',
        'graph.node.name': 'Planner'
      },
      step: { kind: 'agent', agent: 'Planner' }
    },
    {
      claim: 'a chain is a frame, and its task is in whatever field holds it',
      attributes: {
        'openinference.span.kind': 'CHAIN',
        'input.value': JSON.stringify({ run_id: 'r-1', input: { question: TASK } }),
        'output.value': 'plain words'
      },
      step: { kind: 'agent', input: TASK, observation: 'plain words' }
    },
    {
      claim: 'rendering a prompt is nothing an agent does',
      attributes: { 'openinference.span.kind': 'PROMPT' },
      span: { name: 'render' },
      step: { kind: 'unknown', action: 'prompt: render', dialect: 'openinference@2' }
    },
    {
      claim: 'a kind that is not known yet is kept as unknown',
      attributes: { 'openinference.span.kind': 'TELEPATHY', 'output.value': 'x' },
      step: { kind: 'unknown', observation: 'x' }
    }
  ])
})

t.test('retrieval', async (t) => {
  checkDialect(t, [
    {
      claim: 'a retriever tells its query and its documents in their order',
      attributes: {
        'openinference.span.kind': 'RETRIEVER',
        'input.value': 'refund period',
        'retrieval.documents.10.document.content': 'ten',
        'retrieval.documents.2.document.content': 'two',
        'retrieval.documents.2.document.id': 'p2',
        'retrieval.documents.2.document.score': 0.5
      },
      step: {
        kind: 'retrieval',
        action: 'retriever: refund period',
        arguments: 'refund period',
        observation: 'p2 (0.5)\ntwo\n\nten'
      }
    },
    {
      claim: 'a reranker tells what it put first',
      attributes: {
        'openinference.span.kind': 'RERANKER',
        'reranker.query': 'refund period',
        'reranker.model_name': 'cross-encoder',
        'reranker.input_documents.0.document.content': 'before',
        'reranker.output_documents.0.document.content': 'after'
      },
      step: {
        kind: 'retrieval',
        model: 'cross-encoder',
        action: 'reranker: refund period',
        observation: 'after'
      }
    },
    {
      claim: 'an embedding tells its text and not its numbers',
      attributes: {
        'openinference.span.kind': 'EMBEDDING',
        'embedding.model_name': 'text-embedding-3-small',
        'embedding.embeddings.0.embedding.text': 'refund period',
        'embedding.embeddings.0.embedding.vector': [0.1, 0.2],
        'output.value': '{"data":[[0.1,0.2]]}',
        'llm.token_count.prompt': 3
      },
      step: {
        kind: 'retrieval',
        model: 'text-embedding-3-small',
        action: 'embedding: refund period',
        observation: '',
        tokens: { input: 3 }
      }
    }
  ])
})

t.test('guardrails and evaluators', async (t) => {
  checkDialect(t, [
    {
      claim: 'a guardrail tells what it looked at and what it said',
      attributes: {
        'openinference.span.kind': 'GUARDRAIL',
        'input.value': 'How do I …',
        'output.value': 'blocked'
      },
      span: { name: 'jailbreak check' },
      step: {
        kind: 'guardrail',
        action: 'guardrail: jailbreak check',
        input: 'How do I …',
        observation: 'blocked'
      }
    },
    {
      claim: 'results of evaluations are checks, under either name',
      attributes: {
        'openinference.span.kind': 'EVALUATOR',
        'evaluations.0.evaluation.name': 'correctness',
        'evaluations.0.evaluation.label': 'incorrect',
        'evaluations.0.evaluation.score': 0.2,
        'evaluations.0.evaluation.explanation': 'The cart is empty.',
        'annotations.0.annotation.name': 'tone',
        'annotations.0.annotation.label': 'friendly'
      },
      step: {
        kind: 'evaluation',
        checks: [
          {
            name: 'correctness',
            status: 'failed',
            message: 'incorrect: score 0.2: The cart is empty.'
          },
          { name: 'tone', status: 'skipped', message: 'friendly' }
        ]
      }
    }
  ])
})

t.test('flattened messages come back in the order of their numbers', async () => {
  // Method: any conversation, its attributes in any order, read as the answer of a model.
  const conversation = fc.array(
    fc.record({
      text: fc.string({ minLength: 1 }),
      calls: fc.array(fc.string({ minLength: 1 }), { maxLength: 12 })
    }),
    { minLength: 1, maxLength: 25 }
  )
  const shuffled = conversation.chain((messages) => {
    const entries = messages.flatMap(({ text, calls }, at): [string, string][] => [
      [`llm.output_messages.${at}.message.content`, text],
      ...calls.map((name, call): [string, string] => [
        `llm.output_messages.${at}.message.tool_calls.${call}.tool_call.function.name`,
        name
      ])
    ])
    return fc.record({
      messages: fc.constant(messages),
      entries: fc.shuffledSubarray(entries, { minLength: entries.length })
    })
  })
  const span = { traceId: aTraceId(), spanId: aSpanId() }
  fc.assert(
    fc.property(shuffled, ({ messages, entries }) => {
      const step = toOneStep({
        ...span,
        attributes: someAttributes({
          'openinference.span.kind': 'LLM',
          ...Object.fromEntries(entries)
        })
      })
      assert.equal(step.action, messages.map(({ text }) => text).join('\n'))
      assert.deepEqual(
        step.requestedToolCalls.map(({ name }) => name),
        messages.flatMap(({ calls }) => calls).slice(0, 128)
      )
    }),
    { numRuns: 200 }
  )
})

t.test('LangGraph', async (t) => {
  const chain = {
    'openinference.span.kind': 'CHAIN',
    'input.value': '{"messages":[]}',
    'output.value': 'tools',
    'output.mime_type': 'text/plain',
    metadata: '{"langgraph_step":1,"langgraph_node":"model"}'
  }
  checkDialect(t, [
    {
      claim: 'a node tells what came out of it',
      attributes: chain,
      span: { name: 'model' },
      step: { kind: 'agent', observation: 'tools' }
    },
    {
      claim: 'a function inside of a node that chooses the next one does nothing',
      attributes: chain,
      span: { name: 'RunnableLambda' },
      step: { kind: 'agent', action: 'RunnableLambda', input: '', observation: '' }
    },
    {
      claim: 'neither does the entry of the graph',
      attributes: { ...chain, metadata: '{"langgraph_node":"__start__"}' },
      span: { name: '__start__' },
      step: { kind: 'agent', action: '__start__', input: '', observation: '' }
    },
    {
      claim: 'metadata that is cut or no JSON is of no graph',
      attributes: { ...chain, metadata: '"langgraph_node"' },
      span: { name: 'RunnableLambda' },
      step: { kind: 'agent', observation: 'tools' }
    }
  ])
})

t.test('events of BeeAI', async (t) => {
  const scope = aScope({ name: '@arizeai/openinference-instrumentation-beeai' })
  const tool = { 'openinference.span.kind': 'TOOL', 'tool.parameters': '{"query":"cart"}' }
  const model = { 'openinference.span.kind': 'LLM', 'llm.model_name': 'gpt-5-mini' }
  checkDialect(t, [
    {
      claim: 'a tool that succeeded is the call, with what went in and what came out',
      attributes: { ...tool, 'output.value': '"two pages"' },
      span: { scope, name: 'tool.search.docs.success-3' },
      step: {
        kind: 'tool',
        tool: 'search.docs',
        arguments: '{"query":"cart"}',
        observation: 'two pages',
        outcome: 'ok'
      }
    },
    {
      claim: 'so is one that failed',
      attributes: tool,
      span: {
        scope,
        name: 'tool.search.docs.error-1',
        statusCode: 'error',
        statusMessage: 'no docs here'
      },
      step: { kind: 'tool', tool: 'search.docs', outcome: 'error', error: 'no docs here' }
    },
    {
      claim: 'that it started says nothing more',
      attributes: tool,
      span: { scope, name: 'tool.search.docs.start-3' },
      step: { kind: 'unknown', tool: undefined, arguments: '' }
    },
    {
      claim: 'nor that it finished',
      attributes: tool,
      span: { scope, name: 'tool.search.docs.finish-3' },
      step: { kind: 'unknown', tool: undefined, toolCallId: undefined, arguments: '' }
    },
    {
      claim: 'what a model is asked',
      attributes: { ...model, 'input.value': TASK },
      span: { scope, name: 'backend.openai.chat.start-12' },
      step: { kind: 'llm', toolCallId: 'backend.openai.chat-12', input: TASK, action: '' }
    },
    {
      claim: 'what it answers is its pieces put together, under the same id',
      attributes: {
        ...model,
        'llm.output_messages.0.message.content': 'The cart ',
        'llm.output_messages.1.message.content': 'reads ',
        'llm.output_messages.10.message.content': 'localStorage.'
      },
      span: { scope, name: 'backend.openai.chat.success-12' },
      step: { kind: 'llm', toolCallId: 'backend.openai.chat-12', action: ANSWER_IN_PIECES }
    },
    {
      claim: 'an error of a model is told beside the call',
      attributes: { ...model, 'exception.message': 'too many requests' },
      span: { scope, name: 'backend.openai.chat.error-1', statusCode: 'error' },
      step: { kind: 'unknown', outcome: 'error', error: 'too many requests' }
    },
    {
      claim: 'an update of the agent is structure',
      attributes: { 'openinference.span.kind': 'AGENT', 'output.value': 'two pages' },
      span: { scope, name: 'agent.react.update-7' },
      step: { kind: 'agent', action: 'agent.react.update-7', observation: '' }
    },
    {
      claim: 'the whole run is the frame it says it is',
      attributes: { 'openinference.span.kind': 'AGENT', 'input.value': TASK },
      span: { scope, name: 'beeai-framework-main' },
      step: { kind: 'agent', input: TASK }
    },
    {
      claim: 'a tool of another instrumentation may be named as it likes',
      attributes: tool,
      span: { name: 'tool.search.docs.finish-3' },
      step: { kind: 'tool', tool: 'tool.search.docs.finish-3', toolCallId: undefined }
    }
  ])
})

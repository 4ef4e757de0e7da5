// The Laminar dialect as a table: spans as lmnr's SDK and OpenHands' write them.

import t from 'tap'
import { checkDialect } from '../support/dialect-cases.ts'

checkDialect(t, [
  {
    claim: 'a tool of OpenHands: the action is what it was called with, its content what was read',
    attributes: {
      'lmnr.span.type': 'TOOL',
      'lmnr.span.path': ['conversation', 'conversation.run', 'agent.step', 'execute_bash'],
      'lmnr.association.properties.session_id': 'conv-1',
      'lmnr.span.input': JSON.stringify({
        action: { command: 'npm test', is_input: false, kind: 'TerminalAction' },
        conversation: '<LocalConversation>'
      }),
      'lmnr.span.output': JSON.stringify({
        content: [{ type: 'text', text: '1 failing' }],
        is_error: false,
        command: 'npm test',
        exit_code: 1,
        kind: 'TerminalObservation'
      })
    },
    span: { name: 'execute_bash' },
    step: {
      kind: 'tool',
      dialect: 'laminar@1',
      tool: 'execute_bash',
      action: 'execute_bash: npm test',
      arguments: '{"command":"npm test","is_input":false,"kind":"TerminalAction"}',
      observation: '1 failing',
      exitCode: 1,
      outcome: 'ok',
      sessionId: 'conv-1'
    }
  },
  {
    claim: 'an observation that says it is an error is one, and may have its exit code inside',
    attributes: {
      'lmnr.span.type': 'TOOL',
      'lmnr.span.output': JSON.stringify({
        content: [{ type: 'text', text: 'no such file' }],
        is_error: true,
        metadata: { exit_code: 2, working_dir: '/' }
      })
    },
    span: { name: 'str_replace_editor' },
    step: { outcome: 'error', error: 'no such file', exitCode: 2 }
  },
  {
    claim: 'a tool of any application: arguments by name, a text as the result',
    attributes: {
      'lmnr.span.type': 'TOOL',
      'lmnr.span.input': '{"email":"a@example.org"}',
      'lmnr.span.output': '"found"'
    },
    span: { name: 'get_user' },
    step: {
      tool: 'get_user',
      arguments: '{"email":"a@example.org"}',
      action: 'get_user: a@example.org',
      observation: 'found'
    }
  },
  {
    claim: 'an instrumented model call has only a path of Laminar',
    attributes: {
      'lmnr.span.path': ['conversation', 'litellm.completion'],
      'lmnr.association.properties.session_id': 'conv-1',
      'llm.request.type': 'chat',
      'gen_ai.system': 'anthropic',
      'gen_ai.request.model': 'm-1',
      'gen_ai.prompt.0.role': 'user',
      'gen_ai.prompt.0.content': 'Fix the build',
      'gen_ai.completion.0.role': 'assistant',
      'gen_ai.completion.0.content': 'Running the tests.',
      'gen_ai.completion.0.tool_calls.0.name': 'execute_bash',
      'gen_ai.completion.0.tool_calls.0.arguments': '{"command":"npm test"}',
      'gen_ai.usage.input_tokens': 20,
      'gen_ai.usage.output_tokens': 6,
      'gen_ai.usage.cost': 0.02
    },
    span: { name: 'litellm.completion' },
    step: {
      kind: 'llm',
      dialect: 'laminar@1',
      provider: 'anthropic',
      input: 'Fix the build',
      action: 'Running the tests.',
      requestedToolCalls: [
        { id: undefined, name: 'execute_bash', arguments: '{"command":"npm test"}' }
      ],
      tokens: { input: 20, output: 6 },
      costUsd: 0.02,
      sessionId: 'conv-1'
    }
  },
  {
    claim: 'a model call of the application: its input and output are all there is',
    attributes: {
      'lmnr.span.type': 'LLM',
      'lmnr.span.input': '[{"role":"user","content":"Hi"}]',
      'lmnr.span.output': '[{"role":"assistant","content":"Hello"}]'
    },
    step: { kind: 'llm', input: 'Hi', action: 'Hello' }
  },
  {
    claim:
      'the loop of OpenHands is a frame; its arguments are the whole conversation and left out',
    attributes: { 'lmnr.span.type': 'DEFAULT', 'lmnr.span.input': '{"conversation":"…"}' },
    span: { name: 'agent.step' },
    step: { kind: 'agent', agent: undefined, input: '', action: 'agent.step' }
  },
  {
    claim: 'sending a message is nothing that the agent does',
    attributes: { 'lmnr.span.type': 'DEFAULT', 'lmnr.span.input': '{"message":"Fix the build"}' },
    span: { name: 'conversation.send_message' },
    step: { kind: 'unknown', arguments: '', action: 'conversation.send_message' }
  },
  {
    claim: 'any other function is unknown, told as it is',
    attributes: {
      'lmnr.span.type': 'DEFAULT',
      'lmnr.span.input': '{"order":7}',
      'lmnr.span.output': 'true'
    },
    span: { name: 'check_order' },
    step: { kind: 'unknown', arguments: '{"order":7}', observation: 'true' }
  },
  {
    claim: 'a span that Laminar only passed through is read by whom it belongs to',
    attributes: { 'lmnr.span.path': ['POST'], 'http.request.method': 'POST' },
    step: { dialect: 'generic@1' }
  },
  {
    claim: 'input and output of other types than they should be',
    attributes: { 'lmnr.span.type': 'TOOL', 'lmnr.span.input': 7, 'lmnr.span.output': [1, 2] },
    span: { name: 'f' },
    step: { kind: 'tool', arguments: '7', observation: '[1,2]' }
  }
])

// The Gemini CLI dialect as a table: operations of its traces, with and without contents.

import t from 'tap'
import type { DecodedSpan } from '../../collector/model/index.ts'
import { aScope } from '../support/builders.ts'
import { checkDialect } from '../support/dialect-cases.ts'

const OPERATION = 'gen_ai.operation.name'

function named(name: string): Partial<DecodedSpan> {
  return { name, scope: aScope({ name: 'gemini-cli', version: 'v1' }) }
}

checkDialect(t, [
  {
    claim: 'a model call: contents in, content out',
    attributes: {
      [OPERATION]: 'llm_call',
      'gen_ai.agent.name': 'gemini-cli',
      'gen_ai.conversation.id': 's-5',
      'gen_ai.request.model': 'm-1',
      'gen_ai.input.messages': JSON.stringify([
        { role: 'user', parts: [{ text: 'Fix the build' }] }
      ]),
      'gen_ai.output.messages': JSON.stringify({
        role: 'model',
        parts: [
          { text: 'Tests first.', thought: true },
          { functionCall: { id: 'c1', name: 'run_shell_command', args: { command: 'npm test' } } }
        ]
      }),
      'gen_ai.usage.input_tokens': 30,
      'gen_ai.usage.output_tokens': 5
    },
    span: named('llm_call'),
    step: {
      kind: 'llm',
      dialect: 'gemini_cli@2',
      agent: 'gemini-cli',
      model: 'm-1',
      input: 'Fix the build',
      thought: 'Tests first.',
      requestedToolCalls: [
        { id: 'c1', name: 'run_shell_command', arguments: '{"command":"npm test"}' }
      ],
      tokens: { input: 30, output: 5 },
      sessionId: 's-5'
    }
  },
  {
    claim: 'a tool call: its request in, the completed call out',
    attributes: {
      [OPERATION]: 'tool_call',
      'gen_ai.tool.name': 'run_shell_command',
      'gen_ai.tool.call_id': 'c1',
      'gen_ai.input.messages': JSON.stringify({
        callId: 'c1',
        name: 'run_shell_command',
        args: { command: 'npm test' },
        isClientInitiated: false
      }),
      'gen_ai.output.messages': JSON.stringify({
        status: 'success',
        request: { callId: 'c1' },
        response: {
          callId: 'c1',
          responseParts: [
            {
              functionResponse: {
                id: 'c1',
                name: 'run_shell_command',
                response: { output: '1 failing' }
              }
            }
          ]
        }
      })
    },
    span: { ...named('tool_call'), statusCode: 'ok' },
    step: {
      kind: 'tool',
      tool: 'run_shell_command',
      toolCallId: 'c1',
      action: 'run_shell_command: npm test',
      arguments: '{"command":"npm test"}',
      observation: '1 failing',
      outcome: 'ok'
    }
  },
  {
    claim: 'a call that ended as an error has failed, although its span is in order',
    attributes: {
      [OPERATION]: 'tool_call',
      'gen_ai.tool.name': 'read_file',
      'gen_ai.output.messages': JSON.stringify({
        status: 'error',
        response: { responseParts: [], error: { message: 'File not found' } }
      })
    },
    span: { ...named('tool_call'), statusCode: 'ok' },
    step: { outcome: 'error', error: 'File not found', observation: 'File not found' }
  },
  {
    claim: 'contents that were cut are read as far as they go',
    attributes: {
      [OPERATION]: 'tool_call',
      'gen_ai.tool.name': 'write_file',
      'gen_ai.input.messages':
        '{"callId":"c2","name":"write_file","args":{"file_path":"a.ts","content":"exp...[TRUNCATED: original length 10400]'
    },
    span: named('tool_call'),
    step: {
      action: 'write_file: a.ts',
      arguments: '{"file_path":"a.ts","content":"exp"}',
      toolCallId: 'c2',
      truncated: true
    }
  },
  {
    claim: 'the scheduler repeats the calls inside of it and is nothing by itself',
    attributes: {
      [OPERATION]: 'schedule_tool_calls',
      'gen_ai.input.messages': '[{"callId":"c1"}]',
      'gen_ai.output.messages': '[{"status":"success"}]'
    },
    span: named('schedule_tool_calls'),
    step: { kind: 'unknown', action: 'schedule_tool_calls', observation: '' }
  },
  {
    claim: 'a prompt of the user is the frame around what it led to',
    attributes: {
      [OPERATION]: 'user_prompt',
      'gen_ai.agent.name': 'gemini-cli',
      'gen_ai.input.messages': '"Fix the build"'
    },
    span: named('user_prompt'),
    step: { kind: 'agent', agent: 'gemini-cli', input: 'Fix the build' }
  },
  {
    claim: 'a subagent is a frame',
    attributes: { [OPERATION]: 'agent_call', 'gen_ai.agent.name': 'codebase_investigator' },
    span: named('agent_call'),
    step: { kind: 'agent', agent: 'codebase_investigator' }
  },
  {
    claim: 'the system prompt is nothing that the agent does',
    attributes: { [OPERATION]: 'system_prompt', 'gen_ai.agent.name': 'gemini-cli' },
    span: named('system_prompt'),
    step: { kind: 'unknown', action: 'system_prompt' }
  },
  {
    claim: 'without contents a tool call is still one',
    attributes: { [OPERATION]: 'tool_call', 'gen_ai.agent.name': 'gemini-cli' },
    span: named('tool_call'),
    step: { kind: 'tool', arguments: '', observation: '', outcome: 'ok' }
  },
  {
    claim: 'the scope decides, whatever kind OpenInference would see',
    attributes: { [OPERATION]: 'tool_call', 'openinference.span.kind': 'CHAIN' },
    span: named('tool_call'),
    step: { kind: 'tool', dialect: 'gemini_cli@2' }
  }
])

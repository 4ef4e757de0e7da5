// The Mastra dialect as a table: what its OpenTelemetry exporter (1.4) writes beside the conventions.

import t from 'tap'
import { checkDialect } from '../support/dialect-cases.ts'

const TYPE = 'mastra.span.type'
const OPERATION = 'gen_ai.operation.name'

checkDialect(t, [
  {
    claim: 'a generation, with the cached part of its tokens under the names of earlier versions',
    attributes: {
      [TYPE]: 'model_generation',
      [OPERATION]: 'chat',
      'gen_ai.request.model': 'm-1',
      'gen_ai.provider.name': 'openai',
      'gen_ai.agent.name': 'planner',
      'gen_ai.input.messages': '[{"role":"user","parts":[{"type":"text","content":"Plan"}]}]',
      'gen_ai.output.messages': '[{"role":"assistant","parts":[{"type":"text","content":"Done"}]}]',
      'gen_ai.response.finish_reasons': '["stop"]',
      'gen_ai.usage.input_tokens': 40,
      'gen_ai.usage.output_tokens': 9,
      'gen_ai.usage.cached_input_tokens': 32,
      'gen_ai.usage.cache_write_tokens': 4,
      'gen_ai.usage.reasoning_tokens': 5
    },
    step: {
      kind: 'llm',
      dialect: 'mastra@1',
      agent: 'planner',
      input: 'Plan',
      action: 'Done',
      finishReason: 'stop',
      tokens: { input: 40, output: 9, cacheRead: 32, cacheWrite: 4, reasoning: 5 }
    }
  },
  {
    claim: 'an agent: input and output under the name of its type',
    attributes: {
      [TYPE]: 'agent_run',
      [OPERATION]: 'invoke_agent',
      'gen_ai.agent.name': 'planner',
      'mastra.agent_run.input': '[{"role":"user","content":"Plan my week"}]',
      'mastra.agent_run.output': '{"text":"Here it is","files":[]}'
    },
    span: { name: 'invoke_agent planner' },
    step: {
      kind: 'agent',
      agent: 'planner',
      action: 'invoke_agent planner',
      input: 'Plan my week',
      observation: 'Here it is'
    }
  },
  {
    claim: 'a workflow whose output is a structure',
    attributes: {
      [TYPE]: 'workflow_run',
      [OPERATION]: 'invoke_workflow',
      'mastra.workflow_run.input': '{"city":"Porto"}',
      'mastra.workflow_run.output': '{"days":2}'
    },
    span: { name: 'invoke_workflow trips' },
    step: { kind: 'agent', input: '{"city":"Porto"}', observation: '{"days":2}' }
  },
  {
    claim: 'a step of a workflow is a frame',
    attributes: {
      [TYPE]: 'workflow_step',
      [OPERATION]: 'workflow_step',
      'mastra.workflow_step.output': '"ok"'
    },
    step: { kind: 'agent', observation: 'ok' }
  },
  {
    claim: 'a step inside of a generation stays unknown, so that the two are one call',
    attributes: {
      [TYPE]: 'model_step',
      [OPERATION]: 'agent_step',
      'mastra.model_step.output': '{}'
    },
    span: { name: 'step: 0' },
    step: { kind: 'unknown', action: 'step: 0', dialect: 'mastra@1' }
  },
  {
    claim: 'a tool',
    attributes: {
      [TYPE]: 'tool_call',
      [OPERATION]: 'execute_tool',
      'gen_ai.tool.name': 'book',
      'gen_ai.tool.call.arguments': '{"city":"Porto"}',
      'gen_ai.tool.call.result': '{"id":1}',
      'error.type': 'unknown',
      'error.message': 'sold out'
    },
    step: {
      kind: 'tool',
      tool: 'book',
      arguments: '{"city":"Porto"}',
      observation: '{"id":1}',
      outcome: 'error',
      error: 'unknown: sold out'
    }
  },
  {
    claim: 'a tool that the provider ran, in the words of versions that had no operation for it',
    attributes: {
      [TYPE]: 'provider_tool_call',
      [OPERATION]: 'provider_tool_call',
      'gen_ai.tool.name': 'web_search'
    },
    step: { kind: 'tool', tool: 'web_search' }
  },
  {
    claim: 'a type that is none of an agent',
    attributes: { [TYPE]: 'generic', [OPERATION]: 'generic' },
    step: { kind: 'unknown', dialect: 'mastra@1' }
  }
])

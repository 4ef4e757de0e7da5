// The judge's own work as spans, by the conventions for generative AI
// (https://opentelemetry.io/docs/specs/semconv/gen-ai/): one agent, its chats, its tools. No content: what
// a run says is in that run's own trace already.

import type { Attributes, Span, Tracer } from '@opentelemetry/api'
import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import type { ChatAnswer, JudgeClient, Usage } from './chat.ts'
import { JudgeFailure } from './chat.ts'
import { JUDGE_AGENT } from './limits.ts'

export class JudgeTrace {
  readonly #tracer: Tracer
  readonly #root: Span
  readonly #client: JudgeClient

  constructor(tracer: Tracer, client: JudgeClient, runId: string) {
    this.#tracer = tracer
    this.#client = client
    this.#root = tracer.startSpan(`invoke_agent ${JUDGE_AGENT}`, {
      kind: SpanKind.INTERNAL,
      attributes: {
        'gen_ai.operation.name': 'invoke_agent',
        'gen_ai.agent.name': JUDGE_AGENT,
        'gen_ai.provider.name': PROVIDER,
        'gen_ai.request.model': client.model,
        'onset.judge.run_id': runId
      }
    })
  }

  /** One request; whatever `ask` throws is on the span and thrown on. */
  async chat(sample: number, ask: () => Promise<ChatAnswer>): Promise<ChatAnswer> {
    const { model, address } = this.#client
    const span = this.#start(`chat ${model}`, SpanKind.CLIENT, {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': PROVIDER,
      'gen_ai.request.model': model,
      'onset.judge.sample': sample,
      ...(address && { 'server.address': address.host, 'server.port': address.port })
    })
    try {
      const answer = await ask()
      const { usage } = answer
      span.setAttributes({
        'gen_ai.response.model': answer.model,
        'gen_ai.response.finish_reasons': [answer.finishReason],
        ...(usage && {
          'gen_ai.usage.input_tokens': usage.input,
          'gen_ai.usage.output_tokens': usage.output
        })
      })
      return answer
    } catch (error) {
      fail(span, error)
      throw error
    } finally {
      span.end()
    }
  }

  tool(name: string, callId: string, run: () => string): string {
    const span = this.#start(`execute_tool ${name}`, SpanKind.INTERNAL, {
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': name,
      'gen_ai.tool.call.id': callId,
      'gen_ai.tool.type': 'function'
    })
    try {
      return run()
    } finally {
      span.end()
    }
  }

  end(spent: Usage, failure: JudgeFailure | undefined): void {
    this.#root.setAttributes({
      'gen_ai.usage.input_tokens': spent.input,
      'gen_ai.usage.output_tokens': spent.output
    })
    if (failure !== undefined) fail(this.#root, failure)
    this.#root.end()
  }

  #start(name: string, kind: SpanKind, attributes: Attributes): Span {
    const under = trace.setSpan(context.active(), this.#root)
    return this.#tracer.startSpan(name, { kind, attributes }, under)
  }
}

/** Of the wire format; who stands behind an address nobody says. */
const PROVIDER = 'openai'

function fail(span: Span, error: unknown): void {
  const reason = error instanceof JudgeFailure ? error.reason : 'internal'
  span.setAttribute('error.type', reason)
  span.setStatus({ code: SpanStatusCode.ERROR, message: reason })
}

// From settings to what judging needs.

import { trace } from '@opentelemetry/api'
import type { JudgeConfig } from './judge.ts'
import type { JudgeLimits, TokenPrices } from './limits.ts'

export interface JudgeSettings {
  /** Undefined: no judge. */
  readonly endpoint:
    | { readonly baseUrl: string; readonly apiKey: string | undefined; readonly model: string }
    | undefined
  readonly limits: JudgeLimits
  readonly prices: TokenPrices | undefined
}

/** Undefined when no endpoint is set. Asks nothing yet. */
export async function openJudge({
  endpoint,
  limits,
  prices
}: JudgeSettings): Promise<JudgeConfig | undefined> {
  if (endpoint === undefined) return undefined
  // Loaded when it is needed: most processes have no judge, and the client is large.
  const { createOpenAiClient } = await import('./openai-client.ts')
  const { requestTimeoutMs } = limits
  // Whoever starts the process may register a provider before it; without one these spans go nowhere.
  const tracer = trace.getTracer('onset-judge')
  return { client: createOpenAiClient({ ...endpoint, requestTimeoutMs }), limits, prices, tracer }
}

// One sample: a conversation that ends with a verified verdict or with the reason why there is none.

import type { RunTree } from '@onset/collector/model'
import { cutText } from '@onset/collector/model'
import type { ChatAnswer, ChatMessage, ChatRequest, JudgeClient, ToolCall } from './chat.ts'
import { JudgeFailure } from './chat.ts'
import {
  BYTES_PER_TOKEN,
  TOOL_ARGUMENT_CHARS_MAX,
  TOOL_CALLS_MAX,
  TOOL_RESULT_CHARS_MAX,
  TOOL_ROUNDS_MAX
} from './limits.ts'
import type { Purse } from './purse.ts'
import { estimateInput } from './purse.ts'
import { runTool, TOOLS } from './tools.ts'
import type { JudgeTrace } from './tracing.ts'
import type { VerifiedAnswer } from './verdict.ts'
import { readVerdict } from './verdict.ts'

export interface SampleOptions {
  readonly tree: RunTree
  readonly suspects: ReadonlySet<number>
  readonly question: readonly ChatMessage[]
  readonly client: JudgeClient
  readonly purse: Purse
  readonly trace: JudgeTrace
  readonly signal: AbortSignal
  /** 1-based. */
  readonly sample: number
  /** Of this sample; what it leaves the next ones have. */
  readonly tokensMax: number
  readonly outputTokensMax: number
  /** Told of every request that was answered or refused. */
  readonly onCall: (result: 'answered' | 'failed') => void
}

/** @throws JudgeFailure */
export async function askSample(options: SampleOptions): Promise<VerifiedAnswer> {
  const { tree, suspects, purse, tokensMax, outputTokensMax } = options
  const stopAt = purse.left - tokensMax
  const messages = [...options.question]
  for (let round = 0; ; round += 1) {
    const request: ChatRequest = { messages: [...messages], mayRead: false, outputTokensMax }
    const left = purse.left - stopAt
    const cost = estimateInput(request) + outputTokensMax
    if (cost > left) {
      const message = `a request of about ${cost} tokens does not fit into the ${left} that are left`
      throw new JudgeFailure('token_budget', message)
    }
    const mayRead = round < TOOL_ROUNDS_MAX && costOfReading(request) <= left
    // oxlint-disable-next-line no-await-in-loop -- a conversation: each request holds the last answer
    const answer = await ask({ ...request, mayRead }, options)
    if (answer.toolCalls.length === 0) return readVerdict(answer.content, tree, suspects)
    if (!mayRead) {
      throw new JudgeFailure('tool_loop', 'the model goes on reading when it must answer')
    }
    messages.push(...read(answer, options))
  }
}

/**
 * This request, a call for something to read, and the whole again with what was read and room for the
 * answer. A model that spends more on its call may have nothing left for its answer, never more than that.
 */
function costOfReading(request: ChatRequest): number {
  const asked = estimateInput(request) + CALL_TOKENS
  const more = Math.ceil(TOOL_RESULT_CHARS_MAX / BYTES_PER_TOKEN)
  return asked + asked + more + request.outputTokensMax
}

/** Three calls and a sentence before them. */
const CALL_TOKENS = 500

/** Of what a model says beside its calls: enough to go on from. */
const SAID_CHARS_MAX = 1_000

async function ask(request: ChatRequest, options: SampleOptions): Promise<ChatAnswer> {
  const { client, purse, trace, signal, sample, tree, onCall } = options
  const { runId } = tree.run
  try {
    const answer = await trace.chat(sample, () =>
      client.complete(request, { runId, sample, signal })
    )
    const text = answer.content + answer.toolCalls.map((call) => call.arguments).join('')
    purse.charge(request, text, answer.usage)
    onCall('answered')
    return answer
  } catch (error) {
    onCall('failed')
    throw error
  }
}

/** The answer as it goes back, without what a model could put into its ids, and the results. */
function read(answer: ChatAnswer, { tree, trace }: SampleOptions): ChatMessage[] {
  const calls = answer.toolCalls.slice(0, TOOL_CALLS_MAX).map((call, at) => toOwnCall(call, at))
  const charsMax = Math.floor(TOOL_RESULT_CHARS_MAX / calls.length)
  const results = calls.map(({ own, asked }): ChatMessage => {
    const result = trace.tool(own.name, own.id, () => runTool(tree, asked, charsMax))
    return { role: 'tool', callId: own.id, content: cutText(result, charsMax) }
  })
  const content = cutText(answer.content, SAID_CHARS_MAX)
  return [{ role: 'assistant', content, toolCalls: calls.map(({ own }) => own) }, ...results]
}

/** Only what was understood is sent back: some servers refuse arguments that are no JSON. */
function toOwnCall(asked: ToolCall, at: number): { own: ToolCall; asked: ToolCall } {
  const name = TOOLS.has(asked.name) ? asked.name : 'unknown'
  const own = { id: `call_${at + 1}`, name, arguments: readable(asked.arguments) }
  return { own, asked }
}

function readable(text: string): string {
  if (text.length > TOOL_ARGUMENT_CHARS_MAX) return '{}'
  try {
    JSON.parse(text)
    return text
  } catch {
    return '{}'
  }
}

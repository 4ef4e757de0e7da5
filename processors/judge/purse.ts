// The tokens one run may cost. Every request is paid for before it is sent, from an estimate that is on the
// high side, and settled by what the server counted, so that no answer can spend what is not there.

import type { ChatRequest, Usage } from './chat.ts'
import { BYTES_PER_TOKEN, BYTES_PER_TOKEN_MAX } from './limits.ts'

export class Purse {
  #input = 0
  #output = 0
  readonly #tokensMax: number

  constructor(tokensMax: number) {
    this.#tokensMax = tokensMax
  }

  get left(): number {
    return Math.max(0, this.#tokensMax - this.#input - this.#output)
  }

  get spent(): Usage {
    return { input: this.#input, output: this.#output }
  }

  /** Undefined when the server did not count: the estimate is taken. Returns what was charged. */
  charge(request: ChatRequest, answerText: string, counted: Usage | undefined): Usage {
    const charged = {
      input: chargeFor(requestBytes(request), counted?.input),
      output: chargeFor(Buffer.byteLength(answerText), counted?.output)
    }
    this.#input += charged.input
    this.#output += charged.output
    return charged
  }
}

/** Tools and schema that go with each request, about 2,000 characters. */
const ENVELOPE_BYTES = 2_600

export function estimateInput(request: ChatRequest): number {
  return Math.ceil(requestBytes(request) / BYTES_PER_TOKEN)
}

function requestBytes({ messages }: ChatRequest): number {
  let bytes = ENVELOPE_BYTES
  for (const message of messages) {
    bytes += Buffer.byteLength(message.content)
    if (message.role !== 'assistant') continue
    for (const call of message.toolCalls)
      bytes += Buffer.byteLength(call.arguments) + call.name.length
  }
  return bytes
}

/** A server that counts nothing, nonsense or too little is charged by the bytes. */
function chargeFor(bytes: number, counted: number | undefined): number {
  if (counted === undefined || !Number.isFinite(counted) || counted < 0) {
    return Math.ceil(bytes / BYTES_PER_TOKEN)
  }
  return Math.max(Math.ceil(counted), Math.ceil(bytes / BYTES_PER_TOKEN_MAX))
}

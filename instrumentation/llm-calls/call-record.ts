// One model call from its request to the end of its answer, whichever way it was seen. The hooks tell what
// happens; here it becomes a span. Nothing here waits, and nothing thrown here reaches the program.

import type { Context } from '@opentelemetry/api'
import { trace } from '@opentelemetry/api'
import { AnswerBody, framingOf } from './answer-body.ts'
import type { Framing } from './answer-body.ts'
import { requestKey } from './attempts.ts'
import { answerAttributes, inputAttributes, outputAttributes } from './call-attributes.ts'
import { requestAttributes, toolDefinitions } from './call-attributes.ts'
import { describeFailure } from './call-failure.ts'
import { CallSpan } from './call-span.ts'
import type { AnswerFacts, AnswerReader, CallError, RequestFacts } from './facts.ts'
import type { HeaderReader, RecognizedCall } from './recognize-call.ts'
import type { Room } from './room.ts'

export interface CallStart {
  readonly recognized: RecognizedCall
  readonly url: URL
  readonly headerOf: HeaderReader
  readonly context: Context
  readonly startedAt: number
  /** Empty when it was longer than its bound. */
  readonly bodyText: string
}

/** Ends of calls that were not the answer's. */
export type EarlyEnd = 'cancelled' | 'unread' | 'expired' | 'interrupted'

export class CallRecord {
  readonly #room: Room
  readonly #start: CallStart
  readonly #span: CallSpan
  readonly #key: string
  readonly #attempt: number
  readonly #reader: AnswerReader
  readonly #parsing: NodeJS.Immediate
  #request: RequestFacts | undefined
  #body: AnswerBody | undefined
  #framing: Framing = 'whole'
  #status = 0
  #activeAt: number
  #isWaiting = true
  #hasChunks = false
  #hasEnded = false

  constructor(room: Room, start: CallStart) {
    this.#room = room
    this.#start = start
    this.#activeAt = start.startedAt
    const model = modelIn(start.bodyText)
    this.#span = new CallSpan(room, { ...start, model })
    const traceId = trace.getSpanContext(start.context)?.traceId
    this.#key = requestKey(traceId, start.url, start.bodyText)
    this.#attempt = room.attempts.attemptOf(this.#key, start.headerOf)
    const { protocol } = start.recognized
    this.#reader = protocol.createAnswerReader(room.limits.answerCharsMax)
    room.openCalls.add(this)
    // A long conversation takes milliseconds to parse: first the request is sent, then it is read.
    this.#parsing = setImmediate(() => this.readRequest())
  }

  /** The request as facts; also closes the tools whose results it brings. */
  readRequest(): RequestFacts | undefined {
    if (this.#request !== undefined) return this.#request
    clearImmediate(this.#parsing)
    return this.#room.safely(() => this.#readRequest())
  }

  #readRequest(): RequestFacts {
    const { recognized, url, bodyText, context, startedAt } = this.#start
    const { protocol } = recognized
    const request = protocol.readRequest(this.#room.bodies.read(bodyText), url)
    this.#request = request
    this.#room.tools.close(request, context, startedAt)
    const { capture, limits } = this.#room
    this.#span.rename(protocol.operation, request.model)
    this.#span.set(requestAttributes(request))
    if (this.#attempt > 1) this.#span.set({ 'onset.llm.attempt': this.#attempt })
    if (bodyText === '') this.#span.set({ 'onset.llm.truncated': true })
    this.#span.set(inputAttributes(request, capture, limits))
    this.#showTools(request)
    return request
  }

  /** Once in a trace: they are the longest part of most requests and never change. */
  #showTools(request: RequestFacts): void {
    const { capture, limits, toolTexts } = this.#room
    const tools = toolTexts.get(request.tools) ?? toolDefinitions(request, capture, limits)
    if (tools === undefined) return
    toolTexts.set(request.tools, tools)
    const traceId = trace.getSpanContext(this.#start.context)?.traceId ?? ''
    const isNew = this.#room.shownTools.add(`${traceId} ${tools.hash}`)
    this.#span.set({
      'onset.llm.tool_definitions.sha256': tools.hash,
      ...(isNew ? { 'gen_ai.tool.definitions': tools.json } : {})
    })
  }

  responseStarted(status: number, headerOf: HeaderReader): void {
    if (this.#hasEnded) return
    this.readRequest()
    this.#status = status
    this.#isWaiting = false
    this.#activeAt = this.#room.now()
    this.#framing = framingOf(headerOf('content-type'))
    const { limits } = this.#room
    const isNumbers = this.#start.recognized.protocol.operation === 'embeddings'
    const answerBytesMax = isNumbers ? NUMBERS_BYTES_MAX : limits.answerBytesMax
    this.#body = new AnswerBody(this.#reader, this.#framing, { ...limits, answerBytesMax })
  }

  /** The program waits for more of the answer, so silence is the model's. */
  waiting(): void {
    this.#isWaiting = true
    this.#activeAt = this.#room.now()
  }

  chunk(bytes: Uint8Array): void {
    this.#isWaiting = false
    if (this.#hasEnded) return
    this.#room.safely(() => this.#takeChunk(bytes))
  }

  #takeChunk(bytes: Uint8Array): void {
    this.#activeAt = this.#room.now()
    if (!this.#hasChunks && this.#framing !== 'whole' && this.#status < FIRST_ERROR_STATUS) {
      const seconds = (this.#activeAt - this.#start.startedAt) / 1000
      this.#span.set({ 'gen_ai.response.time_to_first_chunk': seconds })
    }
    this.#hasChunks = true
    this.#body?.take(bytes)
  }

  end(): void {
    this.#room.safely(() => this.#finish())
  }

  fail(error: unknown): void {
    this.#room.safely(() => this.#finish(undefined, describeFailure(error)))
  }

  endEarly(how: EarlyEnd): void {
    this.#room.safely(() => this.#finish(how))
  }

  /** Ends the call when nobody will: the answer is not read, or never comes. */
  sweep(at: number): void {
    const { unreadMsMax, callMsMax } = this.#room.limits
    if (at - this.#start.startedAt > callMsMax) this.endEarly('expired')
    else if (!this.#isWaiting && at - this.#activeAt > unreadMsMax) this.endEarly('unread')
  }

  #finish(how?: EarlyEnd, failure?: CallError): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#room.openCalls.delete(this)
    // An answer that nobody reads ended when the last of it was read, not when that was noticed.
    const endedAt = how === 'unread' ? this.#activeAt : this.#room.now()
    const request = this.readRequest()
    const answer = this.#room.safely(() => this.#readAnswer()) ?? NO_ANSWER
    // Who stops reading after the model's last word has read the answer.
    const cut = answer.finishReasons.length > 0 ? undefined : how
    const error = this.#errorOf(answer, failure ?? earlyError(cut))
    this.#room.safely(() => this.#tell(answer, cut, error))
    this.#room.safely(() => this.#span.end(endedAt))
    if (error !== undefined) this.#room.attempts.failed(this.#key, this.#attempt)
    else this.#room.attempts.succeeded(this.#key)
    if (request === undefined || error !== undefined || cut !== undefined) return
    this.#room.tools.open(request, answer, this.#span.place, endedAt)
  }

  #errorOf(answer: AnswerFacts, early: CallError | undefined): CallError | undefined {
    if (early !== undefined || this.#status < FIRST_ERROR_STATUS) return early ?? answer.error
    return { type: String(this.#status), message: answer.error?.message }
  }

  #readAnswer(): AnswerFacts {
    this.#body?.end()
    return this.#reader.answer()
  }

  #tell(answer: AnswerFacts, cut: EarlyEnd | undefined, error: CallError | undefined): void {
    const { capture, limits } = this.#room
    if (error !== undefined) this.#span.fail(error)
    this.#span.set(answerAttributes(answer))
    this.#span.set(outputAttributes(answer, capture, limits))
    const isNumbers = this.#start.recognized.protocol.operation === 'embeddings'
    if (this.#body?.isTruncated === true && !isNumbers) {
      this.#span.set({ 'onset.llm.truncated': true })
    }
    if (cut !== undefined) this.#span.set({ 'onset.llm.ended': cut })
  }
}

const NO_ANSWER: AnswerFacts = { finishReasons: [], messages: [], usage: {}, attributes: {} }

function earlyError(how: EarlyEnd | undefined): CallError | undefined {
  return how === 'expired' || how === 'interrupted' ? { type: how } : undefined
}

const FIRST_ERROR_STATUS = 400

/** Answers to embeddings are numbers but for their end, and an error is short. */
const NUMBERS_BYTES_MAX = 64 * 1024

/** The model before the body is parsed, for the span's first name; what is parsed later is believed. */
function modelIn(bodyText: string): string | undefined {
  return /"model"\s{0,8}:\s{0,8}"([^"\\]{1,200})"/.exec(bodyText)?.[1]
}

// What is read of a model call, in the words of the GenAI conventions, whatever protocol it spoke.
// https://github.com/open-telemetry/semantic-conventions-genai/blob/main/model/gen-ai/gen-ai-input-messages.json

import type { Attributes } from '@opentelemetry/api'

export type Part =
  | { readonly type: 'text'; readonly content: string }
  | { readonly type: 'reasoning'; readonly content: string }
  | ToolCallPart
  | ToolResultPart
  | {
      readonly type: 'server_tool_call' | 'server_tool_call_response'
      readonly id?: string | undefined
      readonly name?: string | undefined
      readonly content: unknown
    }
  | MediaPart

export interface ToolCallPart {
  readonly type: 'tool_call'
  /** Absent where the protocol has none: Gemini's and Ollama's calls go by name and order. */
  readonly id?: string | undefined
  readonly name: string
  readonly arguments: unknown
}

export interface ToolResultPart {
  readonly type: 'tool_call_response'
  readonly id?: string | undefined
  readonly name?: string | undefined
  readonly response: unknown
  readonly isError?: boolean
}

/** An image, a sound or a document: where it is and how large, never its bytes. */
export interface MediaPart {
  readonly type: 'uri' | 'file' | 'blob'
  readonly modality: 'image' | 'audio' | 'video' | 'document'
  readonly mimeType?: string | undefined
  readonly location?: string | undefined
}

export interface Message {
  readonly role: string
  readonly parts: readonly Part[]
}

export interface RequestFacts {
  readonly model?: string | undefined
  /** Attributes `gen_ai.request.*` and the like that the body sets. */
  readonly parameters: Attributes
  /** The answer that this request continues without repeating the conversation. */
  readonly previousResponseId?: string | undefined
  /** Converted one by one, because of a long conversation only the ends are wanted. */
  readonly messageCount: number
  messageAt(index: number): Message
  system(): readonly Part[]
  readonly tools: readonly unknown[]
}

export interface Usage {
  /** Cached tokens included, as the conventions count. */
  readonly input?: number | undefined
  /** Reasoning tokens included. */
  readonly output?: number | undefined
  readonly cacheRead?: number | undefined
  readonly cacheWrite?: number | undefined
  readonly reasoning?: number | undefined
}

export interface CallError {
  readonly type: string
  readonly message?: string | undefined
}

export interface AnswerFacts {
  readonly id?: string | undefined
  readonly model?: string | undefined
  readonly finishReasons: readonly string[]
  /** One for each choice. */
  readonly messages: readonly Message[]
  readonly usage: Usage
  readonly error?: CallError | undefined
  /** What only this protocol says: service tier, system fingerprint. */
  readonly attributes: Attributes
}

/** Takes the pieces of an answer as they come; asked once, at the end, whatever the end was. */
export interface AnswerReader {
  /** A whole body, or the data of one streamed event. `eventName` is the event's `event:` field. */
  take(value: unknown, eventName?: string): void
  answer(): AnswerFacts
}

export interface Protocol {
  readonly operation: 'chat' | 'text_completion' | 'generate_content' | 'embeddings'
  /** `openai.api.type`, where the conventions have a value. */
  readonly apiType?: string
  readRequest(body: JsonRecord, url: URL): RequestFacts
  createAnswerReader(answerCharsMax: number): AnswerReader
}

export type JsonRecord = Readonly<Record<string, unknown>>

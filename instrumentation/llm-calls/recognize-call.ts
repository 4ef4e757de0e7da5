// Which requests are model calls, told by path, whatever host they go to: proxies, gateways and local
// servers speak the protocols under their own names.

import type { Protocol } from './facts.ts'
import { anthropicMessages } from './protocols/anthropic.ts'
import { openAiEmbeddings } from './protocols/embeddings.ts'
import { geminiGenerateContent } from './protocols/gemini.ts'
import { ollamaChat } from './protocols/ollama.ts'
import { openAiChat, openAiCompletions } from './protocols/openai-chat.ts'
import { openAiResponses } from './protocols/openai-responses.ts'
import { providerOf } from './provider-of.ts'

export interface RecognizedCall {
  readonly protocol: Protocol
  readonly provider: string
}

export type HeaderReader = (name: string) => string | undefined

export function recognizeCall(url: URL, headerOf: HeaderReader): RecognizedCall | undefined {
  const path = url.pathname.endsWith('/') ? url.pathname.slice(0, -1) : url.pathname
  const route = ROUTES.find(({ ending }) => ending.test(path))
  if (route === undefined) return undefined
  return { protocol: route.protocol, provider: providerOf(url, route.family, headerOf) }
}

/**
 * Paths like `/responses` are anybody's; only a body that names a model makes such a request a model call.
 * Gemini and Vertex name the model in the path.
 */
export function isModelRequest(url: URL, bodyText: string): boolean {
  return MODEL_IN_PATH.test(url.pathname) || bodyText.includes('"model"')
}

const MODEL_IN_PATH = /:(?:streamG|g)enerateContent$|:(?:streamR|r)awPredict$|\/deployments\//

interface Route {
  readonly ending: RegExp
  readonly family: 'openai' | 'anthropic' | 'gcp.gemini' | 'ollama'
  readonly protocol: Protocol
}

const ROUTES: readonly Route[] = [
  { ending: /\/chat\/completions$/, family: 'openai', protocol: openAiChat },
  { ending: /\/responses$/, family: 'openai', protocol: openAiResponses },
  { ending: /\/v1\/messages$/, family: 'anthropic', protocol: anthropicMessages },
  {
    ending: /\/publishers\/anthropic\/models\/[^/]+:(?:streamRawPredict|rawPredict)$/,
    family: 'anthropic',
    protocol: anthropicMessages
  },
  {
    ending: /:(?:streamGenerateContent|generateContent)$/,
    family: 'gcp.gemini',
    protocol: geminiGenerateContent
  },
  { ending: /\/embeddings$/, family: 'openai', protocol: openAiEmbeddings },
  { ending: /\/completions$/, family: 'openai', protocol: openAiCompletions },
  { ending: /\/api\/chat$/, family: 'ollama', protocol: ollamaChat }
]

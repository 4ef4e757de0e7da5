// `gen_ai.provider.name`: the host's owner where the host is known, else whose protocol it is.
// https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/registry/attributes/gen-ai.md

import type { HeaderReader } from './recognize-call.ts'

export function providerOf(url: URL, family: string, headerOf: HeaderReader): string {
  const { hostname } = url
  const known = PROVIDER_BY_HOST.find(
    ([host]) => hostname === host || hostname.endsWith(`.${host}`)
  )
  if (known !== undefined) return known[1]
  if (VERTEX_HOST.test(hostname)) return family === 'anthropic' ? family : 'gcp.vertex_ai'
  if (url.pathname.includes('/openai/deployments/')) return 'azure.ai.openai'
  if (headerOf('anthropic-version') !== undefined) return 'anthropic'
  if (url.port === OLLAMA_PORT) return 'ollama'
  return family
}

const OLLAMA_PORT = '11434'

const VERTEX_HOST = /(?:^|[.-])aiplatform\.googleapis\.com$/

const PROVIDER_BY_HOST: readonly (readonly [string, string])[] = [
  ['openai.azure.com', 'azure.ai.openai'],
  ['services.ai.azure.com', 'azure.ai.inference'],
  ['models.ai.azure.com', 'azure.ai.inference'],
  ['openai.com', 'openai'],
  ['anthropic.com', 'anthropic'],
  ['generativelanguage.googleapis.com', 'gcp.gemini'],
  ['amazonaws.com', 'aws.bedrock'],
  ['api.cohere.com', 'cohere'],
  ['api.cohere.ai', 'cohere'],
  ['api.deepseek.com', 'deepseek'],
  ['api.groq.com', 'groq'],
  ['ml.cloud.ibm.com', 'ibm.watsonx.ai'],
  ['api.mistral.ai', 'mistral_ai'],
  ['api.moonshot.ai', 'moonshot_ai'],
  ['api.perplexity.ai', 'perplexity'],
  ['api.x.ai', 'x_ai'],
  // Without a value in the conventions; named by what they call themselves.
  ['openrouter.ai', 'openrouter'],
  ['api.together.xyz', 'together_ai'],
  ['api.fireworks.ai', 'fireworks_ai'],
  ['api.cerebras.ai', 'cerebras'],
  ['models.github.ai', 'github'],
  ['githubcopilot.com', 'github']
]

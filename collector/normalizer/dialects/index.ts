// The dialects, in the order in which they are asked: the first that recognizes a span makes its one
// step, so a span that two dialects would recognize is never counted twice.
//
// The order goes from the explicit to the general, and so from cheap to dear: a span's name, its scope, one
// attribute, several. A producer's own dialect stands before the conventions it builds on, because it knows
// which of its attributes are trustworthy, and before OpenInference, whose span processors add their
// attributes to the spans of the AI SDK, Pydantic AI and OpenLLMetry. Laminar stands before Traceloop: its
// instrumentations are forks of OpenLLMetry's and keep some of its attributes. OpenInference stands before
// gen_ai: its instrumentations decorate spans that already carry some gen_ai attributes (Google ADK), name
// the kind of every span, and hold the conversation where gen_ai often holds none. generic recognizes
// everything and stays last.

import type { Dialect } from '../dialect.ts'
import { aiSdk } from './ai-sdk.ts'
import { claudeCode } from './claude-code.ts'
import { geminiCli } from './gemini-cli.ts'
import { genAi } from './gen-ai.ts'
import { generic } from './generic.ts'
import { googleAdk } from './google-adk.ts'
import { laminar } from './laminar.ts'
import { langfuse } from './langfuse.ts'
import { mastra } from './mastra.ts'
import { openInference } from './openinference.ts'
import { pydanticAi } from './pydantic-ai.ts'
import { traceloop } from './traceloop.ts'

export const DIALECTS: readonly Dialect[] = [
  claudeCode,
  geminiCli,
  googleAdk,
  pydanticAi,
  langfuse,
  aiSdk,
  mastra,
  laminar,
  traceloop,
  openInference,
  genAi,
  generic
]

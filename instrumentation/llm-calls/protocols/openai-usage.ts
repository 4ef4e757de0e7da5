// Token counts of OpenAI's protocols. Both count cached input and reasoning output inside the totals,
// as the conventions want it.

import type { Usage } from '../facts.ts'
import { numberOf, recordOf } from '../json.ts'

export function readUsage(value: unknown): Usage {
  const usage = recordOf(value)
  const inputDetails = recordOf(usage['prompt_tokens_details'] ?? usage['input_tokens_details'])
  const outputDetails = recordOf(
    usage['completion_tokens_details'] ?? usage['output_tokens_details']
  )
  return {
    input: numberOf(usage['prompt_tokens'] ?? usage['input_tokens']),
    output: numberOf(usage['completion_tokens'] ?? usage['output_tokens']),
    // DeepSeek says how much of the prompt its cache held beside the prompt, not in its details.
    cacheRead: numberOf(inputDetails['cached_tokens'] ?? usage['prompt_cache_hit_tokens']),
    cacheWrite: numberOf(inputDetails['cache_write_tokens']),
    reasoning: numberOf(outputDetails['reasoning_tokens'])
  }
}

// Why the model stopped, from `gen_ai.response.finish_reasons`: an array by the conventions, its text or
// one name by some exporters. A call has one choice nearly always; the first stands for all.

import type { Attributes } from '../model/index.ts'
import { parseJson } from './json-text.ts'
import { isList, scalarText } from './values.ts'

export function readFinishReason(attributes: Attributes): string | undefined {
  const value = attributes['gen_ai.response.finish_reasons']
  const reasons = typeof value === 'string' ? (parseJson(value)?.value ?? value) : value
  return scalarText(isList(reasons) ? reasons[0] : reasons)
}

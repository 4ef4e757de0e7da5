// The stage that a program gives: one of the model's names, or the verb of one.

import type { Attributes, StageName, Step } from '../model/index.ts'
import { STAGE_NAMES } from '../model/index.ts'
import { firstText } from './values.ts'

/** Stays on the span and is valid for all below it. */
const STAGE_ATTRIBUTE = 'onset.stage.name'

/** The same word in another form. A word of its own, like `testing`, may mean what no stage here does. */
const OTHER_FORMS: ReadonlyMap<string, StageName> = new Map([
  ['dependency', 'dependencies'],
  ['inspect', 'inspection'],
  ['inspecting', 'inspection'],
  ['implement', 'implementation'],
  ['implementing', 'implementation'],
  ['verify', 'verification'],
  ['verifying', 'verification'],
  ['deliver', 'delivery'],
  ['delivering', 'delivery'],
  ['plan', 'planning'],
  ['researching', 'research']
])

/** A longer name is none of ours, and need not be looked at. */
const STAGE_NAME_CHARS_MAX = 64

export function readDeclaredStage(attributes: Attributes): Pick<Step, 'declaredStage'> {
  const given = firstText(attributes, [STAGE_ATTRIBUTE])
  if (given === undefined || given.length > STAGE_NAME_CHARS_MAX) return {}
  const word = given.trim().toLowerCase()
  const stage = STAGE_NAMES.find((name) => name === word) ?? OTHER_FORMS.get(word)
  return stage === undefined ? {} : { declaredStage: stage }
}

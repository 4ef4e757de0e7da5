// Whether a rule is about a failure.

import type { OnsetCategory, StageName } from '@onset/collector/model'

import type { RuleMatch } from './alert-rules.ts'

export interface Subject {
  readonly category: OnsetCategory
  readonly stage: StageName
  readonly service: string
  readonly agent: string
  readonly confidence: number
}

export function matchesRule(match: RuleMatch, subject: Subject): boolean {
  return (
    isIn(match.categories, subject.category) &&
    isIn(match.stages, subject.stage) &&
    isNamed(match.services, subject.service) &&
    isNamed(match.agents, subject.agent) &&
    subject.confidence >= match.minConfidence
  )
}

function isIn<Word>(words: readonly Word[], word: Word): boolean {
  return words.length === 0 || words.includes(word)
}

function isNamed(names: readonly string[], name: string): boolean {
  if (names.length === 0) return true
  return names.some((wanted) =>
    wanted.endsWith('*') ? name.startsWith(wanted.slice(0, -1)) : name === wanted
  )
}

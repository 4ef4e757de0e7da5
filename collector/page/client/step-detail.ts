// All of one step: why, what, and what came back, with the quoted evidence marked in the texts.

import { h, type ComponentChildren } from 'preact'
import type { OnsetWire, StepWire } from '../../api/index.ts'
import { formatCost, formatMs, formatName, formatTime, formatTokens, joinParts } from './format.ts'
import { StepLink, type ShowStep } from './step-link.ts'
import { splitByQuotes } from './split-by-quotes.ts'
import { toTexts } from './step-texts.ts'

interface StepDetailProps {
  readonly step: StepWire
  readonly onsets: readonly OnsetWire[]
  readonly show: ShowStep
  readonly blame: () => void
}

export function StepDetail({ step, onsets, show, blame }: StepDetailProps): ComponentChildren {
  const evidence = onsets.flatMap((onset) =>
    onset.evidence.filter(({ stepIndex }) => stepIndex === step.index)
  )
  const quotes = evidence.map(({ quote }) => quote)
  return h(
    'div',
    { class: 'detail' },
    evidence.length === 0
      ? undefined
      : h('p', { class: 'failed' }, [...new Set(evidence.map(({ label }) => label))].join('; ')),
    h('button', { type: 'button', class: 'blame', onClick: blame }, 'This is the onset'),
    onsets.length === 0 ? undefined : h('a', { href: '#onset' }, 'Back to the onset'),
    toTexts(step).map(([name, text]) => h(StepText, { key: name, name, text, quotes })),
    h(
      'p',
      { class: 'quiet' },
      joinParts([
        step.kind,
        step.tool,
        step.model,
        step.verdict === undefined ? undefined : `verdict ${step.verdict}`,
        step.verifies ? 'verifies the work' : undefined,
        formatTokens(step.tokens),
        formatCost(step.cost),
        formatMs(step.durationMs),
        formatTime(step.startedAt),
        step.truncated ? 'some text was cut' : undefined,
        step.orphan ? 'its parent never arrived' : undefined
      ]),
      step.parentIndex === undefined
        ? undefined
        : [' · inside of ', h(StepLink, { stepIndex: step.parentIndex, show })]
    ),
    h(Files, { verb: 'read', paths: step.filesRead }),
    h(Files, { verb: 'wrote', paths: step.filesWritten }),
    h(
      'p',
      { class: 'quiet' },
      'trace ',
      h('code', null, step.traceId),
      ' span ',
      h('code', null, step.spanId)
    )
  )
}

interface StepTextProps {
  readonly name: string
  readonly text: string
  readonly quotes: readonly string[]
}

function StepText({ name, text, quotes }: StepTextProps): ComponentChildren {
  if (text === '') return undefined
  return h(
    'figure',
    null,
    h('figcaption', null, formatName(name)),
    h(
      'pre',
      { class: 'text', tabIndex: 0 },
      splitByQuotes(text, quotes).map((part) =>
        part.isQuote ? h('mark', null, part.text) : part.text
      )
    )
  )
}

function Files({ verb, paths }: { verb: string; paths: readonly string[] }): ComponentChildren {
  if (paths.length === 0) return undefined
  return h(
    'p',
    { class: 'quiet' },
    `${verb} `,
    paths.map((path, position) => [position === 0 ? '' : ', ', h('code', { class: 'text' }, path)])
  )
}

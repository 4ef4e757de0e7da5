// What the run was asked for, what became of each requirement, and what was checked in the end.

import { h, type ComponentChildren } from 'preact'
import type { RunWire } from '../../api/index.ts'
import { formatName } from './format.ts'
import { StepLink, type ShowStep } from './step-link.ts'

export function TaskCard({ run, show }: { run: RunWire; show: ShowStep }): ComponentChildren {
  return h(
    'section',
    { class: 'given' },
    run.checks.length === 0
      ? undefined
      : h(
          Fold,
          { title: `Checks (${run.checks.length})` },
          h(
            'ul',
            null,
            run.checks.map((check) =>
              h(
                'li',
                { key: check.name, class: check.status === 'passed' ? '' : 'failed' },
                `${check.status} · `,
                h('span', { class: 'text' }, check.name),
                check.message === '' ? undefined : h('pre', { class: 'text' }, check.message)
              )
            )
          )
        ),
    run.requirements.length === 0
      ? undefined
      : h(
          Fold,
          { title: `Requirements (${run.requirements.length})` },
          h(
            'ul',
            null,
            run.requirements.map((requirement) =>
              h(
                'li',
                { key: `${requirement.kind} ${requirement.text}` },
                `${formatName(requirement.status)} · `,
                h('span', { class: 'text' }, requirement.text),
                requirement.stepIndexes.map((stepIndex) => [' ', h(StepLink, { stepIndex, show })])
              )
            )
          )
        ),
    h(LongText, { title: 'Task', text: run.task }),
    h(LongText, { title: 'Last message', text: run.finalMessage }),
    h(LongText, { title: 'Output of the verifier', text: run.verifierOutput })
  )
}

function Fold({
  title,
  children
}: {
  title: string
  children?: ComponentChildren
}): ComponentChildren {
  return h('details', null, h('summary', null, title), children)
}

function LongText({ title, text }: { title: string; text: string }): ComponentChildren {
  return text === ''
    ? undefined
    : h(Fold, { title }, h('pre', { class: 'text', tabIndex: 0 }, text))
}

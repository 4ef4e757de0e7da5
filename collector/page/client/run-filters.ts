// What narrows the list: outcome and category at once, names when the person leaves the field.

import { h, type ComponentChildren } from 'preact'
import type { CategoryWire, RunWire } from '../../api/index.ts'
import { formatName } from './format.ts'

// By key, so that the compiler sees a name that is missing or too many.
const OUTCOMES: Record<RunWire['outcome'], true> = {
  ok: true,
  error: true,
  cancelled: true,
  unknown: true
}

const CATEGORIES: Record<CategoryWire, true> = {
  environment_setup: true,
  dependency_resolution: true,
  mislocalized_edit: true,
  incorrect_hypothesis: true,
  requirement_missed: true,
  verification_misread: true,
  premature_completion: true,
  unproductive_loop: true,
  invalid_tool_use: true,
  budget_exhausted: true,
  other: true
}

export const CATEGORY_NAMES: readonly string[] = Object.keys(CATEGORIES)

const NAMES = ['agent', 'service', 'model', 'session'] as const

interface RunFiltersProps {
  readonly filters: URLSearchParams
  readonly change: (filters: URLSearchParams) => void
}

export function RunFilters({ filters, change }: RunFiltersProps): ComponentChildren {
  const set = (name: string, value: string): void => {
    const changed = new URLSearchParams(filters)
    if (value === '') changed.delete(name)
    else changed.set(name, value)
    change(changed)
  }
  return h(
    'form',
    { class: 'filters', role: 'search', onSubmit: (event: SubmitEvent) => event.preventDefault() },
    h(Choice, { name: 'outcome', among: Object.keys(OUTCOMES), filters, set }),
    h(Choice, { name: 'category', among: CATEGORY_NAMES, filters, set }),
    NAMES.map((name) =>
      h(
        'label',
        { key: name },
        name,
        h('input', {
          name,
          value: filters.get(name) ?? '',
          onChange: (event) => set(name, event.currentTarget.value.trim())
        })
      )
    )
  )
}

interface ChoiceProps {
  readonly name: string
  readonly among: readonly string[]
  readonly filters: URLSearchParams
  readonly set: (name: string, value: string) => void
}

function Choice({ name, among, filters, set }: ChoiceProps): ComponentChildren {
  return h(
    'label',
    null,
    name,
    h(
      'select',
      {
        name,
        value: filters.get(name) ?? '',
        onChange: (event: InputEvent & { currentTarget: HTMLSelectElement }) =>
          set(name, event.currentTarget.value)
      },
      h('option', { value: '' }, 'any'),
      among.map((value) => h('option', { key: value, value }, formatName(value)))
    )
  )
}

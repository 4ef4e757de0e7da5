// What narrows the list: outcome and category at once, names when the person leaves the field.

import { h, type ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { CategoryWire, RunWire } from '../../api/index.ts'
import { formatName } from './format.ts'
import { goTo, hrefOfRun } from './route.ts'
import { NAMES, PERIODS } from './to-query.ts'

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
    h(Choice, { name: 'started', among: [...PERIODS.keys()], filters, set }),
    NAMES.map((name) =>
      h(Name, { key: name, name, value: filters.get(name) ?? '', say: (value) => set(name, value) })
    ),
    h(Name, {
      name: 'run id',
      value: '',
      say: (runId) => (runId === '' ? undefined : goTo(hrefOfRun(runId)))
    }),
    h(Bounds, { filters, change })
  )
}

interface NameProps {
  readonly name: string
  readonly value: string
  readonly say: (value: string) => void
}

/** Keeps what is being typed while the list under it is refreshed. */
function Name({ name, value, say }: NameProps): ComponentChildren {
  const [typed, type] = useState(value)
  useEffect(() => type(value), [value])
  return h(
    'label',
    null,
    name,
    h('input', {
      name,
      value: typed,
      onInput: (event) => type(event.currentTarget.value),
      onChange: (event) => say(event.currentTarget.value.trim())
    })
  )
}

/** Times that a link brought: shown, because they narrow the list, and taken away again. */
function Bounds({ filters, change }: RunFiltersProps): ComponentChildren {
  const given = ['since', 'until'].filter((name) => filters.has(name))
  if (given.length === 0) return undefined
  const remove = (): void => {
    const changed = new URLSearchParams(filters)
    for (const name of given) changed.delete(name)
    change(changed)
  }
  return h(
    'p',
    { class: 'bounds' },
    given.map((name) => `${name} ${filters.get(name)}`).join(', '),
    ' ',
    h('button', { type: 'button', onClick: remove }, 'Any time')
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

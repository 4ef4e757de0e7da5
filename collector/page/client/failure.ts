// What the person sees when the server refused: the reason, and where a key is missing, a place for it.

import { h, type ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { ApiError, setKey } from './api.ts'

/** Where the API speaks to programs. */
const WORDS: ReadonlyMap<number, string> = new Map([
  [401, 'This Onset asks for a key.'],
  [404, 'There is no such run. A new one appears moments after its first steps.']
])

export function Failure({ error, retry }: { error: Error; retry: () => void }): ComponentChildren {
  const status = error instanceof ApiError ? error.status : undefined
  return h(
    'section',
    { class: 'failure', role: 'alert' },
    h('p', null, (status === undefined ? undefined : WORDS.get(status)) ?? error.message),
    status === 401 || status === 403
      ? h(KeyForm, { retry })
      : h('button', { type: 'button', onClick: retry }, 'Try again')
  )
}

function KeyForm({ retry }: { retry: () => void }): ComponentChildren {
  const [key, enterKey] = useState('')
  return h(
    'form',
    {
      onSubmit: (event: SubmitEvent) => {
        event.preventDefault()
        setKey(key.trim())
        retry()
      }
    },
    h(
      'label',
      null,
      'Key with the scope “read” ',
      h('input', {
        type: 'password',
        autocomplete: 'off',
        value: key,
        onInput: (event) => enterKey(event.currentTarget.value)
      })
    ),
    h('button', { type: 'submit', disabled: key.trim() === '' }, 'Use it'),
    h('p', { class: 'quiet' }, 'Kept in this tab until it is closed.')
  )
}

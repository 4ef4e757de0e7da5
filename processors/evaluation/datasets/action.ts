// What a recorded tool call did, as one text for a person. Datasets record tool and arguments only.

import { isJsonObject } from './fields.ts'

/** Arguments that say by themselves what was done, most telling first. */
const TELLING_ARGUMENTS = [
  'command',
  'cmd',
  'keystrokes',
  'file_path',
  'path',
  'notebook_path',
  'pattern',
  'query',
  'url',
  'description'
]

export function describeAction(tool: string, args: unknown): string {
  if (isJsonObject(args)) {
    for (const key of TELLING_ARGUMENTS) {
      const value = args[key]
      if (typeof value !== 'string' || value === '') continue
      return isCommand(key) ? value : `${tool} ${value}`
    }
  }
  const text = typeof args === 'string' ? args : (JSON.stringify(args) ?? '')
  return `${tool} ${text}`.trim()
}

function isCommand(key: string): boolean {
  return key === 'command' || key === 'cmd' || key === 'keystrokes'
}

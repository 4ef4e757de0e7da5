// Names that agents and producers chose, one after the other. Each is isolated: a mark of direction in one turns
// nothing around it. https://www.w3.org/International/questions/qa-bidi-unicode-controls

import { h, type ComponentChildren } from 'preact'

export function Names({ names }: { names: readonly (string | undefined)[] }): ComponentChildren {
  return names
    .filter((name) => name !== undefined && name !== '')
    .map((name, position) => [position === 0 ? '' : ' · ', h('bdi', { class: 'text' }, name)])
}

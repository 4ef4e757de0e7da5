// The envelope of OTLP JSON that all signals share: resources hold scopes hold items. Unknown fields are
// ignored, as OTLP demands.

import { type JsonMessage, readEach, readMessage, readString, readUint32 } from './json-fields.ts'
import { readAttributes } from './json-values.ts'
import { type ItemOwner, NO_OWNER, ResourceDraft, ScopeDraft } from './owner-drafts.ts'
import type { RequestBudget } from './request-budget.ts'

/** What the three levels are called: `resourceSpans`, `scopeSpans`, `spans`. */
export interface EnvelopeKeys {
  readonly resources: string
  readonly scopes: string
  readonly items: string
}

/** Reads or passes over one item. */
export type JsonItemReader = (message: JsonMessage, owner: ItemOwner) => void

/** @throws JsonFieldError, InexactIntegerError */
export function readJsonEnvelope(
  request: JsonMessage,
  keys: EnvelopeKeys,
  budget: RequestBudget,
  readItem: JsonItemReader
): void {
  readEach(request[keys.resources], keys.resources, (message) => {
    // Items of a request that has used up its values are still counted.
    const shared = budget.admitValue() ? readResource(message, budget) : NO_OWNER
    readEach(message[keys.scopes], keys.scopes, (scoped) => {
      const owner = budget.admitValue() ? readScope(scoped, budget, shared) : NO_OWNER
      readEach(scoped[keys.items], keys.items, (item) => readItem(item, owner))
    })
  })
}

function readResource(message: JsonMessage, budget: RequestBudget): ItemOwner {
  const draft = new ResourceDraft(budget)
  const resource = readMessage(message['resource'], 'resource') ?? {}
  readAttributes(resource['attributes'], draft.attributes)
  draft.droppedAttributesCount = readUint32(
    resource['droppedAttributesCount'],
    'resource.droppedAttributesCount'
  )
  draft.schemaUrl = readString(message['schemaUrl'], 'schemaUrl')
  return { ...NO_OWNER, resource: draft.finish(), chars: draft.countChars() }
}

function readScope(message: JsonMessage, budget: RequestBudget, shared: ItemOwner): ItemOwner {
  const draft = new ScopeDraft(budget)
  const scope = readMessage(message['scope'], 'scope') ?? {}
  draft.name = readString(scope['name'], 'scope.name')
  draft.version = readString(scope['version'], 'scope.version')
  readAttributes(scope['attributes'], draft.attributes)
  draft.droppedAttributesCount = readUint32(
    scope['droppedAttributesCount'],
    'scope.droppedAttributesCount'
  )
  draft.schemaUrl = readString(message['schemaUrl'], 'schemaUrl')
  return { ...shared, scope: draft.finish(), chars: shared.chars + draft.countChars() }
}

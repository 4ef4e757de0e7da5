// Resource and scope while they are being read: what the spans, records or points below them share.

import type { Resource, Scope } from '../../model/index.ts'
import { AttributeBag, NO_ATTRIBUTES } from './attribute-bag.ts'
import { countChars } from './count-chars.ts'
import type { RequestBudget } from './request-budget.ts'

/** A resource while it is being read. */
export class ResourceDraft {
  readonly attributes: AttributeBag
  droppedAttributesCount = 0
  schemaUrl = ''

  constructor(budget: RequestBudget) {
    this.attributes = new AttributeBag(budget)
  }

  countChars(): number {
    return countChars(this.attributes.finish()) + this.schemaUrl.length
  }

  finish(): Resource {
    return {
      attributes: this.attributes.finish(),
      droppedAttributesCount: this.droppedAttributesCount + this.attributes.droppedCount,
      schemaUrl: this.schemaUrl
    }
  }
}

/** An instrumentation scope while it is being read. */
export class ScopeDraft {
  readonly attributes: AttributeBag
  name = ''
  version = ''
  droppedAttributesCount = 0
  schemaUrl = ''

  constructor(budget: RequestBudget) {
    this.attributes = new AttributeBag(budget)
  }

  countChars(): number {
    const texts = this.name.length + this.version.length + this.schemaUrl.length
    return countChars(this.attributes.finish()) + texts
  }

  finish(): Scope {
    return {
      name: this.name,
      version: this.version,
      attributes: this.attributes.finish(),
      droppedAttributesCount: this.droppedAttributesCount + this.attributes.droppedCount,
      schemaUrl: this.schemaUrl
    }
  }
}

/** What an item shares with the others of its scope. */
export interface ItemOwner {
  readonly resource: Resource
  readonly scope: Scope
  /** Texts of both, which are stored with each of the items. */
  readonly chars: number
}

/** A resource and scope of which nothing was said. */
export const NO_OWNER: ItemOwner = {
  resource: { attributes: NO_ATTRIBUTES, droppedAttributesCount: 0, schemaUrl: '' },
  scope: {
    name: '',
    version: '',
    attributes: NO_ATTRIBUTES,
    droppedAttributesCount: 0,
    schemaUrl: ''
  },
  chars: 0
}

// Replaces functions of Node's modules and puts them back. A replacement looks like the original: its name,
// its length, and what else hangs on it, such as the promise form that `util.promisify` asks for.

export type AnyFunction = (this: unknown, ...args: unknown[]) => unknown

export class Patches {
  readonly #undo: (() => void)[] = []

  /** `make` gets the original; a name that this Node does not have is passed over. */
  replace(target: object, name: string, make: (original: AnyFunction) => AnyFunction): void {
    const descriptor = Object.getOwnPropertyDescriptor(target, name)
    const original: unknown = descriptor?.value
    if (descriptor === undefined || !isFunction(original)) return
    this.#set(target, name, { ...descriptor, value: dress(make(original), original) }, descriptor)
  }

  /** A method that `target` inherits, put in front of it. */
  cover(target: object, name: string, method: AnyFunction): void {
    const descriptor = Object.getOwnPropertyDescriptor(target, name)
    const covering = { value: method, writable: true, configurable: true, enumerable: false }
    this.#set(target, name, covering, descriptor)
  }

  undo(): void {
    for (const undo of this.#undo.splice(0).toReversed()) undo()
  }

  #set(
    target: object,
    name: string,
    patched: PropertyDescriptor,
    before: PropertyDescriptor | undefined
  ): void {
    Object.defineProperty(target, name, patched)
    this.#undo.push(() => {
      // Somebody who has wrapped it since keeps their wrapper, and ours inside, which only calls through.
      if (Object.getOwnPropertyDescriptor(target, name)?.value !== patched.value) return
      if (before === undefined) Reflect.deleteProperty(target, name)
      else Object.defineProperty(target, name, before)
    })
  }
}

function dress(replacement: AnyFunction, original: AnyFunction): AnyFunction {
  for (const key of Reflect.ownKeys(original).filter((name) => name !== 'prototype')) {
    const descriptor = Reflect.getOwnPropertyDescriptor(original, key)
    const present = Reflect.getOwnPropertyDescriptor(replacement, key)
    if (
      descriptor !== undefined &&
      present?.configurable !== false &&
      !hasOwnSymbol(present, key)
    ) {
      Object.defineProperty(replacement, key, descriptor)
    }
  }
  return replacement
}

/** What the replacement has made itself, such as its own promise form, stays. */
function hasOwnSymbol(present: PropertyDescriptor | undefined, key: PropertyKey): boolean {
  return present !== undefined && typeof key === 'symbol'
}

export function isFunction(value: unknown): value is AnyFunction {
  return typeof value === 'function'
}

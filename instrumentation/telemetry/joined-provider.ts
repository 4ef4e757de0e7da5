// Has the application's own spans too when it brings its own SDK: our processor is added to its provider,
// unless that provider sends to the same place already, where each span would arrive twice.

import type { SpanProcessor } from '@opentelemetry/sdk-trace'
import { ProxyTracerProvider, type TracerProvider } from '@opentelemetry/api'

/** How deep and how far the search for a provider's destination goes: exporters lie a few objects deep. */
const SEARCH_DEPTH_MAX = 10
const SEARCH_OBJECTS_MAX = 2_000

export type Joined = 'added' | 'same-destination' | 'closed'

export function joinProvider(
  registered: TracerProvider,
  processor: SpanProcessor,
  url: URL
): Joined {
  const provider =
    registered instanceof ProxyTracerProvider ? registered.getDelegate() : delegateOf(registered)
  if (mentions(provider, url.href.replace(/\/$/, ''))) return 'same-destination'
  const processors = findProcessors(provider)
  if (processors !== undefined) {
    processors.push(processor)
    return 'added'
  }
  // SDKs before 2.0 have a method for it.
  const add: unknown = Reflect.get(provider, 'addSpanProcessor')
  if (typeof add !== 'function') return 'closed'
  Reflect.apply(add, provider, [processor])
  return 'added'
}

/** Another copy of the API has another class for its proxy. */
function delegateOf(provider: TracerProvider): TracerProvider {
  const getDelegate: unknown = Reflect.get(provider, 'getDelegate')
  if (typeof getDelegate !== 'function') return provider
  const found: unknown = Reflect.apply(getDelegate, provider, [])
  return isProvider(found) ? found : provider
}

/** The list every SDK since 1.x hands its spans to; adding to it later is not in its public interface. */
function findProcessors(provider: TracerProvider): unknown[] | undefined {
  const active: unknown = Reflect.get(provider, '_activeSpanProcessor')
  if (typeof active !== 'object' || active === null) return undefined
  const list: unknown = Reflect.get(active, '_spanProcessors')
  return Array.isArray(list) && !Object.isFrozen(list) ? list : undefined
}

function mentions(root: object, wanted: string): boolean {
  const seen = new Set<object>([root])
  let level: object[] = [root]
  for (let depth = 0; depth < SEARCH_DEPTH_MAX && level.length > 0; depth += 1) {
    const next: object[] = []
    for (const holder of level) {
      for (const value of valuesOf(holder)) {
        if (typeof value === 'string' && value.replace(/\/$/, '') === wanted) return true
        if (typeof value !== 'object' || value === null || seen.has(value)) continue
        if (seen.size >= SEARCH_OBJECTS_MAX) return false
        seen.add(value)
        next.push(value)
      }
    }
    level = next
  }
  return false
}

function valuesOf(holder: object): readonly unknown[] {
  if (holder instanceof URL) return [holder.href]
  const values: unknown[] = holder instanceof Map ? [...holder.values()] : []
  for (const descriptor of Object.values(Object.getOwnPropertyDescriptors(holder))) {
    // Getters are somebody's code: not run.
    if ('value' in descriptor) values.push(descriptor.value)
  }
  return values
}

function isProvider(value: unknown): value is TracerProvider {
  return typeof value === 'object' && value !== null && 'getTracer' in value
}

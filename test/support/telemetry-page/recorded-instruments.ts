// Every instrument that is created while something starts, and what labels are put on it: by a Metrics that
// passes everything on and keeps a list.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Attributes, Meter } from '@opentelemetry/api'
import { createMetrics, type Metrics } from '../../../collector/collector.ts'

export interface Instrument {
  readonly room: string
  readonly name: string
  readonly create: (typeof CREATORS)[number]
  readonly options: Parameters<Meter['createCounter']>[1]
  /** Labels that were put on it. */
  readonly labels: Set<string>
}

export interface RecordedMetrics extends Metrics {
  readonly instruments: ReadonlyMap<string, Instrument>
}

const EVENT_LOOP_MS = 100

const CREATORS = [
  'createCounter',
  'createUpDownCounter',
  'createHistogram',
  'createGauge',
  'createObservableGauge',
  'createObservableCounter',
  'createObservableUpDownCounter'
] as const

export function recordMetrics(): RecordedMetrics {
  const metrics = createMetrics()
  const instruments = new Map<string, Instrument>()
  return {
    ...metrics,
    instruments,
    meter: (room) => recordMeter(metrics.meter(room), room, instruments)
  }
}

function recordMeter(meter: Meter, room: string, instruments: Map<string, Instrument>): Meter {
  return new Proxy(meter, {
    get: (target, property) => {
      const create = CREATORS.find((name) => name === property)
      const held = Reflect.get(target, property) as unknown
      if (create === undefined) return typeof held === 'function' ? held.bind(target) : held
      return (name: string, options: Instrument['options']) => {
        const labels = instruments.get(name)?.labels ?? new Set<string>()
        instruments.set(name, { room, name, create, options, labels })
        const made = target[create](name, options) as object
        return noteLabels(made, labels)
      }
    }
  })
}

/** `add` and `record` take labels second; an observable instrument must stay the SDK's own. */
function noteLabels(instrument: object, labels: Set<string>): object {
  for (const method of ['add', 'record'] as const) {
    const given = Reflect.get(instrument, method) as unknown
    if (typeof given !== 'function') continue
    Reflect.set(instrument, method, (value: number, attributes?: Attributes) => {
      for (const label of Object.keys(attributes ?? {})) labels.add(label)
      given.call(instrument, value, attributes)
    })
  }
  return instrument
}

export interface PrintedMetric {
  /** As Prometheus prints it, without `_bucket`, `_sum` and `_count`. */
  readonly name: string
  readonly type: string
  readonly description: string
}

/** What each is printed as: of those here, and of those that every exposition has. */
export async function printMetrics(
  instruments: ReadonlyMap<string, Instrument>
): Promise<readonly PrintedMetric[]> {
  const metrics = createMetrics()
  for (const { room, name, create, options } of instruments.values()) {
    const made = metrics.meter(room)[create](name, options)
    if ('add' in made) made.add(0)
    else if ('record' in made) made.record(0)
    else made.addCallback((result) => result.observe(0))
  }
  // The event loop is measured from the second sample on.
  await sleep(EVENT_LOOP_MS)
  const text = await metrics.expose()
  await metrics.close()
  const types = new Map(
    [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [name, type])
  )
  return [...text.matchAll(/^# HELP (\S+) (.*)$/gm)].map(([, name = '', description = '']) => ({
    name,
    description,
    type: types.get(name) ?? ''
  }))
}

// Processors and alerter as one thing that begins and ends together: at once where the store is this
// process's alone, and only while it leads where others may have the same store.

import { CollectorError } from '@onset/collector/model'
import type { LeadStore } from '@onset/collector/model'
import type { Meter } from '@opentelemetry/api'

import type { AlerterOptions, AlertRules } from './alerter/index.ts'
import { createAlerter } from './alerter/index.ts'
import { createLead } from './lead/index.ts'
import type { LeadLimits } from './lead/index.ts'
import type { Processors, ProcessorsOptions } from './processors.ts'
import { startProcessors } from './processors.ts'

export interface LedProcessorsOptions extends Omit<ProcessorsOptions, 'alerter' | 'store'> {
  readonly store: ProcessorsOptions['store'] & AlerterOptions['store'] & LeadStore
  /** Undefined: nobody is to be told of anything. */
  readonly rules: AlertRules | undefined
  readonly publicUrl?: string | undefined
  readonly alerterMeter: Meter
  /** Undefined: the store is this process's alone. */
  readonly candidate: Candidate | undefined
  readonly fetch?: AlerterOptions['fetch']
}

export interface Candidate {
  /** Where this process runs, for people. */
  readonly host: string
  readonly makeId: () => string
  /** Milliseconds of a clock that nobody sets. */
  readonly monotonic: () => number
  readonly limits?: Partial<LeadLimits>
}

export async function startLedProcessors(options: LedProcessorsOptions): Promise<Processors> {
  const { candidate, logger, meter, store } = options
  if (candidate === undefined) return startBoth(options, options.fetch ?? fetch)
  let current: Processors | undefined
  const send = options.fetch ?? fetch
  const lead = createLead({
    ...candidate,
    store,
    logger,
    meter,
    setTimer: options.setTimer ?? startTimer,
    begin: async () => {
      const begun = await startBoth(options, (url, init) => {
        // A process that was stopped for a while may have lost the lead without having noticed yet.
        if (lead.holds()) return send(url, init)
        return Promise.reject(new Error('another process may tell of this by now'))
      })
      current = begun
      return async () => {
        current = undefined
        await begun.close()
      }
    }
  })
  return {
    stepsWritten: (steps) => current?.stepsWritten(steps),
    outcomeReported: (runId) => current?.outcomeReported(runId),
    analyzeNow: async (runId) => {
      if (current === undefined) throw standsBy()
      return current.analyzeNow(runId)
    },
    close: () => lead.close()
  }
}

async function startBoth(
  options: LedProcessorsOptions,
  send: NonNullable<AlerterOptions['fetch']>
): Promise<Processors> {
  const { store, rules, publicUrl, now, alerterMeter, logger } = options
  const alerter =
    rules &&
    (await createAlerter({
      store,
      rules,
      publicUrl,
      now,
      meter: alerterMeter,
      logger,
      fetch: send
    }))
  const processors = await startProcessors({ ...options, alerter })
  return {
    ...processors,
    close: async () => {
      await processors.close()
      await alerter?.close()
    }
  }
}

function standsBy(): CollectorError {
  return new CollectorError(
    'NO_PROCESSOR',
    'another process analyses this store and this one stands by; ask that one, or wait for the sweep that finds the run',
    { retryable: false }
  )
}

/** Not a reason to keep the process alive: whoever composed it closes it. */
function startTimer(callback: () => void, delayMs: number): () => void {
  const timer = setTimeout(callback, delayMs)
  timer.unref()
  return () => clearTimeout(timer)
}

// A call that the tool itself refused or broke off. Reason: the first thing an engineer looks for. Alone
// it says little, because agents recover from most errors. Cost: one comparison a step.
// Measured on 69 labelled failures: fires in 58 (24 tasks), its first finding is the onset in 1, onset or
// acceptable in 2; in 17 of 20 solved runs.

import type { Detector } from './detector.ts'

export const toolError: Detector = {
  name: 'tool_error',
  role: 'evidence',
  says: 'ended in an error of the tool',
  find: ({ steps }) =>
    steps
      .filter(({ step }) => step.outcome === 'error')
      .map(({ at, step }) => ({ at, quote: step.error ?? step.observation }))
}

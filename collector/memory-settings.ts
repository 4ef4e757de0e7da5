// Settings of what is remembered across runs. Spread into the schema of settings-schema.ts.

import { Type } from 'typebox'
import { PATTERN_HALF_LIFE_DAYS_DEFAULT } from './model/index.ts'

/** Ten years: a hit that is older expired with its run. */
const HALF_LIFE_DAYS_MAX = 3_650

export const MEMORY_SETTINGS = {
  ONSET_MEMORY: Type.Enum(['on', 'off'] as const, {
    type: 'string',
    default: 'on',
    expects: '`on` or `off`',
    description:
      'Remember how each failed run failed, and compare it with a successful run of the same task. [memory.md](memory.md) explains it.'
  }),
  ONSET_PATTERN_HALF_LIFE_DAYS: Type.Integer({
    default: PATTERN_HALF_LIFE_DAYS_DEFAULT,
    minimum: 1,
    maximum: HALF_LIFE_DAYS_MAX,
    unit: 'days',
    expects: `a number of days from 1 to ${HALF_LIFE_DAYS_MAX}`,
    description: 'Time after which a hit of a failure pattern counts half in the order of patterns.'
  })
}

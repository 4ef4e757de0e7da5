// The three runs of the demo, in the order they are shown.

import type { Scenario } from '../scenario.ts'
import { loop } from './loop.ts'
import { success } from './success.ts'
import { wrongHypothesis } from './wrong-hypothesis.ts'

export const SCENARIOS: readonly Scenario[] = [success, wrongHypothesis, loop]

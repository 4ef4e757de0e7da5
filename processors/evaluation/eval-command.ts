// The command on production's own rooms.

import { classifyStep } from '@onset/collector/effects'
import { assembleRun } from '../assembler/index.ts'
import { fitLocalizer, localizeOnset } from '../localizer/index.ts'
import { createEvalCommand } from './command.ts'
import type { EvalCommand } from './command.ts'
import type { ProductionPath } from './production.ts'

export const PRODUCTION: ProductionPath = {
  classifyStep,
  assembleRun,
  localize: (tree) => localizeOnset(tree),
  fitLocalizer
}

export const evalCommand: EvalCommand = createEvalCommand(PRODUCTION)

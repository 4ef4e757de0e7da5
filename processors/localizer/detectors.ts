// The list of detectors. Adding one is adding a file to `detectors/` and a line here; its role says whether
// the ranking may lean on it.

import { askedWithoutWork } from './detectors/asked-without-work.ts'
import { contradictedSuccess } from './detectors/contradicted-success.ts'
import { crashedCall } from './detectors/crashed-call.ts'
import type { Detector } from './detectors/detector.ts'
import { editRevert } from './detectors/edit-revert.ts'
import { fabricatedContent } from './detectors/fabricated-content.ts'
import { failingLoop } from './detectors/failing-loop.ts'
import { garbledWrite } from './detectors/garbled-write.ts'
import { gaveUp } from './detectors/gave-up.ts'
import { ignoredError } from './detectors/ignored-error.ts'
import { lostService } from './detectors/lost-service.ts'
import { noProgress } from './detectors/no-progress.ts'
import { nonZeroExit } from './detectors/non-zero-exit.ts'
import { ownFailingCheck } from './detectors/own-failing-check.ts'
import { placeholderLeft } from './detectors/placeholder-left.ts'
import { removedRequired } from './detectors/removed-required.ts'
import { requirementUntouched } from './detectors/requirement-untouched.ts'
import { repeatedError } from './detectors/repeated-error.ts'
import { repetition } from './detectors/repetition.ts'
import { testRegression } from './detectors/test-regression.ts'
import { toolError } from './detectors/tool-error.ts'
import { unconfirmedChange } from './detectors/unconfirmed-change.ts'
import { unknownPath } from './detectors/unknown-path.ts'
import { unseenEdit } from './detectors/unseen-edit.ts'
import { unverifiedSuccess } from './detectors/unverified-success.ts'
import { wrongValueWritten } from './detectors/wrong-value-written.ts'

/** Strongest first: where a step has more findings than an onset may show, the first ones stay. */
export const DETECTORS: readonly Detector[] = [
  wrongValueWritten,
  ownFailingCheck,
  removedRequired,
  lostService,
  garbledWrite,
  crashedCall,
  failingLoop,
  askedWithoutWork,
  repetition,
  noProgress,
  repeatedError,
  fabricatedContent,
  contradictedSuccess,
  testRegression,
  placeholderLeft,
  unconfirmedChange,
  requirementUntouched,
  gaveUp,
  ignoredError,
  unverifiedSuccess,
  editRevert,
  unseenEdit,
  unknownPath,
  nonZeroExit,
  toolError
]

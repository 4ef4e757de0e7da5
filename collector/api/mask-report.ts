// Reports that were stored before secrets were masked in them: masked again wherever they are read.

import type { Run } from '../model/index.ts'

/** The same run when there is nothing to mask, as in all that was stored since. */
export function maskReport(run: Run, maskText: (text: string) => string): Run {
  const checks = run.checks.map((check) => ({
    ...check,
    name: maskText(check.name),
    message: maskText(check.message)
  }))
  const verifierOutput = maskText(run.verifierOutput)
  const isSame =
    verifierOutput === run.verifierOutput &&
    checks.every(
      ({ name, message }, at) =>
        name === run.checks[at]?.name && message === run.checks[at]?.message
    )
  return isSame ? run : { ...run, checks, verifierOutput }
}

// What the verifier said of a run, for a model: names and messages of what failed, else its output's end.

import type { Run } from '@onset/collector/model'
import { quoteLines } from './quoting.ts'

const CHECKS_SHOWN_MAX = 20
const MESSAGE_CHARS_MIN = 80

export function failedChecks(run: Run, charsMax: number): string {
  const failed = run.checks.filter(({ status }) => status === 'failed' || status === 'error')
  const passed = run.checks.filter(({ status }) => status === 'passed').length
  const head = `${failed.length} checks failed, ${passed} passed.`
  const shown = failed.slice(0, CHECKS_SHOWN_MAX)
  // Names are short, messages say what was expected: half for each check's share, half for the output.
  const each = Math.max(MESSAGE_CHARS_MIN, Math.floor(charsMax / 2 / Math.max(1, shown.length)))
  const lines: string[] = []
  let left = charsMax - head.length
  for (const { name, message } of shown) {
    if (left < MESSAGE_CHARS_MIN) break
    const line = quoteLines(message === '' ? name : `${name}: ${message}`, Math.min(each, left))
    lines.push(line)
    left -= line.length
  }
  const hidden = failed.length - lines.length
  if (hidden > 0) lines.push(`(${hidden} more)`)
  if (run.verifierOutput !== '' && left >= MESSAGE_CHARS_MIN) {
    const tail = run.verifierOutput.slice(-left)
    lines.push(`end of the verifier's output:\n${quoteLines(tail, left)}`)
  }
  return [head, ...lines].join('\n')
}

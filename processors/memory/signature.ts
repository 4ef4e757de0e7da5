// The failure pattern of a run: what its best suspect has in common with those of other runs. Deterministic, so
// that the same failure is the same pattern whenever it is analysed. Texts come from runs: cut, and never followed.

import { createHash } from 'node:crypto'

import { readShell } from '@onset/collector/effects'
import type { FailurePattern, Onset, RunStep, RunTree } from '@onset/collector/model'

import { NAME_CHARS_MAX, SIGN_CHARS_MAX } from './limits.ts'

/** A sign of patterns beyond those that an agent can have. */
const OVERFLOW_SIGN = 'other'

/** Read of a text before it is normalized: an error line says what failed at its beginning. */
const LINE_CHARS_READ = 400

const COMMAND_CHARS_READ = 4_096

type Named = Omit<FailurePattern, 'patternId'>

/** Undefined when the run has no onset. */
export function patternOf(
  tree: RunTree,
  onsets: readonly Onset[]
): { readonly onset: Onset; readonly pattern: FailurePattern } | undefined {
  const [onset] = onsets
  const step = onset && tree.steps[onset.stepIndex - 1]
  if (onset === undefined || step === undefined) return undefined
  const { run } = tree
  const pattern = identify({
    agent: toName(run.agent ?? run.service),
    model: toName(step.model ?? run.models[0]),
    tool: toName(step.tool),
    category: onset.category,
    stage: onset.stage,
    family: toName(familyOf(step)),
    sign: signOf(step, onset, tree.steps[onset.symptomStepIndex - 1])
  })
  return { onset, pattern }
}

/** The pattern that takes the hits of those for which there is no room. */
export function overflowOf({ agent, category, stage }: FailurePattern): FailurePattern {
  return identify({
    agent,
    model: '',
    tool: '',
    category,
    stage,
    family: '',
    sign: OVERFLOW_SIGN
  })
}

function identify(named: Named): FailurePattern {
  const { agent, model, tool, category, stage, family, sign } = named
  const key = JSON.stringify([agent, model, tool, category, stage, family, sign])
  return { patternId: createHash('sha256').update(key).digest('hex').slice(0, 32), ...named }
}

/** What the tool was used for: the first program of a command, or the kind of file that was written. */
export function familyOf(step: RunStep): string {
  const [written] = step.effects.filesWritten
  if (written !== undefined && step.tool !== undefined && !RUNS_COMMANDS.test(step.tool)) {
    return extensionOf(written)
  }
  if (step.tool === undefined || !RUNS_COMMANDS.test(step.tool)) return ''
  const { commands } = readShell(step.action.slice(0, COMMAND_CHARS_READ))
  return commands.find(({ name }) => name !== '' && name !== 'cd')?.name ?? ''
}

/** Tools whose action is a command line, by the words that agents call them. */
const RUNS_COMMANDS = /bash|shell|terminal|command|exec|\brun\b/i

export function extensionOf(path: string): string {
  return /\.[A-Za-z0-9]{1,8}$/.exec(path)?.[0].toLowerCase() ?? ''
}

/** The line that says what went wrong there, else where it showed, else what found the onset. */
function signOf(step: RunStep, onset: Onset, symptom: RunStep | undefined): string {
  for (const one of [step, symptom]) {
    const line = one?.error ?? one?.effects.error
    const sign = line === undefined ? '' : normalizeLine(line)
    if (sign !== '') return sign
  }
  const heaviest = onset.evidence.toSorted((a, b) => b.weight - a.weight)[0]
  return toName(heaviest?.detector)
}

/** Without what differs from run to run: quoted texts, paths, addresses, hashes, numbers. */
export function normalizeLine(text: string): string {
  const line = text
    .slice(0, LINE_CHARS_READ)
    .split('\n')
    .find((one) => one.trim() !== '')
  if (line === undefined) return ''
  return line
    .replaceAll(/"[^"]*"|'[^']*'|`[^`]*`/g, '<text>')
    .replaceAll(/\S*[/\\]\S*/g, '<path>')
    .replaceAll(/\b(?=[0-9a-f]*\d)[0-9a-f]{7,64}\b/gi, '<id>')
    .replaceAll(/\d+/g, '<n>')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .toLowerCase()
    .slice(0, SIGN_CHARS_MAX)
    .toWellFormed()
}

function toName(text: string | undefined): string {
  return (text ?? '').slice(0, NAME_CHARS_MAX).toWellFormed()
}

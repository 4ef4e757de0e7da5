// What every detector and feature asks of a step, worked out once per run. Texts are bounded before
// they are looked into, so that the cost of a run is linear in its steps whatever a step holds.

import type { ClassifiedStep, RunStep, RunTree } from '@onset/collector/model'

import type { Crash } from './crash.ts'
import { readCrash, stepsBeforeCrash } from './crash.ts'
import type { Failure } from './failure.ts'
import { readFailure } from './failure.ts'
import type { Ledger } from './ledger.ts'
import { keepLedger } from './ledger.ts'
import type { Loop } from './loops.ts'
import { fingerprint } from './fingerprint.ts'
import { findLoops } from './loops.ts'
import { basename, isAuxiliaryPath } from './paths.ts'
import { readArguments } from './step-text.ts'
import type { Troubles } from './step-window.ts'
import { readTroubles } from './step-window.ts'

/**
 * What a step is to the ranking. `write` puts text into files, `change` changes state otherwise,
 * `verify` checks the work, `plan` only writes down intentions, `say` answers without a tool,
 * `explore` is everything that looks.
 */
export type Act = 'write' | 'change' | 'verify' | 'plan' | 'say' | 'explore'

export interface FactsOf<S extends ClassifiedStep> {
  readonly step: S
  /** 0-based position in the run. */
  readonly at: number
  readonly act: Act
  /** The action did not do what it was asked: error outcome, error line or exit code other than 0. */
  readonly failed: boolean
  /** A write or change that took effect. */
  readonly landed: boolean
  /** Took effect on files that are part of the work: no tests, demos, notes or logs. */
  readonly builds: boolean
  /** Writes only tests, demos, notes or logs, which neither the task nor a failing check names. */
  readonly auxiliary: boolean
  /** The argument strings, unescaped: file contents, commands, plan items. */
  readonly argumentTexts: readonly string[]
  /** What an edit replaces, and by what; absent when the step is no edit. */
  readonly oldText: string | undefined
  readonly newText: string | undefined
  /** What a plan says that the plan before it did not. */
  readonly news: string
  /** Equal for the same tool with the same arguments. */
  readonly actionId: number
}

/** Of a step of an assembled run. */
export type StepFacts = FactsOf<RunStep>
/** Of a step that may not be numbered yet. */
export type ActionFacts = FactsOf<ClassifiedStep>

export interface RunFacts {
  readonly tree: RunTree
  readonly steps: readonly StepFacts[]
  readonly failure: Failure
  readonly loops: readonly Loop[]
  readonly troubles: Troubles
  /** What the task asks for and which steps addressed it. */
  readonly ledger: Ledger
  /** Position of the last step that acts; the closing message reports on the work, it is no part of it. */
  readonly lastAt: number
  /** Mostly messages: agents that answer each other or a person. */
  readonly talks: boolean
  /** The run touches files or runs commands: only then can it fail by having written nothing. */
  readonly works: boolean
  /** Some step wrote a file that is part of the work or, where there are no files, changed something. */
  readonly built: boolean
  /** What the agent said last. */
  readonly closing: string
  /** The last step, but for a frame that only says how the program died. */
  readonly ending: StepFacts | undefined
  /** The program died of an uncaught error. */
  readonly crash: Crash | undefined
}

export function readRunFacts(tree: RunTree): RunFacts {
  const failure = readFailure(tree)
  let plan: ReadonlySet<string> = new Set()
  const steps = tree.steps.map((step, at) => {
    const facts = readStepFacts(step, at, { task: tree.run.task, failure, plan })
    if (facts.act === 'plan') plan = new Set(facts.argumentTexts)
    return facts
  })
  const acting = stepsBeforeCrash(tree, steps)
  const crash = readCrash(tree, acting)
  const lastAt = (crash?.calls.length ?? 0) > 0 ? acting.length - 1 : lastActing(acting)
  const touchesFiles = steps.some((facts) => touches(facts))
  const landed = steps.some((facts) => facts.landed)
  return {
    tree,
    steps,
    failure,
    loops: findLoops(steps),
    troubles: readTroubles(steps),
    ledger: keepLedger(steps, tree.run.task),
    lastAt,
    talks: mostlyTalks(steps, lastAt),
    works: touchesFiles || steps.some(({ step }) => step.effects.effect === 'change'),
    built: touchesFiles ? steps.some((facts) => facts.builds) : landed,
    closing: closingOf(tree, acting),
    ending: acting.at(-1),
    crash
  }
}

function touches({ step: { effects } }: StepFacts): boolean {
  return effects.filesRead.length > 0 || effects.filesWritten.length > 0 || effects.verifies
}

/** A run in which every third step is a message is a talk; a coding agent has one at the end. */
const TALK_SHARE_MIN = 1 / 3

function mostlyTalks(steps: readonly StepFacts[], lastAt: number): boolean {
  const said = steps.slice(0, lastAt + 1).filter(({ act }) => act === 'say').length
  return said > 0 && said >= (lastAt + 1) * TALK_SHARE_MIN
}

export interface StepContext {
  readonly task: string
  readonly failure: Failure
  readonly plan: ReadonlySet<string>
}

export function readStepFacts<S extends ClassifiedStep>(
  step: S,
  at: number,
  context: StepContext
): FactsOf<S> {
  const { task, failure, plan } = context
  const { texts: argumentTexts, oldText, newText } = readArguments(step)
  const act = actOf(step)
  const wentThrough = step.outcome !== 'error' && exitCodeOf(step) === 0
  const landed = (act === 'write' || act === 'change') && wentThrough
  const auxiliary = writesOnlyAuxiliary(step, task, failure)
  const news = act === 'plan' ? argumentTexts.filter((text) => !plan.has(text)).join('\n') : ''
  return {
    step,
    at,
    act,
    failed: hasFailed(step),
    landed,
    builds: wentThrough && !auxiliary && leavesFile(step),
    auxiliary,
    argumentTexts,
    oldText,
    newText,
    news,
    actionId: fingerprint(actionKey(step))
  }
}

const PLAN_TOOL = /^(?:todo|plan|update_?plan|task_?list|think)/i
const WRITE_TOOL = /write|create/i

function actOf(step: ClassifiedStep): Act {
  const { effects, tool = '' } = step
  if (PLAN_TOOL.test(tool)) return 'plan'
  const wroteText = effects.writtenText.trim() !== '' || WRITE_TOOL.test(tool)
  if (effects.filesWritten.length > 0 && wroteText) return 'write'
  if (effects.verifies) return 'verify'
  if (effects.effect === 'change') return 'change'
  if (tool === '' && (step.kind === 'llm' || step.kind === 'agent')) return 'say'
  return 'explore'
}

export function hasFailed(step: ClassifiedStep): boolean {
  return (
    step.outcome === 'error' ||
    step.error !== undefined ||
    step.effects.error !== undefined ||
    exitCodeOf(step) !== 0
  )
}

function exitCodeOf(step: ClassifiedStep): number {
  return step.exitCode ?? step.effects.exitCode ?? 0
}

function writesOnlyAuxiliary(step: ClassifiedStep, task: string, failure: Failure): boolean {
  const { filesWritten } = step.effects
  if (filesWritten.length === 0) return false
  // A failing check that the agent itself wrote is part of the work.
  if (findOwnCheck(step, failure) !== undefined) return false
  return filesWritten.every((path) => isAuxiliaryPath(path, task))
}

const CLEARS_OR_PREPARES = /^\s*(?:sudo\s+)?(?:rm|rmdir|unlink|shred|mkdir|find)\b/
const COMMAND_SEPARATOR = /&&|\|\||[;\n]/
const COMMAND_CHARS_MAX = 8_192

/** Removing files and making folders is in `filesWritten` too, but leaves nothing that could be wrong. */
function leavesFile({ effects, action }: ClassifiedStep): boolean {
  if (effects.filesWritten.length === 0) return false
  if (effects.writtenText.trim() !== '') return true
  const commands = action.slice(0, COMMAND_CHARS_MAX).split(COMMAND_SEPARATOR)
  const making = commands.filter((command) => !CLEARS_OR_PREPARES.test(command))
  // A tool that is no shell names the file in its action or nowhere.
  if (making.length === commands.length) return true
  return effects.filesWritten.some((path) => making.some((one) => one.includes(basename(path))))
}

/** Shorter names are in any text. */
const CHECK_NAME_CHARS_MIN = 6

/** The failing check that the step's text defines, in the file that the check stands in. */
export function findOwnCheck(step: ClassifiedStep, failure: Failure): string | undefined {
  const { filesWritten, writtenText } = step.effects
  if (filesWritten.length === 0) return undefined
  return failure.failingNames.find((checkName) => {
    const name = checkName.slice(checkName.lastIndexOf(':') + 1).replace(/\[.*$/s, '')
    if (name.length < CHECK_NAME_CHARS_MIN || !writtenText.includes(name)) return false
    // Agents give their own checks the names that a hidden verifier gives its; the file tells them apart.
    const file = failure.fileOfCheck.get(name)
    return file === undefined || filesWritten.some((path) => basename(path) === file)
  })
}

/** Beyond this two different actions have differed already. */
const ACTION_KEY_CHARS_MAX = 2_048

function actionKey(step: ClassifiedStep): string {
  const text = step.arguments === '' ? step.action : step.arguments
  const head = text.slice(0, ACTION_KEY_CHARS_MAX)
  return `${step.tool ?? step.kind} ${text.length} ${head}`
}

function lastActing(steps: readonly StepFacts[]): number {
  const messages = steps.filter(({ act }) => act === 'say').length
  const closes = steps.at(-1)?.act === 'say' && messages === 1 && steps.length > 1
  return closes ? steps.length - 2 : steps.length - 1
}

function closingOf(tree: RunTree, steps: readonly StepFacts[]): string {
  const last = steps.at(-1)
  const said = last?.act === 'say' ? last.step.action : ''
  return (said === '' ? tree.run.finalMessage : said).trim()
}

// A run as a tree in the terminal: stages, numbered steps with their effect, the onset marked, and below it
// why and what it cost.

import { styleText } from 'node:util'
import type {
  FeedbackJson,
  OnsetJson,
  RunDetail,
  RunJson,
  StageJson,
  StepJson
} from '../api-client/index.ts'
import { formatCost, formatCount, formatMs, formatTokens, joinParts } from './format.ts'
import { toLine } from './printable.ts'
import { renderFeedback } from './render-feedback.ts'
import { renderGivenTask } from './render-given-task.ts'

/** Longer runs are shown around what matters; `all` shows every step. */
const STEPS_SHOWN_WHOLE = 60
/** Steps kept on either side of a step that matters. */
const CONTEXT_STEPS = 2
const DEPTH_MAX = 8

/** Of what evidence found, in a few words. */
const FOUND_CHARS_MAX = 60
/** A quote shorter than this is no quote. */
const QUOTE_CHARS_MIN = 20
/** `evidence  step 1234  …  ""`. */
const EVIDENCE_CHARS = 25

export interface RenderOptions {
  readonly color: boolean
  /** Columns, 80 at least. */
  readonly width?: number
  readonly all?: boolean
  /** What people said of it, the newest first. */
  readonly feedback?: readonly FeedbackJson[]
}

type Format = Parameters<typeof styleText>[0]
type Paint = (format: Format, text: string) => string

export function renderRunTree(detail: RunDetail, options: RenderOptions): string {
  const paint: Paint = (format, text) =>
    options.color ? styleText(format, text, { validateStream: false }) : text
  const width = Math.max(80, options.width ?? 110)
  const lines = [
    ...renderHead(detail.run, paint, width),
    '',
    ...renderSteps(detail, paint, { width, all: options.all === true }),
    ...renderOnsets(detail, paint, width),
    ...renderFeedback(options.feedback ?? [], width),
    ...renderGivenTask(detail.run, paint, width)
  ]
  return `${lines.join('\n')}\n`
}

function renderHead(run: RunJson, paint: Paint, width: number): string[] {
  const outcome = `${run.outcome} (${run.outcomeSource.replaceAll('_', ' ')})`
  const ms = Date.parse(run.endedAt) - Date.parse(run.startedAt)
  const agent = joinParts([run.agent ?? run.service, run.models.join(', ')])
  const lines = [
    `${paint('bold', `run ${toLine(run.id, 64)}`)}  ${toLine(agent, 60)}`,
    joinParts([
      paint(run.outcome === 'error' ? 'red' : run.outcome === 'ok' ? 'green' : 'yellow', outcome),
      run.state === 'complete' ? undefined : run.state,
      formatCount(run.stepCount, 'step'),
      formatTokens(run.tokens),
      formatCost(run.cost),
      formatMs(ms)
    ])
  ]
  if (run.task !== '') lines.push(`${paint('dim', 'task')}  ${toLine(run.task, width - 6)}`)
  for (const reason of run.incompleteReasons) {
    lines.push(paint('yellow', `incomplete  ${toLine(reason, width - 12)}`))
  }
  return lines
}

interface StepLayout {
  readonly width: number
  readonly all: boolean
}

function renderSteps(detail: RunDetail, paint: Paint, { width, all }: StepLayout): string[] {
  if (detail.steps.length === 0) return [paint('dim', '  no steps yet')]
  const shown = all ? undefined : findShownSteps(detail)
  const depths = measureDepths(detail.steps)
  const [top] = detail.onsets
  const lines: string[] = []
  let stageIndex = -1
  let hidden = 0
  const flush = (): void => {
    if (hidden > 0) lines.push(paint('dim', `      … ${formatCount(hidden, 'step')} …`))
    hidden = 0
  }
  for (const step of detail.steps) {
    const stage = findStage(detail.stages, step.index)
    if (stage !== undefined && stage.index !== stageIndex) {
      flush()
      stageIndex = stage.index
      lines.push(`  ${paint('bold', stage.name)}`)
    }
    if (shown !== undefined && !shown.has(step.index)) {
      hidden += 1
      continue
    }
    flush()
    lines.push(renderStep(step, { top, depth: depths.get(step.index) ?? 0, width }, paint))
  }
  flush()
  return lines
}

interface StepContext {
  readonly top: OnsetJson | undefined
  readonly depth: number
  readonly width: number
}

function renderStep(step: StepJson, { top, depth, width }: StepContext, paint: Paint): string {
  const effect = step.effect === 'change' ? '●' : '○'
  const indent = '  '.repeat(Math.min(depth, DEPTH_MAX))
  const label = toLine(step.action === '' ? (step.tool ?? step.kind) : step.action, width - 50)
  const number = String(step.index).padStart(5)
  const time = paint('dim', formatMs(step.durationMs))
  const notes = [renderFailure(step, paint), renderRole(step, top, paint)]
  const line = [label, time, ...notes.filter((note) => note !== undefined)].join('  ')
  return ` ${renderMark(step, top, paint)}${number} ${indent}${effect} ${line}`
}

function renderMark(step: StepJson, top: OnsetJson | undefined, paint: Paint): string {
  if (top?.stepIndex === step.index) return paint('red', '▶')
  return top?.chain.includes(step.index) === true ? paint('red', '│') : ' '
}

function renderFailure(step: StepJson, paint: Paint): string | undefined {
  const exit = step.exitCode === undefined || step.exitCode === 0 ? '' : `exit ${step.exitCode}`
  const failure = step.error ?? exit
  return failure === '' ? undefined : paint('red', `✗ ${toLine(failure, 40)}`)
}

function renderRole(step: StepJson, top: OnsetJson | undefined, paint: Paint): string | undefined {
  if (top?.stepIndex === step.index) {
    const suspected = top.provisional ? 'SUSPECTED ' : ''
    return paint(['red', 'bold'], `◀ ${suspected}ONSET ${top.category}`)
  }
  return top?.symptomStepIndex === step.index ? paint('red', '◀ symptom') : undefined
}

function renderOnsets(detail: RunDetail, paint: Paint, width: number): string[] {
  const [top, ...others] = detail.onsets
  if (top === undefined) {
    const { abstention } = detail.run
    return abstention === undefined ? [] : ['', `no onset  ${toLine(abstention, width - 10)}`]
  }
  const percent = `${Math.round(top.confidence * 100)} %`
  const place = `step ${top.stepIndex}, stage ${top.stage}, ${top.category}, confidence ${percent}`
  const lines = ['', `${paint(['red', 'bold'], 'onset')}     ${place}`]
  lines.push(`          ${toLine(top.summary, 400)}`)
  top.evidence.forEach((evidence, position) => {
    const label = position === 0 ? 'evidence' : '        '
    const found = toLine(evidence.label ?? evidence.detector, FOUND_CHARS_MAX)
    const room = Math.max(QUOTE_CHARS_MIN, width - found.length - EVIDENCE_CHARS)
    const quote = paint('dim', `"${toLine(evidence.quote, room)}"`)
    lines.push(`${label}  step ${evidence.stepIndex}  ${found}  ${quote}`)
    const { link } = evidence
    if (link !== undefined) {
      lines.push(`          see step ${link.stepIndex} of run ${toLine(link.runId, 64)}`)
    }
  })
  for (const caveat of top.caveats) lines.push(`caveat    ${toLine(caveat, width - 10)}`)
  if (top.chain.length > 1) lines.push(`chain     ${top.chain.join(' → ')}`)
  lines.push(`waste     ${renderWaste(top)}`)
  if (others.length > 0) {
    const list = others.map(
      (onset) => `step ${onset.stepIndex} (${Math.round(onset.confidence * 100)} %)`
    )
    lines.push(`also      ${list.join(', ')}`)
    lines.push(
      '          percentages: how often a suspect like this was right; they need not add up to 100 %'
    )
  }
  return lines
}

function renderWaste({ waste }: OnsetJson): string {
  if (waste.steps === 0) return 'none: the run ended there'
  const spent = joinParts([
    formatCount(waste.steps, 'step'),
    formatTokens(waste.tokens),
    formatCost(waste.cost),
    formatMs(waste.ms)
  ])
  return `${spent} after the onset`
}

/** Undefined when the run is short enough to be shown whole. */
function findShownSteps({ steps, onsets }: RunDetail): ReadonlySet<number> | undefined {
  if (steps.length <= STEPS_SHOWN_WHOLE) return undefined
  const centres = [1, 2, steps.length - 1, steps.length]
  for (const onset of onsets.slice(0, 3)) {
    centres.push(onset.stepIndex, onset.symptomStepIndex)
    for (const evidence of onset.evidence) centres.push(evidence.stepIndex)
  }
  const shown = new Set<number>()
  for (const centre of centres) {
    for (let index = centre - CONTEXT_STEPS; index <= centre + CONTEXT_STEPS; index += 1) {
      shown.add(index)
    }
  }
  return shown
}

function findStage(stages: readonly StageJson[], stepIndex: number): StageJson | undefined {
  return stages.find(
    (stage) => stage.firstStepIndex <= stepIndex && stepIndex <= stage.lastStepIndex
  )
}

/** Parents come before their children, so one pass is enough. */
function measureDepths(steps: readonly StepJson[]): ReadonlyMap<number, number> {
  const depths = new Map<number, number>()
  for (const step of steps) {
    const parent = step.parentIndex === undefined ? undefined : depths.get(step.parentIndex)
    depths.set(step.index, parent === undefined ? 0 : parent + 1)
  }
  return depths
}

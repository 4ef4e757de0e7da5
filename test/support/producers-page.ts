// docs/producers.md from what was seen: nothing in its tables is said that a run of a program did not show.

import {
  gapsOf,
  gapsOfSteps,
  seenIn,
  toolsOf,
  type SeenProducer,
  type SeenRun,
  type SeenStep
} from './producers-seen.ts'
import { describeSwitchedOn } from './producers-switched-on.ts'

/** A producer that cannot run in a test: telemetry written after its source at a version. */
export interface SeenFixture {
  /** As its files are named: `codex-0.169.0`. */
  readonly name: string
  readonly spans: number
  readonly logs: number
  readonly told: SeenRun
}

export interface Seen {
  readonly selfRecording: readonly SeenProducer[]
  readonly underTheFlag: readonly SeenProducer[]
  readonly recorded: readonly (SeenProducer & { readonly reason: string })[]
  readonly fixtures: readonly SeenFixture[]
}

const CONTENT = ['tool content', 'tokens', 'cost', 'files', 'known gaps']

export function describeProducers({
  selfRecording,
  underTheFlag,
  recorded,
  fixtures
}: Seen): string {
  return `# Producers

What SDKs tell, held against what their programs really did. Each is run against a stub of its model host and exports to a real Onset: an agent that
asks a model, which wants two tools at once, and gives it their results; then the same with a tool that fails, as a stream, and with a model that fails.
What is told is right: each model call that came is in its run once with its tokens, each tool call once with its own arguments and result, the cost is that of
the tokens, a tool that fails does not fail its run. What is not told is a gap in the table.

## By themselves

${table(['producer', 'version', 'spans', 'logs', 'metrics', ...CONTENT], selfRecording.map(toCells))}

## Under the flag

With Onset's own instrumentation, \`node --import @onset/instrumentation/register agent.js\`:

${table(['producer', 'version', ...CONTENT], underTheFlag.map(toFlagCells))}

## Recorded

Run in the same way with their packages in a folder of their own, and sent to a real Onset as they were recorded
(\`test/support/record-producer.ts\`):

${table(
  ['producer', 'version', ...CONTENT, 'not installed because'],
  recorded.map((one) => [...toFlagCells(one), one.reason])
)}

Producers that cannot run without their service: telemetry written after their source at the version, sent to a real Onset.

${table(['producer', 'version', 'spans', 'logs', ...CONTENT], fixtures.map(toFixtureCells))}

## Configuration

Beside an SDK of OpenTelemetry with OTLP exporters and \`OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318\`:

${configurations(selfRecording)}

With exporters of their own:

${configurations(recorded)}

Without an SDK in the program. \`onset run -- <agent>\` sets this for one launch, with your \`ONSET_URL\` and key; by hand, without the lines for content
where it must not leave:

${describeSwitchedOn()}

This file is made by \`npm run producers\`.
`
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, ...rows].map((cells) => `| ${cells.join(' | ')} |`)
  lines.splice(1, 0, `|${head.map(() => '---').join('|')}|`)
  return lines.join('\n')
}

function configurations(seen: readonly SeenProducer[]): string {
  return seen
    .filter(({ configuration }) => configuration.length > 0)
    .map(({ name, configuration }) => `### ${name}\n\n\`\`\`\n${configuration.join('\n')}\n\`\`\``)
    .join('\n\n')
}

function toCells(seen: SeenProducer): readonly string[] {
  const { name, packages, exported = { spans: 0, logs: 0, metrics: 0 } } = seen
  const counts = [exported.spans, exported.logs, exported.metrics]
  return [
    name,
    packages.join(', '),
    ...counts.map((count) => yesOrNo(count > 0)),
    ...toContentCells(seenIn(seen, 'plain')?.told),
    gapsOf(seen).join('; ')
  ]
}

function toFlagCells(seen: SeenProducer): readonly string[] {
  const content = toContentCells(seenIn(seen, 'plain')?.told)
  return [seen.name, seen.packages.join(', '), ...content, gapsOf(seen).join('; ')]
}

function toFixtureCells({ name, spans, logs, told }: SeenFixture): readonly string[] {
  const [, producer = name, version = ''] = /^(.+)-(\d.*)$/.exec(name) ?? []
  const counts = [spans, logs].map((count) => yesOrNo(count > 0))
  return [producer, version, ...counts, ...toContentCells(told), gapsOfSteps(told).join('; ')]
}

function toContentCells(told: SeenRun | undefined): readonly string[] {
  const steps = told?.steps ?? []
  const tokens = Object.entries(told?.run.tokens ?? {}).filter(([, count]) => count > 0)
  return [
    told === undefined ? 'no' : toolContent(toolsOf(told)),
    tokens.map(([name]) => name).join(', ') || 'no',
    costOf(steps),
    yesOrNo(steps.some(({ filesRead, filesWritten }) => [...filesRead, ...filesWritten].length > 0))
  ]
}

/** Said by the producer, or computed from its tokens. */
function costOf(steps: readonly SeenStep[]): string {
  const sources = steps.flatMap(({ costSource }) => costSource?.replace(/@.*/, '') ?? [])
  return [...new Set(sources)].join(', ') || 'no'
}

function toolContent(tools: readonly SeenStep[]): string {
  const has = {
    name: tools.some(({ tool }) => tool !== undefined),
    arguments: tools.some((step) => step.arguments !== ''),
    result: tools.some(({ observation }) => observation !== '')
  }
  return (
    Object.entries(has)
      .flatMap(([what, is]) => (is ? [what] : []))
      .join(', ') || 'no'
  )
}

function yesOrNo(is: boolean): string {
  return is ? 'yes' : 'no'
}

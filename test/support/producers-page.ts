// docs/producers.md from what was seen: nothing in it is said that a run of a program did not show.

import { versionOf, type Producer, type ProducerRun } from './producers.ts'

export interface SeenRun {
  readonly run: {
    readonly outcome: string
    readonly state: string
    readonly tokens: Readonly<Record<string, number>>
  }
  readonly steps: readonly SeenStep[]
}

export interface SeenStep {
  readonly kind: string
  readonly tool?: string
  readonly arguments: string
  readonly observation: string
  readonly outcome: string
  readonly action: string
  readonly thought: string
  readonly error?: string
  readonly cost?: number
  readonly tokens: Readonly<Record<string, number>>
  readonly filesRead: readonly string[]
  readonly filesWritten: readonly string[]
}

export interface SeenProducer {
  readonly producer: Producer
  readonly ran: ProducerRun
  /** Absent when it exported nothing. */
  readonly told: SeenRun | undefined
}

/** A producer that cannot run in a test: telemetry written after its source at a version. */
export interface SeenFixture {
  /** As its files are named: `codex-0.169.0`. */
  readonly name: string
  readonly spans: number
  readonly logs: number
  readonly told: SeenRun
}

export function describeProducers(
  seen: readonly SeenProducer[],
  fixtures: readonly SeenFixture[]
): string {
  const rows = seen.map((one) => `| ${toCells(one).join(' | ')} |`)
  const parts = seen.flatMap(({ producer: { name, configuration } }) =>
    configuration.length === 0 ? [] : [`### ${name}\n\n\`\`\`\n${configuration.join('\n')}\n\`\`\``]
  )
  return `# Producers

What SDKs tell of themselves, without our instrumentation. Each row is a program that was run against a stub of its model host and exported
to a real Onset: two calls of a model, two of tools. Where spans came, every model call the stub answered is in the run once, with its tokens.

| producer | version | spans | logs | metrics | tool content | tokens | cost | files | known gaps |
|---|---|---|---|---|---|---|---|---|---|
${rows.join('\n')}

Producers that cannot run without their service: telemetry written after their source at the version, sent to a real Onset.

| producer | version | spans | logs | tool content | tokens | cost | files | known gaps |
|---|---|---|---|---|---|---|---|---|
${fixtures.map((one) => `| ${toFixtureCells(one).join(' | ')} |`).join('\n')}

## Configuration

Beside an SDK of OpenTelemetry with OTLP exporters and \`OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318\`:

${parts.join('\n\n')}

This file is made by \`npm run producers\`.
`
}

function toCells({ producer, ran, told }: SeenProducer): string[] {
  const versions = producer.packages.map((name) => `\`${name}\` ${versionOf(name)}`)
  return [
    producer.name,
    versions.join(', '),
    ...[ran.spans, ran.logs, ran.metrics].map((count) => yesOrNo(count > 0)),
    ...toContentCells(told),
    knownGaps({ producer, ran, told }).join('; ')
  ]
}

function toFixtureCells({ name, spans, logs, told }: SeenFixture): string[] {
  const [, producer = name, version = ''] = /^(.+)-(\d.*)$/.exec(name) ?? []
  return [
    producer,
    version,
    yesOrNo(spans > 0),
    yesOrNo(logs > 0),
    ...toContentCells(told),
    stepGaps(told).join('; ')
  ]
}

function toContentCells(told: SeenRun | undefined): string[] {
  const steps = told?.steps ?? []
  const tokens = Object.entries(told?.run.tokens ?? {}).filter(([, count]) => count > 0)
  return [
    toolContent(steps),
    tokens.map(([name]) => name).join(', ') || 'no',
    yesOrNo(steps.some(({ cost }) => cost !== undefined)),
    yesOrNo(steps.some(({ filesRead, filesWritten }) => [...filesRead, ...filesWritten].length > 0))
  ]
}

function toolContent(steps: readonly SeenStep[]): string {
  const tools = steps.filter(({ kind }) => kind === 'tool')
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

function knownGaps({ producer, ran, told }: SeenProducer): string[] {
  if (told === undefined) return ['exports nothing by OpenTelemetry of its own']
  const hasTools = told.steps.some(({ kind }) => kind === 'tool')
  return [
    ...(producer.needsRoot ? ['seen with a span of the program around the run'] : []),
    ...(!hasTools && ran.tools.length > 0 ? ['tools that ran are no steps'] : []),
    ...stepGaps(told)
  ]
}

function stepGaps({ run, steps }: SeenRun): string[] {
  const tools = steps.filter(({ kind }) => kind === 'tool')
  return [
    ...(tools.some((step) => step.arguments === '') ? ['tool steps without arguments'] : []),
    ...(tools.some((step) => step.observation === '') ? ['tool steps without result'] : []),
    ...(run.outcome === 'unknown' ? ['outcome of the run unknown'] : [])
  ]
}

function yesOrNo(is: boolean): string {
  return is ? 'yes' : 'no'
}

// Prints a report for people, within 100 columns.

import type { Column, Figure, Miss, Report, Row, Section, Speed } from './report.ts'

const TABLE_COLUMNS_MAX = 100
/** Leaves room for the counts; the end of a path tells more than its start. */
const DATASET_CHARS_MAX = 36
const NAME_WIDTH = 30
const CELL_WIDTH = 14

export function renderReport(report: Report): string {
  const { dataset, format, runs, tasks, steps, seed, localizerVersion } = report
  const localizer = localizerVersion === undefined ? '' : `Localizer ${localizerVersion}. `
  const name =
    dataset.length > DATASET_CHARS_MAX ? `…${dataset.slice(-DATASET_CHARS_MAX)}` : dataset
  const head = [
    `${name}: ${runs} runs of ${tasks} tasks, ${steps} steps (${format})`,
    `${localizer}Percent, in brackets the 95 % interval (bootstrap over tasks, seed ${seed}).`
  ]
  const parts = [head.join('\n'), ...report.sections.map(renderSection)]
  if (report.flaws.length > 0) parts.push(renderFlaws(report.flaws))
  if (report.misses !== undefined) parts.push(renderMisses(report.misses))
  if (report.speed !== undefined) parts.push(renderSpeed(report.speed))
  return `${parts.join('\n\n')}\n`
}

function renderSection(section: Section): string {
  const heading = section.columns.map(({ label }) => label.padStart(CELL_WIDTH)).join('')
  const lines = [section.title, `${' '.repeat(NAME_WIDTH)}${heading}`]
  let kind: Row['kind'] | undefined
  for (const row of section.rows) {
    if (kind !== undefined && row.kind !== kind) lines.push('')
    kind = row.kind
    lines.push(renderRow(row, section.columns))
  }
  for (const note of section.notes) lines.push(...wrap(note, '  '))
  return lines.map((line) => line.trimEnd()).join('\n')
}

function renderRow(row: Row, columns: readonly Column[]): string {
  const cells = columns.map((column) => renderCell(row.figures[column.key], column.unit))
  const name = row.name.length > NAME_WIDTH - 2 ? `${row.name.slice(0, NAME_WIDTH - 3)}…` : row.name
  const figures = cells.map((cell) => cell.padStart(CELL_WIDTH)).join('')
  const remark = row.remark === undefined ? '' : `  ${row.remark}`
  return `  ${name}`.padEnd(NAME_WIDTH) + figures + remark
}

function renderCell(figure: Figure | undefined, unit: Column['unit']): string {
  if (figure === undefined) return '–'
  if (unit === 'count') return String(figure.value)
  const signed = unit === 'difference'
  const value = inPercent(figure.value, 1, signed)
  if (figure.interval === undefined) return value
  const low = inPercent(figure.interval.low, 0, signed)
  return `${value} [${low},${inPercent(figure.interval.high, 0, signed)}]`
}

function inPercent(share: number, digits: number, signed: boolean): string {
  const text = (share * 100).toFixed(digits).replace(/^(-?100)\.0$/, '$1')
  const plain = text.replace(/^-(0(?:\.0+)?)$/, '$1')
  return signed && !plain.startsWith('-') && !/^0(?:\.0+)?$/.test(plain) ? `+${plain}` : plain
}

const FLAWS_SHOWN_MAX = 5

function renderFlaws(flaws: readonly string[]): string {
  const shown = flaws.slice(0, FLAWS_SHOWN_MAX).map((flaw) => `  ${flaw}`)
  const more = flaws.length - shown.length
  const rest = more === 0 ? [] : [`  and ${more} more`]
  return [`Labels left out: ${flaws.length}`, ...shown, ...rest].join('\n')
}

function renderMisses(misses: readonly Miss[]): string {
  if (misses.length === 0) return 'Misses: none'
  const lines = misses.map((miss) => {
    const predicted = miss.predicted === undefined ? 'none' : String(miss.predicted)
    const acceptable =
      miss.acceptable.length === 0 ? '' : `, acceptable ${miss.acceptable.join(' ')}`
    const rank = miss.rank === undefined ? 'not among the suspects' : `ranked ${miss.rank}`
    const why = miss.abstention === undefined ? '' : ` (${miss.abstention})`
    return `  ${miss.runId}: said ${predicted}${why}, is ${miss.onset}${acceptable}, ${rank}`
  })
  return ['Misses: runs whose best suspect is not the labelled onset', ...lines].join('\n')
}

function renderSpeed(speed: Speed): string {
  const ms = (total: number) => (total / Math.max(1, speed.steps)).toFixed(3)
  const text =
    `Speed: ${speed.runsPerSecond.toFixed(1)} runs a second, ${speed.msPerStep.toFixed(3)} ms a step ` +
    `(classify ${ms(speed.classifyMs)}, assemble ${ms(speed.assembleMs)}, ` +
    `localize ${ms(speed.localizeMs)}) over ${speed.runs} runs`
  return wrap(text, '').join('\n')
}

function wrap(text: string, indent: string): readonly string[] {
  const lines: string[] = []
  let line = indent
  for (const word of text.split(' ')) {
    if (line.length + 1 + word.length > TABLE_COLUMNS_MAX) {
      lines.push(line)
      line = indent
    }
    line += line === indent ? word : ` ${word}`
  }
  return [...lines, line]
}

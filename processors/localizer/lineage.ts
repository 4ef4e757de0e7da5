// Which step first wrote the lines that the run ended with. Files are followed in memory only: a write
// replaces a file, an edit takes its old lines out and puts its new ones in. Shell edits whose text is
// not known leave a file as it was, which errs towards the step that wrote it.

import type { StepFacts } from './run-facts.ts'

export interface Lineage {
  /** Per step, its share (0..1) of the lines that survive to the end of the run. */
  readonly survivingShare: readonly number[]
}

/** A line as long as this is data; its head tells it apart. */
const LINE_CHARS_MAX = 200
/** Lines followed per step: a file above this is generated, and its share is plain without the rest. */
const LINES_PER_STEP_MAX = 2_000

const APPENDS = />>|\btee\s+-a\b/

export function traceLineage(steps: readonly StepFacts[]): Lineage {
  const files = new Map<string, Set<string>>()
  const firstWriter = new Map<string, number>()
  for (const facts of steps) {
    if (facts.act !== 'write' || !facts.builds) continue
    const lines = significantLines(facts.step.effects.writtenText)
    for (const line of lines) if (!firstWriter.has(line)) firstWriter.set(line, facts.at)
    const { oldText } = facts
    const isPatch = oldText !== undefined || APPENDS.test(facts.step.action)
    const write = {
      lines,
      isPatch,
      removed: oldText === undefined ? [] : significantLines(oldText)
    }
    for (const path of facts.step.effects.filesWritten) applyWrite(files, path, write)
  }
  return { survivingShare: shares(files, firstWriter, steps.length) }
}

interface FileWrite {
  readonly lines: readonly string[]
  /** Leaves the rest of the file as it is. */
  readonly isPatch: boolean
  readonly removed: readonly string[]
}

function applyWrite(files: Map<string, Set<string>>, path: string, write: FileWrite): void {
  const file = write.isPatch ? (files.get(path) ?? new Set<string>()) : new Set<string>()
  for (const line of write.removed) file.delete(line)
  for (const line of write.lines) file.add(line)
  files.set(path, file)
}

function shares(
  files: ReadonlyMap<string, ReadonlySet<string>>,
  firstWriter: ReadonlyMap<string, number>,
  stepCount: number
): number[] {
  const counts = Array.from({ length: stepCount }, () => 0)
  let total = 0
  for (const file of files.values()) {
    for (const line of file) {
      const at = firstWriter.get(line)
      if (at === undefined) continue
      counts[at] = (counts[at] ?? 0) + 1
      total += 1
    }
  }
  return total === 0 ? counts : counts.map((count) => count / total)
}

/** Trimmed lines with something to tell them apart; brackets and blank lines are everybody's. */
function significantLines(text: string): string[] {
  const lines: string[] = []
  for (const line of text.split('\n', LINES_PER_STEP_MAX)) {
    const trimmed = line.trim().slice(0, LINE_CHARS_MAX)
    if (/\w/.test(trimmed)) lines.push(trimmed)
  }
  return lines
}

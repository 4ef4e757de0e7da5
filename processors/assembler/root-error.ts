// What ended the program, where a frame around the agent says so: the uncaught error that the span of a process
// or of a framework's outermost call carries. A launcher knows an exit code only; then the frame inside of it
// that failed at the end of the run does.

import type { SpanForest, SpanNode } from './span-forest.ts'

/** What a launcher sees of the process in it, and what a span says that has no more to say. */
const SAYS_NOTHING = /^(?:exit_code: )?exit code -?\d{1,10}$|^error without a message$/

export function readRootError(forest: SpanForest, root: SpanNode | undefined): string | undefined {
  if (root === undefined || !isFailedFrame(root)) return undefined
  const failed = new Set([root])
  let lastStart = root.step.startTime
  for (const node of forest) {
    const { parent, step } = node
    if (step.startTime > lastStart) lastStart = step.startTime
    if (parent !== undefined && failed.has(parent) && isFailedFrame(node)) failed.add(node)
  }
  // A frame that ended before the last step began has failed without ending the run.
  const telling = [...failed].filter(
    ({ step }) => step.endTime >= lastStart && !SAYS_NOTHING.test(step.error ?? '')
  )
  return telling[0]?.step.error
}

function isFailedFrame({ step }: SpanNode): boolean {
  return step.kind === 'agent' && step.outcome === 'error' && step.error !== undefined
}

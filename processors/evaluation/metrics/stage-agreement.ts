// How well two divisions of a run into stages agree. Three measures, because each is blind to something:
// boundary F1 to how far off a boundary is beyond one step, WindowDiff to names, B-cubed to order.

/** Which stage each step is in, in order; only changes count, not the values. */
export type Division = readonly number[]

export interface StageAgreement {
  /** F1 of boundaries that match within one step, each used once. */
  readonly boundaryF1: number
  /** Share of windows with another number of boundaries; 0 is agreement. Absent for a run too short. */
  readonly windowDiff: number | undefined
  /** F1 of B-cubed precision and recall, every step an item. */
  readonly bCubedF1: number
}

/** Both of one length, at least 1. */
export function compareStages(predicted: Division, labelled: Division): StageAgreement {
  return {
    boundaryF1: boundaryF1(boundariesOf(predicted), boundariesOf(labelled)),
    windowDiff: windowDiff(predicted, labelled),
    bCubedF1: bCubedF1(predicted, labelled)
  }
}

/** A boundary one step off is the disagreement of two careful people. */
const BOUNDARY_TOLERANCE = 1

function boundaryF1(predicted: readonly number[], labelled: readonly number[]): number {
  // Two runs of a single stage each agree perfectly that there is no boundary.
  if (predicted.length + labelled.length === 0) return 1
  let matches = 0
  let ours = 0
  let theirs = 0
  while (ours < predicted.length && theirs < labelled.length) {
    const gap = (predicted[ours] ?? 0) - (labelled[theirs] ?? 0)
    if (Math.abs(gap) <= BOUNDARY_TOLERANCE) {
      matches += 1
      ours += 1
      theirs += 1
    } else if (gap < 0) {
      ours += 1
    } else {
      theirs += 1
    }
  }
  return (2 * matches) / (predicted.length + labelled.length)
}

/** Positions of the steps that begin a stage, the first step left out. */
function boundariesOf(division: Division): readonly number[] {
  const boundaries: number[] = []
  for (let at = 1; at < division.length; at += 1) {
    if (division[at] !== division[at - 1]) boundaries.push(at)
  }
  return boundaries
}

/**
 * Pevzner and Hearst, A Critique and Improvement of an Evaluation Metric for Text Segmentation
 * (https://aclanthology.org/J02-1002/), with their window of half the mean labelled stage.
 */
function windowDiff(predicted: Division, labelled: Division): number | undefined {
  const size = labelled.length
  const stages = boundariesOf(labelled).length + 1
  const window = Math.max(1, Math.round(size / stages / 2))
  if (size <= window) return undefined
  const ours = countBoundaries(predicted)
  const theirs = countBoundaries(labelled)
  let differing = 0
  for (let start = 0; start + window < size; start += 1) {
    const a = (ours[start + window] ?? 0) - (ours[start] ?? 0)
    const b = (theirs[start + window] ?? 0) - (theirs[start] ?? 0)
    if (a !== b) differing += 1
  }
  return differing / (size - window)
}

/** How many boundaries there are up to each step, it included. */
function countBoundaries(division: Division): readonly number[] {
  let count = 0
  return division.map((stage, at) => {
    if (at > 0 && stage !== division[at - 1]) count += 1
    return count
  })
}

/** Bagga and Baldwin's B-cubed; a stage that comes back later is another one. */
function bCubedF1(predicted: Division, labelled: Division): number {
  const ours = countBoundaries(predicted)
  const theirs = countBoundaries(labelled)
  const sizes = { ours: new Map<number, number>(), theirs: new Map<number, number>() }
  const shared = new Map<string, number>()
  for (const [at, our] of ours.entries()) {
    const their = theirs[at] ?? 0
    sizes.ours.set(our, (sizes.ours.get(our) ?? 0) + 1)
    sizes.theirs.set(their, (sizes.theirs.get(their) ?? 0) + 1)
    shared.set(`${our} ${their}`, (shared.get(`${our} ${their}`) ?? 0) + 1)
  }
  let precision = 0
  let recall = 0
  for (const [pair, count] of shared) {
    const [our = '', their = ''] = pair.split(' ')
    precision += (count * count) / (sizes.ours.get(Number(our)) ?? 1)
    recall += (count * count) / (sizes.theirs.get(Number(their)) ?? 1)
  }
  const items = predicted.length
  return (2 * precision * recall) / (precision + recall) / items
}

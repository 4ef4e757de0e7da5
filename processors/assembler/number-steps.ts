// Numbers the steps of a run and gives each what was folded into it: the thought of the model call that
// asked for it, the texts of its twins, and the tokens and cost of both, each counted once.

import type { ClassifiedStep, SpanId, StageName, StepId } from '@onset/collector/model'

import { mergeSteps } from './merge-steps.ts'
import type { Role, Roles } from './roles.ts'
import type { SpanForest, SpanNode } from './span-forest.ts'
import type { Spending } from './spending.ts'
import { sumCost, sumTokens } from './spending.ts'

/** A numbered step before stages and states are known. */
export interface NumberedStep {
  readonly step: ClassifiedStep
  readonly index: number
  readonly parentIndex: number | undefined
  readonly foldedSpanIds: readonly SpanId[]
  readonly orphan: boolean
  /** By the program, for this step or what it happened inside of; see `onset.stage.name`. */
  readonly givenStage: StageName | undefined
}

export interface Numbering {
  readonly numbered: readonly NumberedStep[]
  readonly folded: readonly { readonly stepId: StepId; readonly intoIndex: number | undefined }[]
}

export function numberSteps(forest: SpanForest, roles: Roles, spending: Spending): Numbering {
  const targets = resolveTargets(roles)
  const indexes = new Map<SpanNode | undefined, number>()
  const members = new Map<SpanNode, SpanNode[]>()
  for (const node of forest) {
    const target = targets.get(node)
    if (target === node) indexes.set(node, indexes.size + 1)
    if (target === undefined) continue
    const known = members.get(target)
    if (known === undefined) members.set(target, [node])
    else known.push(node)
  }
  const actions = findActions(forest, roles)
  const given = findGivenStages(forest)
  const numbered = [...indexes].flatMap(([node, index]): NumberedStep[] => {
    if (node === undefined) return []
    const all = members.get(node) ?? []
    const others = all.filter((member) => member !== node)
    const views = others.map((other) => ({ step: other.step, as: roles.get(other)?.is ?? 'part' }))
    return [
      {
        step: {
          ...mergeSteps(node.step, views),
          tokens: sumTokens(all.flatMap((member) => spending.tokens.get(member) ?? [])),
          costUsd: sumCost(all.map((member) => spending.costUsd.get(member))),
          costSource: costSourceOf(all.filter((member) => spending.costUsd.has(member)))
        },
        index,
        parentIndex: indexes.get(actions.get(node.parent)),
        foldedSpanIds: others.map((other) => other.step.spanId),
        orphan: node.orphan,
        givenStage: given.get(node) ?? others.map((other) => given.get(other)).find(Boolean)
      }
    ]
  })
  const folded = forest.flatMap((node) => {
    const target = targets.get(node)
    return target === node ? [] : [{ stepId: node.step.stepId, intoIndex: indexes.get(target) }]
  })
  return { numbered, folded }
}

/** For each node the stage of the innermost span around it, or of itself, that names one. */
function findGivenStages(forest: SpanForest): ReadonlyMap<SpanNode, StageName> {
  const given = new Map<SpanNode, StageName>()
  for (const node of forest) {
    const stage = node.step.declaredStage ?? (node.parent && given.get(node.parent))
    if (stage !== undefined) given.set(node, stage)
  }
  return given
}

/** Of those whose cost is counted in one step. */
function costSourceOf(counted: readonly SpanNode[]): string | undefined {
  const [first, ...others] = new Set(counted.map(({ step }) => step.costSource))
  return others.length === 0 ? first : 'mixed'
}

type Targets = ReadonlyMap<SpanNode | undefined, SpanNode | undefined>

/** For each node the numbered step it ends up in: itself, or none for frames and verdicts. */
function resolveTargets(roles: Roles): Targets {
  const targets = new Map<SpanNode, SpanNode | undefined>()
  for (const [start, startRole] of roles) {
    const path = [start]
    let node = start
    let role: Role | undefined = startRole
    // Thoughts and attempts point onwards, twins and parts back to a step: no circle can close.
    while (role?.target !== undefined && !targets.has(node)) {
      node = role.target
      path.push(node)
      role = roles.get(node)
    }
    const target = targets.has(node) ? targets.get(node) : role?.is === 'step' ? node : undefined
    for (const member of path) targets.set(member, target)
  }
  return targets
}

/** For each node the nearest numbered step that what is below it happens inside of. */
function findActions(forest: SpanForest, roles: Roles): Targets {
  const actions = new Map<SpanNode | undefined, SpanNode | undefined>()
  for (const node of forest) {
    const role = roles.get(node)
    // The target of a twin or a part stands before it; a thought's may hang below it.
    const views = role?.is === 'twin' || role?.is === 'part' ? role.target : node.parent
    actions.set(node, role?.is === 'step' ? node : actions.get(views))
  }
  return actions
}

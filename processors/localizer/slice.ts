// The backward slice: from what the failing checks read, to the steps that produced it, to what those
// steps read, and on. A step in the slice could have caused the failure; one outside it rarely did.

import { basename, pathsIn } from './paths.ts'
import type { RunFacts, StepFacts } from './run-facts.ts'

export interface Slice {
  /** Per step: 1 for producers of what failed, less for each dependency between, 0 outside. */
  readonly nearness: readonly number[]
  /** A failing check names a file that no step wrote. */
  readonly neverWritten: boolean
}

/** Each dependency between a step and the failure makes it a weaker suspect. */
const NEARNESS_PER_HOP = 0.7
const HOPS_MAX = 4
/** Files followed; with more than this the slice is the whole run. */
const NAMES_MAX = 256
/** Shorter names match by chance. */
const NAME_CHARS_MIN = 4

export function sliceBackward(facts: RunFacts): Slice {
  const index = indexByName(facts.steps)
  const seeds = seedNames(facts, index.known)
  const nearness = facts.steps.map(() => 0)
  const visited = new Set(seeds)
  let names: readonly string[] = seeds
  let weight = 1
  for (let hop = 0; hop < HOPS_MAX && names.length > 0; hop += 1) {
    const producers = names.flatMap((name) => index.producers.get(name) ?? [])
    const fresh = new Set(producers.filter((at) => nearness[at] === 0))
    for (const at of fresh) nearness[at] = weight
    const used = [...fresh].flatMap((at) => namesUsedBy(facts.steps[at], index.known))
    names = takeUnvisited(used, visited)
    weight *= NEARNESS_PER_HOP
  }
  const neverWritten = seeds.length > 0 && seeds.every((name) => !index.written.has(name))
  return { nearness, neverWritten }
}

function takeUnvisited(names: readonly string[], visited: Set<string>): string[] {
  const fresh: string[] = []
  for (const name of names) {
    if (visited.size >= NAMES_MAX) break
    if (visited.has(name)) continue
    visited.add(name)
    fresh.push(name)
  }
  return fresh
}

interface NameIndex {
  /** Positions of the steps that wrote a file of that name or, as a changing command, named it. */
  readonly producers: ReadonlyMap<string, readonly number[]>
  readonly written: ReadonlySet<string>
  readonly known: ReadonlySet<string>
}

function indexByName(steps: readonly StepFacts[]): NameIndex {
  const producers = new Map<string, number[]>()
  const written = new Set<string>()
  const known = new Set<string>()
  for (const facts of steps) {
    const { filesRead, filesWritten } = facts.step.effects
    for (const path of filesRead) known.add(basename(path))
    if (facts.landed) for (const path of filesWritten) written.add(basename(path))
    for (const name of namesProduced(facts)) {
      known.add(name)
      const list = producers.get(name)
      if (list === undefined) producers.set(name, [facts.at])
      else list.push(facts.at)
    }
  }
  return { producers, written, known }
}

/** Of a path in a command: the file and the two folders it lies in. */
const FOLDERS_NAMED_MAX = 3

/** What a step wrote and, when it is a command that changes something, all that it names. */
function namesProduced(facts: StepFacts): Set<string> {
  const { filesRead, filesWritten } = facts.step.effects
  const names = filesWritten.map((path) => basename(path))
  if (facts.act === 'change' || facts.act === 'verify') {
    names.push(...filesRead.map((path) => basename(path)))
    for (const path of pathsIn(commandHead(facts))) {
      names.push(...path.split('/').slice(-FOLDERS_NAMED_MAX))
    }
  }
  return longEnough(names)
}

function longEnough(names: readonly string[]): Set<string> {
  return new Set(names.filter((name) => name.length >= NAME_CHARS_MIN))
}

const COMMAND_CHARS_MAX = 4_096

function commandHead(facts: StepFacts): string {
  return (facts.argumentTexts[0] ?? facts.step.action).slice(0, COMMAND_CHARS_MAX)
}

/** What the failing checks read, by the deepest name that the run knows. */
function seedNames({ failure }: RunFacts, known: ReadonlySet<string>): string[] {
  const names = new Set<string>()
  for (const path of failure.paths) {
    const segments = path.split('/').filter((segment) => segment.length >= NAME_CHARS_MIN)
    // A file nobody wrote is missing from a folder; whoever filled the folder left it out.
    const name = segments.findLast((segment) => known.has(segment)) ?? segments.at(-1)
    if (name !== undefined) names.add(name)
    const subject = subjectOfTest(basename(path))
    if (subject !== undefined && known.has(subject)) names.add(subject)
  }
  return [...names]
}

/** `cart.test.js`, `test_cart.py` and `cart_test.go` check cart.js, cart.py and cart.go. */
function subjectOfTest(name: string): string | undefined {
  const match = /^(?:tests?_)?(.{1,120}?)(?:[._-](?:tests?|spec))?(\.\w{1,8})$/.exec(name)
  if (match === null) return undefined
  const subject = `${match[1] ?? ''}${match[2] ?? ''}`
  return subject === name ? undefined : subject
}

function namesUsedBy(facts: StepFacts | undefined, known: ReadonlySet<string>): string[] {
  if (facts === undefined) return []
  const { filesRead, filesWritten, writtenText } = facts.step.effects
  const texts = `${commandHead(facts)}\n${writtenText.slice(0, COMMAND_CHARS_MAX)}`
  const named = pathsIn(texts).map((path) => basename(path))
  return [
    ...longEnough([
      ...filesRead.map((path) => basename(path)),
      ...filesWritten.map((path) => basename(path)),
      ...named.filter((name) => known.has(name))
    ])
  ]
}

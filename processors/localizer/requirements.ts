// What a task asks for in words that can be looked for: files, commands, ports, names, formats, numbers
// and constraints. Read by shape alone, so that it says the same of every task; what is asked in plain
// words only is not in it.

import type { RequirementKind } from '@onset/collector/model'

import { pathsIn } from './paths.ts'

export interface Wanted {
  readonly kind: RequirementKind
  /** As the task has it. */
  readonly text: string
  /** What a step that addresses it contains, lower case. */
  readonly needle: string
  /** Clause of the task it stands in, counted from 0: what stands together belongs together. */
  readonly clause: number
  /** A constraint that is all of the task. */
  readonly isWholeTask: boolean
}

/** A longer task is a document to work on; what is asked stands at its beginning or is repeated. */
const TASK_CHARS_MAX = 16_384
const CLAUSES_MAX = 256
/** A reader does not go through more; a task that names more is a list of data. */
const WANTED_MAX = 64

export function readRequirements(task: string): Wanted[] {
  const found = new Map<string, Wanted>()
  const clauses = clausesOf(task)
  for (const [clause, text] of clauses.entries()) {
    for (const one of wantedIn(text)) {
      const known = `${one.kind === 'constraint' ? 'constraint' : ''} ${one.needle}`
      const isWholeTask = one.kind === 'constraint' && clauses.length === 1
      if (!found.has(known)) found.set(known, { ...one, clause, isWholeTask })
    }
    if (found.size >= WANTED_MAX) break
  }
  return [...found.values()].slice(0, WANTED_MAX)
}

/** After a number a dot counts: `3. Save it`. */
const CLAUSE_END = /\n|(?<=[^\d\s][.!?;])\s+(?=[A-Z"'`/-])/

function clausesOf(task: string): string[] {
  return task
    .slice(0, TASK_CHARS_MAX)
    .split(CLAUSE_END, CLAUSES_MAX)
    .map((clause) => clause.replace(LIST_MARK, '').trim())
    .filter((clause) => clause !== '')
}

/** `3.` counts what is asked; it is not asked. */
const LIST_MARK = /^\s*(?:[-*•]|\(?\d{1,2}[.)])\s+/

type Found = Omit<Wanted, 'clause' | 'isWholeTask'>

function wantedIn(clause: string): Found[] {
  const head = clause.slice(0, CLAUSE_CHARS_MAX)
  const quoted = quotedIn(head)
  const files = filesIn(head)
  const ports = portsIn(head)
  const taken = [...quoted, ...files].map(({ text }) => text).join('\n')
  const rest = [...namesIn(head), ...numbersIn(head)].filter(({ text }) => !taken.includes(text))
  const ported = new Set(ports.map(({ text }) => text))
  return [
    ...files,
    ...quoted,
    ...ports,
    ...rest.filter(({ text }) => !ported.has(text)),
    ...constraintsIn(head)
  ]
}

const CLAUSE_CHARS_MAX = 600
const QUOTED = /`([^`\n]{2,120})`|"([^"\n]{2,80})"|(?<![\w])'([^'\n]{2,80})'(?!\w)/g
const IS_FORMAT = /[{}[\]<>]|\b(?:format|schema|columns?|fields?|keys?|json|csv|yaml)\b/i

function quotedIn(clause: string): Found[] {
  const format = IS_FORMAT.test(clause)
  return [...clause.matchAll(QUOTED)].flatMap((match): Found[] => {
    const text = (match[1] ?? match[2] ?? match[3] ?? '').trim()
    if (text.length < NEEDLE_CHARS_MIN || pathsIn(text).includes(text)) return []
    if (COMMAND.test(text)) return [{ kind: 'command', text, needle: commandWord(text) }]
    return [{ kind: format ? 'format' : 'name', text, needle: text.toLowerCase() }]
  })
}

const NEEDLE_CHARS_MIN = 3
/** A program with arguments: `./tool input.json`, `python3 main.py N`, `git push origin main`. */
const COMMAND = /^(?:\.{1,2}\/\S+|[a-z][\w.+-]{1,40})\s+\S*[-./=$<>|\d]/

function commandWord(command: string): string {
  const [word = command] = command.split(/\s/, 1)
  return word.replace(/^\.{1,2}\//, '').toLowerCase()
}

const ENDPOINT = /\b(?:endpoints?|routes?|GET|POST|PUT|DELETE|query|url)\b/
const ENDPOINT_PATH = /^\/[\w-]{1,40}(?:\/[\w{}:<>-]{1,40}){0,4}$/

function filesIn(clause: string): Found[] {
  const isEndpoint = ENDPOINT.test(clause)
  // A closing tag looks like a path from the root.
  const paths = pathsIn(clause).filter((path) => !clause.includes(`<${path}>`))
  return paths.map((path): Found => {
    if (isEndpoint && ENDPOINT_PATH.test(path)) {
      return { kind: 'name', text: path, needle: path.toLowerCase() }
    }
    const parts = path.split('/').filter((part) => part !== '')
    return { kind: 'file', text: path, needle: (parts.at(-1) ?? path).toLowerCase() }
  })
}

const PORT =
  /\bport\s{1,3}(?:number\s)?(\d{2,5})\b|\b(?:localhost|0\.0\.0\.0|127\.0\.0\.1):(\d{2,5})\b/gi

function portsIn(clause: string): Found[] {
  return [...clause.matchAll(PORT)].map((match) => {
    const text = match[1] ?? match[2] ?? ''
    return { kind: 'port', text, needle: text }
  })
}

/** Words with an underscore or a hump: nobody writes them but to name something. */
const NAME =
  /\b[A-Za-z]\w{0,60}_\w{1,60}\b|\b[a-z]{2,30}[A-Z]\w{1,40}\b|\b[A-Z][a-z]{1,30}[A-Z]\w{1,40}\b/g

function namesIn(clause: string): Found[] {
  return [...clause.matchAll(NAME)].map(([text]) => ({
    kind: 'name',
    text,
    needle: text.toLowerCase()
  }))
}

/** A number that stands for itself: no part of a name, a path, a version or a date. */
const NUMBER =
  /(?<![\w.,/:$#-])\d{1,3}(?:,\d{3})+(?![\w/:])|(?<![\w.,/:$#-])\d{2,12}(?:\.\d{1,6})?(?![\w/:.]*[\w/:])/g

function numbersIn(clause: string): Found[] {
  return [...clause.matchAll(NUMBER)].map(([text]) => ({
    kind: 'number',
    text,
    needle: text.replaceAll(',', '')
  }))
}

const CONSTRAINS =
  /\b(?:must|must not|do not|don't|never|not allowed|at most|at least|exactly|no other|without|only)\b/i
const CONSTRAINT_CHARS_MIN = 16
const CONSTRAINT_CHARS_MAX = 160

function constraintsIn(clause: string): Found[] {
  if (clause.length < CONSTRAINT_CHARS_MIN || !CONSTRAINS.test(clause)) return []
  const text = clause.slice(0, CONSTRAINT_CHARS_MAX)
  return [{ kind: 'constraint', text, needle: text.toLowerCase() }]
}

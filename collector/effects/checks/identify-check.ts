// Which check a command is: the runner, and what it was narrowed to.

import type { SplitWords } from '../commands/options.ts'
import { splitWords } from '../commands/options.ts'
import { readCommand } from '../commands/read-command.ts'
import type { ShellCommand } from '../shell/program.ts'
import { SHELLS } from '../shell/wrappers.ts'
import { resolvePath } from '../shell/words.ts'
import type { CheckIdentity } from './check-run.ts'
import type { TestRunner } from './runners.ts'
import { LAUNCHERS, RUNNERS } from './runners.ts'

/** Undefined: the command checks nothing. `purpose` is why the agent says that it runs the line. */
export function identifyCheck(command: ShellCommand, purpose: string): CheckIdentity | undefined {
  if (command.name === '') return undefined
  const [name, args] = takeLauncher(command)
  return (
    identifyRunner(command, name, args) ??
    identifyScript(command, name, args) ??
    identifyOther(command, purpose)
  )
}

/** `npx mocha a.js` is `mocha a.js`. */
function takeLauncher({ name, args }: ShellCommand): readonly [string, readonly string[]] {
  const leads = LAUNCHERS.get(name)
  if (leads === undefined) return [name, args]
  const words = args.slice(args.findIndex((word) => !word.startsWith('-')))
  for (const lead of leads) {
    const led = lead === '' ? words : words[0] === lead ? words.slice(1) : []
    const rest = led[0] === '-m' ? led.slice(1) : led
    const program = baseOf(rest[0] ?? '')
    if (RUNNERS.has(program)) return [program, rest.slice(1)]
  }
  return [name, args]
}

function baseOf(program: string): string {
  return program.slice(program.lastIndexOf('/') + 1)
}

/** `node --test`, which is no runner of its own by name. */
const NODE_TEST: TestRunner = {
  language: 'js',
  filters: '--test-name-pattern --test-skip-pattern --test-only',
  valued: '--import --require -r --loader --test-reporter --test-reporter-destination --env-file'
}

function identifyRunner(
  command: ShellCommand,
  name: string,
  args: readonly string[]
): CheckIdentity | undefined {
  if (/^(?:node|nodejs|tsx)$/.test(name)) {
    return args.includes('--test') ? narrow(command, 'node --test', [NODE_TEST, args]) : undefined
  }
  if (/^(?:python[\d.]*|php|bin\/rails)$/.test(name)) return identifyFramework(command, args)
  const runner = RUNNERS.get(name)
  return runner === undefined ? undefined : narrow(command, name, [runner, args])
}

/** `python manage.py test`, `php artisan test`. */
function identifyFramework(
  command: ShellCommand,
  [program = '', task = '', ...rest]: readonly string[]
): CheckIdentity | undefined {
  const isTest = /(?:^|\/)(?:manage\.py|setup\.py|artisan)$/.test(program) && task === 'test'
  const language = program.endsWith('.py') ? 'python' : 'php'
  return isTest
    ? narrow(command, baseOf(program), [
        { language, isProject: true, filters: '-k --filter' },
        rest
      ])
    : undefined
}

function narrow(
  command: ShellCommand,
  name: string,
  [runner, args]: readonly [TestRunner, readonly string[]]
): CheckIdentity | undefined {
  const valued = `${runner.filters ?? ''} ${runner.valued ?? ''}`
  const words = splitWords(args, {
    effect: 'explore',
    stage: 'verification',
    wordOptions: true,
    valued
  })
  const { subcommands } = runner
  const operands = words.operands.filter((word) => word !== 'run' && word !== 'run-script')
  // `mvn clean test`, `make -j 4 check`: what comes before is done first.
  const taskAt = operands.findIndex((word) => subcommands?.includes(word.split(':', 1)[0] ?? ''))
  if (subcommands !== undefined && taskAt === -1) return undefined
  const task = operands[taskAt] ?? ''
  const targets = operands.slice(taskAt + 1)
  // `npm run test:unit` is a part of what `npm test` is.
  const part = task.includes(':') ? [task] : []
  const names = runner.namesTests === true ? targets.join(' ') : ''
  const paths = runner.namesTests === true ? [] : targets.filter(isNarrowing)
  return {
    kind: 'tests',
    runner: name,
    language: runner.language,
    isProject: runner.isProject === true,
    directory: command.cwd,
    selection: [...part, ...paths.map((path) => resolvePath(command.cwd, trimEllipsis(path)))],
    filter: [...filtersOf(words, runner), names].filter((text) => text !== '').join(' ')
  }
}

/** All there is, by the names that runners look under when they are given none. */
function isNarrowing(operand: string): boolean {
  const path = trimEllipsis(operand).replace(/^\.\/|\/$/g, '')
  return !/^(?:\.|\/{2}|tests?|specs?|__tests__|src|)$/.test(path) && !/^[A-Z_]+=/.test(operand)
}

/** `go test ./cart/...`, `bazel test //...`. */
function trimEllipsis(path: string): string {
  return path.replace(/(?:^|\/)\.{3}$|:all$/, '')
}

/** Options without a value that leave something out. */
const NARROWING_FLAG = /^--(?:lf|last-failed|ff|sw|onlyChanged|only-changed|changed|only|lib|doc)$/

function filtersOf(words: SplitWords, runner: TestRunner): readonly string[] {
  const names = ` ${runner.filters ?? ''} `
  return words.options
    .filter(({ name }) => names.includes(` ${name} `) || NARROWING_FLAG.test(name))
    .map(({ name, value }) => `${name} ${value ?? ''}`.trim())
}

/** Only the syntax is looked at, or code is given in the line. */
const NOT_RUN = /^(?:--check|-c|-e|-p|--eval|--print)$/

const CHECKING = /^(?:tests?|tester|specs?|checks?|checker|verify|verifier|validate|e2e|smoke)$/

/** `./run_tests.sh`, `python test_cart.py`, `node test.js`: a program that is named as a check. */
function identifyScript(
  command: ShellCommand,
  name: string,
  args: readonly string[]
): CheckIdentity | undefined {
  const isInterpreter = /^(?:python[\d.]*|node|nodejs|tsx|ts-node|ruby|perl|php|Rscript)$/.test(
    name
  )
  const isShell = SHELLS.has(name)
  const at = args.findIndex((word) => !word.startsWith('-'))
  const program = isInterpreter || isShell ? (args[at] ?? '') : command.program
  const isNamed = program.includes('/') || isInterpreter || isShell
  const lead = isInterpreter || isShell ? args.slice(0, Math.max(0, at)) : []
  if (lead.some((word) => NOT_RUN.test(word) || (isShell && word === '-n'))) return undefined
  if (!isNamed || !isCheckName(program)) return undefined
  return {
    kind: 'script',
    runner: resolvePath(command.cwd, program),
    language: '',
    isProject: false,
    directory: command.cwd,
    selection: [],
    filter: (program === command.program ? args : args.slice(at + 1)).join(' ')
  }
}

/** Longer names are arguments that were mistaken for a program. */
const NAME_CHARS_MAX = 256

function isCheckName(program: string): boolean {
  const words = baseOf(program.slice(-NAME_CHARS_MAX))
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
  return words.some((word) => CHECKING.test(word))
}

/** By its row in the tables: linters, builds, requests, and programs that are run to look. */
function identifyOther(command: ShellCommand, purpose: string): CheckIdentity | undefined {
  const effects = readCommand(command, { observation: '', purpose, background: false })
  if (!effects.verifies) return undefined
  return {
    kind: 'other',
    runner: command.name,
    language: '',
    isProject: false,
    directory: command.cwd,
    selection: [],
    filter: command.args.join(' ')
  }
}

// Commands whose words follow no common pattern: tar, dd, sed and awk, find, curl and wget, database
// clients, interpreters.

import { isRealFile } from '../files.ts'
import { readPatch } from '../patch-text.ts'
import { judgeVerb } from '../verbs.ts'
import { NO_EFFECTS } from './command-effects.ts'
import type { Application, CommandEffects } from './command-effects.ts'
import { hasOption, splitWords, valuesOf } from './options.ts'
import type { SplitWords } from './options.ts'
import { plainEffects } from './plain-effects.ts'
import { readInterpreter } from './read-interpreter.ts'
import type { CommandRule, Reader } from './rule.ts'
import { changesDatabase } from './sql.ts'

type SpecialReader = (application: Application, words: SplitWords) => CommandEffects

export const SPECIAL_READERS: Readonly<Record<Reader, SpecialReader>> = {
  archive: readArchive,
  code: readInterpreter,
  'copy-blocks': readCopyBlocks,
  'edit-stream': readEditStream,
  find: readFind,
  patch: readPatchCommand,
  query: readQuery,
  request: readRequest,
  tee: readTee,
  verbs: readVerbs
}

const ARCHIVE_RULE: CommandRule = {
  effect: 'change',
  stage: 'implementation',
  valued: '-f -C -T -X --file --directory --exclude --strip-components --transform'
}

function readArchive({ args }: Application): CommandEffects {
  const first = args[0] ?? ''
  // The old form `tar xzf a.tgz` has its letters without a dash.
  const dashed = first.startsWith('-') || first === '' ? args : [`-${first}`, ...args.slice(1)]
  const words = splitWords(dashed, ARCHIVE_RULE)
  const archives = valuesOf(words, '-f --file')
  const plain = { ...NO_EFFECTS, stage: 'implementation' as const }
  if (hasOption(words, '-t --list')) return { ...NO_EFFECTS, reads: archives }
  if (hasOption(words, '-x --extract --get')) {
    const printed = hasOption(words, '-O --to-stdout')
    return { ...plain, effect: printed ? 'explore' : 'change', reads: archives }
  }
  const writes = archives.filter(isRealFile)
  const effect = writes.length > 0 ? 'change' : 'explore'
  return { ...plain, effect, reads: words.operands, writes }
}

function readCopyBlocks({ args }: Application): CommandEffects {
  const valueOf = (key: string) => args.find((word) => word.startsWith(key))?.slice(key.length)
  const input = valueOf('if=')
  const output = valueOf('of=')
  const writes = output !== undefined && isRealFile(output) ? [output] : []
  return {
    ...NO_EFFECTS,
    effect: writes.length > 0 ? 'change' : 'explore',
    stage: writes.length > 0 ? 'implementation' : 'inspection',
    reads: input === undefined ? [] : [input],
    writes
  }
}

/** sed and awk: `-i` edits its files in place; a script may write files of its own. */
function readEditStream({ command, rule }: Application, words: SplitWords): CommandEffects {
  const effects = plainEffects(rule, words)
  const given = valuesOf(words, '-e --expression -f --file')
  const script = given.length > 0 ? given.join('\n') : (words.operands[0] ?? '')
  const files = given.length > 0 ? words.operands : words.operands.slice(1)
  const inPlace = effects.effect === 'change' || command.args.includes('inplace')
  if (inPlace) {
    return {
      ...effects,
      effect: 'change',
      stage: 'implementation',
      reads: [],
      writes: files,
      writtenText: script
    }
  }
  const written = /^g?[mn]?awk$/.test(command.name) ? awkOutput(script) : undefined
  if (written === undefined) return { ...effects, reads: files }
  return { ...effects, effect: 'change', stage: 'implementation', reads: files, writes: written }
}

/** `print $1 > "file"` inside an awk program. */
function awkOutput(script: string): readonly string[] | undefined {
  const match = /\bprintf?\b[^\n>]{0,256}>{1,2}\s{0,4}"([^"\n]{1,256})"/.exec(script)
  const path = match?.[1]
  return path !== undefined && isRealFile(path) ? [path] : undefined
}

function readFind({ rule, args }: Application, words: SplitWords): CommandEffects {
  const removes = args.includes('-delete')
  const outputs = valuesOf(words, '-fprint -fprintf -fls')
  const changes = removes || outputs.length > 0
  return {
    ...plainEffects(rule, words),
    effect: changes ? 'change' : 'explore',
    stage: changes ? 'implementation' : rule.stage,
    writes: outputs
  }
}

/** `patch -p1 <<E`, `git apply <<E`, `apply_patch <<E`: the files are those of the patch. */
function readPatchCommand({ command, rule, args }: Application, words: SplitWords): CommandEffects {
  const effects = plainEffects(rule, words)
  const text = command.input ?? args.find((word) => word.includes('\n')) ?? ''
  const patch = readPatch(text)
  return {
    ...effects,
    reads: [...effects.reads, ...(patch.files.length === 0 ? words.operands.slice(-1) : [])],
    writes: effects.effect === 'change' ? patch.files : [],
    writtenText: patch.added
  }
}

/** `… | tee log` copies what a command prints; only a text given to it is something new. */
function readTee({ command, rule }: Application, words: SplitWords): CommandEffects {
  const writes = words.operands.filter(isRealFile)
  const given = command.input !== undefined && writes.length > 0
  return {
    ...NO_EFFECTS,
    effect: given ? 'change' : 'explore',
    stage: given ? rule.stage : 'inspection',
    writes,
    writtenText: given ? (command.input ?? '') : '',
    idle: !given
  }
}

/** `aws s3 mb`, `kubectl get pods`, `elan toolchain list`: the first word that is a verb speaks. */
function readVerbs({ rule }: Application, words: SplitWords): CommandEffects {
  const options = words.options.map(({ name }) => name)
  const verbs = [...words.operands.slice(0, 4), ...options].map(judgeVerb)
  const said = verbs.find((effect) => effect !== undefined)
  const effect = said ?? (rule.effect === 'change' ? 'change' : 'explore')
  // What such tools change is a system that others run on.
  const stage = effect === 'change' && rule.stage === 'inspection' ? 'environment' : rule.stage
  return { ...plainEffects(rule, words), effect, stage }
}

const QUERY_TEXT = '-c -e --command --execute --query -q --eval -cmd'

function readQuery({ command, rule }: Application, words: SplitWords): CommandEffects {
  const isFileBased = /^(?:sqlite|duckdb)/.test(command.name)
  const operands = isFileBased ? words.operands.slice(1) : []
  const texts = [...valuesOf(words, QUERY_TEXT), ...operands, command.input ?? '']
  const scripts = command.redirects.some((redirect) => redirect.mode === 'read')
  const changes = scripts || words.options.some(isScriptFile) || changesDatabase(texts.join(';\n'))
  const database = isFileBased ? words.operands.slice(0, 1) : []
  return {
    ...NO_EFFECTS,
    effect: changes ? 'change' : 'explore',
    stage: changes ? 'implementation' : rule.stage,
    reads: [...valuesOf(words, rule.reads), ...(changes ? [] : database)],
    writes: changes ? database : [],
    writtenText: changes ? texts.join('\n') : ''
  }
}

function isScriptFile(option: {
  readonly name: string
  readonly value: string | undefined
}): boolean {
  return (option.name === '-f' || option.name === '--file') && /\.sql$/i.test(option.value ?? '')
}

const CHANGING_METHOD = /^(?:PUT|POST|DELETE|PATCH)$/i

/** curl and wget: what is kept in a file, and what a request changes at the other end. */
function readRequest(application: Application, words: SplitWords): CommandEffects {
  const { command, rule } = application
  const effects = plainEffects(rule, words)
  const urls = words.operands.filter((word) => /^(?:\w{2,8}:\/\/|[\w-]{1,64}[.:])/.test(word))
  if (command.name === 'wget') return readDownload(effects, words, urls)
  if (effects.effect === 'change') {
    const named = hasOption(words, '-O --remote-name') ? urls.map(fileOfUrl) : []
    return { ...effects, stage: 'dependencies', writes: [...effects.writes, ...named] }
  }
  const method = valuesOf(words, '-X --request').at(-1) ?? ''
  const isLocal = words.operands.some((word) => LOCAL_HOST.test(word))
  const sends = CHANGING_METHOD.test(method) && !isLocal
  return {
    ...effects,
    effect: sends ? 'change' : 'explore',
    stage: isLocal ? 'verification' : sends ? 'implementation' : 'research',
    verifies: isLocal
  }
}

/** The agent's own service: a request to it tries the work out, whatever the method. */
const LOCAL_HOST = /(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])/

function readDownload(
  effects: CommandEffects,
  words: SplitWords,
  urls: readonly string[]
): CommandEffects {
  const targets = valuesOf(words, '-O --output-document')
  if (targets.length > 0 && !targets.some(isRealFile)) return { ...NO_EFFECTS, stage: 'research' }
  if (targets.length > 0) return effects
  const folder = valuesOf(words, '-P --directory-prefix').at(-1)
  const files = urls.map(fileOfUrl).filter((name) => name !== '')
  const named = files.map((name) => (folder === undefined ? name : `${folder}/${name}`))
  return { ...effects, writes: [...effects.writes, ...named] }
}

function fileOfUrl(url: string): string {
  const path = url.replace(/[?#].*$/s, '')
  return path.slice(path.lastIndexOf('/') + 1)
}

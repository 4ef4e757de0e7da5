// Paths as agents and verifiers write them: comparing, and telling deliverables from scaffolding.

/** The last segment of a path; the path itself when it has none. */
export function basename(path: string): string {
  const trimmed = path.endsWith('/') ? path.slice(0, -1) : path
  return trimmed.slice(trimmed.lastIndexOf('/') + 1)
}

// Files made to try, check or describe the work, which a later failure rarely follows from.
const AUXILIARY_NAME =
  /(?:^|[_.-])(?:tests?|spec|verif\w{1,10}|demo|debug|examples?|scratch|summary|notes?|readme)(?:[_.-]|$)/i
const AUXILIARY_FOLDER = /(?:^|\/)(?:tests?|__tests__|spec|demos?|examples?|logs?)\//i
const AUXILIARY_ENDING = /\.(?:md|log)$/i
// Data named after a test is what the work is tried on, and often what ends up in it.
const DATA_ENDING = /\.(?:html?|json|csv|xml|ya?ml|txt|db|sqlite|png|jpg|pdf|ipynb)$/i

/** True for tests, demos, notes and logs, unless `named` (task and failing checks) names the file. */
export function isAuxiliaryPath(path: string, named: string): boolean {
  const name = basename(path)
  const namedSo = AUXILIARY_NAME.test(name) && !DATA_ENDING.test(name)
  const looksAuxiliary = namedSo || AUXILIARY_FOLDER.test(path) || AUXILIARY_ENDING.test(name)
  return looksAuxiliary && !named.includes(name)
}

// A word with a slash or a dot in it. Bounded repetition: the text is a verifier's or an agent's.
const PATH_TOKEN = /[\w.@%+:~-]{0,128}[/.][\w.@%+:=/~-]{1,256}/g

// Where the verifier and its interpreter live: a traceback names them in every failure.
const FOREIGN_PATH =
  /^\/?(?:usr|lib|proc|sys|dev|nix)\/|site-packages|dist-packages|node_modules|\/\.venv\/|\/\.?cache\/|^(?:\.\.\/)*\/?tests?\//

const PATHS_FOUND_MAX = 200
const CODE_FOLLOWS = /[([]/

/** Paths of the agent's own world named in a text, in order, each once. */
export function pathsIn(text: string): string[] {
  const found = new Set<string>()
  for (const match of text.matchAll(PATH_TOKEN)) {
    const token = bare(match[0])
    // `os.environ[…]` and `json.dumps(…)` are code.
    if (CODE_FOLLOWS.test(text.charAt(match.index + match[0].length))) continue
    if (!looksLikePath(token) || FOREIGN_PATH.test(token)) continue
    found.add(token)
    if (found.size >= PATHS_FOUND_MAX) break
  }
  return [...found]
}

/** Without scheme, line and column, and closing punctuation. */
function bare(token: string): string {
  return token
    .replace(/^file:\/\//, '')
    .replace(/(?::\d{1,9}){1,2}:?$/, '')
    .replace(/[.:/]+$/, '')
}

const TOKEN_CHARS_MIN = 4
const FROM_ROOT = /^[~.]{0,2}\/[\w.]/
const FILE_NAME = /^[\w@%+-][\w.@%+-]{1,127}\.[A-Za-z][A-Za-z0-9]{0,7}$/
// `os.path`, `self.assertTrue` and versions look like file names with an ending; endings do not.
const NOT_AN_ENDING =
  /\.(?:path|exists|text|read_text|returncode|strip|split|get|com|org|io|net|dev|append|join|lower|upper|args|stdout|stderr|decode|json\(\)|format|items|keys|values|shape|py:\d+)$/i

function looksLikePath(token: string): boolean {
  if (token.length < TOKEN_CHARS_MIN || token.includes('://')) return false
  const segments = token.split('/')
  if (segments.length === 1) return FILE_NAME.test(token) && !NOT_AN_ENDING.test(token)
  // `and/or` has one slash and no ending; a folder in a folder is a path without one.
  return segments.length > 2 || FROM_ROOT.test(token) || FILE_NAME.test(basename(token))
}

// What inline code (`python -c`, `node -e`, here-documents fed to an interpreter) writes, from the calls
// by which the languages write files. Not a parser: a call in a string counts, a call through an alias
// does not. Measured on the labelled runs in docs/adr/0003-shell-reader.md.

/** Longer inline programs write in their first part or in a file of their own. */
const CODE_CHARS_MAX = 32_768

/** Calls looked at; a program of more writes to the same few files. */
const WRITES_MAX = 64

/** Variables that hold a literal path, by which later calls name it. */
const PATHS_MAX = 64

export interface CodeEffects {
  readonly changes: boolean
  readonly installs: boolean
  /** Literal paths only, `open('a.txt', 'w')` or `p = Path('a.txt')` and later `p.write_text(…)`. */
  readonly writes: readonly string[]
  readonly reads: readonly string[]
}

/** `open(x, 'w')`, `open(x, mode='ab')`, `File.open(x, "w")`, perl's `open(F, '>x')`. */
const OPENS =
  /\bopen\(\s{0,8}(?:(['"])([^'"\n]{1,256})\1|([\w.[\]()/ +]{1,128}))\s{0,8}(?:,\s{0,8}(?:mode\s{0,4}=\s{0,4})?(['"])([rwaxbtU+>< ]{1,8})\4)?/g

/** Methods of a path or a file that write it: `p.write_text(`, `df.to_csv('x')`. */
const METHODS =
  /(?:\b([A-Za-z_]\w{0,63})|\(\s{0,4}(['"])([^'"\n]{1,256})\2\s{0,4}\))\.(?:write_text|write_bytes|touch|unlink|rmdir|mkdir|rename|replace_file|symlink_to)\(/g

/** Functions whose first text is a file they write. */
const SAVES =
  /\b(?:to_(?:csv|json|parquet|excel|pickle|feather|hdf|html|markdown|sql)|savefig|imwrite|imsave|save_pretrained|push_to_hub|savetxt|savez|savez_compressed|urlretrieve|writeFile|writeFileSync|appendFile|appendFileSync|mkdirSync|unlinkSync|renameSync|rmSync|copyFileSync|createWriteStream|file_put_contents|write_csv|writeLines|saveRDS|write\.csv|write\.table|File\.write|np\.save|numpy\.save|torch\.save|joblib\.dump|image\.save|img\.save|\.save)\(\s{0,8}(?:[\w.]{1,64}\s{0,4},\s{0,4})?(?:(['"`])([^'"`\n]{1,256})\1)?/g

/** Calls that change files without naming them first, or change something that is not a file. */
const CHANGES =
  /\b(?:(?:json|pickle|yaml|toml|marshal)\.(?:safe_)?dump\(|shutil\.(?:copy|copy2|copyfile|copytree|move|rmtree|unpack_archive|make_archive)\(|os\.(?:remove|rename|replace|unlink|makedirs|mkdir|rmdir|symlink|link|chmod|chown|truncate|kill)\(|\.extractall\(|\.executescript\(|FileUtils\.|fs\.promises\.(?:writeFile|mkdir|rm)|ZipFile\([^)\n]{1,128}['"]w['"]|\.sendmail\(|cv2\.VideoWriter\()|(?:execute|executemany|query|exec)\(\s{0,8}['"`]{1,3}\s{0,16}(?:INSERT|UPDATE|DELETE|CREATE|DROP|ALTER|REPLACE)\b|\.download\(\s{0,4}(?:output_path|filename|['"])/

const ASSIGNED =
  /\b([A-Za-z_]\w{0,63})\s{0,4}=\s{0,4}(?:[A-Za-z_.]{0,32}\(\s{0,4})?[rfbu]?(['"])([^'"\n]{1,256})\2/g

/** Code that fetches what other code needs. */
const INSTALLS =
  /\b(?:install\.packages|install_github|Pkg\.add|pip\.main|snapshot_download|hf_hub_download|nltk\.download)\(/

export function readCode(code: string): CodeEffects {
  const text = code.slice(0, CODE_CHARS_MAX)
  const paths = readPaths(text)
  const opened = readOpens(text, paths)
  const written = [...readMethods(text, paths), ...readSaves(text)]
  const installs = INSTALLS.test(text)
  return {
    installs,
    changes: installs || CHANGES.test(text) || opened.writes.length > 0 || written.length > 0,
    writes: [...opened.writes, ...written].filter((path) => path !== UNKNOWN_PATH),
    reads: opened.reads
  }
}

/** A file is written, but only a run would tell which. */
const UNKNOWN_PATH = ''

function readOpens(
  text: string,
  paths: Paths
): { readonly writes: string[]; readonly reads: string[] } {
  const writes: string[] = []
  const reads: string[] = []
  for (const call of matches(OPENS, text)) {
    const path = call[2] ?? paths.get((call[3] ?? '').trim()) ?? UNKNOWN_PATH
    if (/[wax>+]/.test(call[5] ?? '')) writes.push(path)
    else if (path !== UNKNOWN_PATH) reads.push(path)
  }
  return { writes, reads }
}

function readMethods(text: string, paths: Paths): readonly string[] {
  return [...matches(METHODS, text)].map(
    (call) => call[3] ?? paths.get(call[1] ?? '') ?? UNKNOWN_PATH
  )
}

function readSaves(text: string): readonly string[] {
  return [...matches(SAVES, text)].map((call) => call[2] ?? UNKNOWN_PATH)
}

type Paths = ReadonlyMap<string, string>

function readPaths(text: string): Paths {
  const paths = new Map<string, string>()
  for (const match of text.matchAll(ASSIGNED)) {
    if (paths.size >= PATHS_MAX) break
    paths.set(match[1] ?? '', match[3] ?? '')
  }
  return paths
}

function* matches(pattern: RegExp, text: string): Generator<RegExpExecArray> {
  let count = 0
  for (const match of text.matchAll(pattern)) {
    yield match
    count += 1
    if (count >= WRITES_MAX) return
  }
}

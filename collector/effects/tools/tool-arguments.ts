// The arguments of a tool call as named texts. They come as JSON, as JSON cut in the middle, or as plain
// text; a cut must not lose the path that stands before it.

/** Arguments looked at; tools take a handful. */
const ARGUMENTS_MAX = 64

/** Levels of nested arguments: `edits[0].newText` is two below the top. */
const NESTING_MAX = 3

export interface ToolArguments {
  /** First text given under one of `names`. */
  find(...names: readonly string[]): string | undefined
  /** All texts under one of `names`, nested ones included. */
  findAll(...names: readonly string[]): readonly string[]
}

export function readArguments(text: string): ToolArguments {
  const named = new Map<string, string[]>()
  const trimmed = text.trimStart()
  if (trimmed.startsWith('{') || trimmed.startsWith('[')) {
    const value = parseJson(trimmed)
    if (value === undefined) scanStrings(trimmed, named)
    else gather('', value, named, 0)
  }
  return {
    find: (...names) => {
      for (const name of names) {
        const texts = named.get(name)
        if (texts?.[0] !== undefined) return texts[0]
      }
      return undefined
    },
    findAll: (...names) => names.flatMap((name) => named.get(name) ?? [])
  }
}

function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return value
  } catch {
    return undefined
  }
}

function gather(name: string, value: unknown, named: Map<string, string[]>, level: number): void {
  if (typeof value === 'string') add(named, name, value)
  else if (Array.isArray(value)) gatherList(name, value, named, level)
  else if (typeof value === 'object' && value !== null && level <= NESTING_MAX) {
    for (const [key, inner] of Object.entries(value).slice(0, ARGUMENTS_MAX)) {
      gather(key, inner, named, level + 1)
    }
  }
}

/** A list of words is a command (`["bash", "-lc", "ls"]`); a list of objects is many edits. */
function gatherList(
  name: string,
  list: readonly unknown[],
  named: Map<string, string[]>,
  level: number
): void {
  const words = list.filter((item) => typeof item === 'string')
  if (words.length === list.length && words.length > 0) {
    if (/^(?:command|cmd|argv|args)$/.test(name)) add(named, name, joinWords(words))
    else for (const word of words.slice(0, ARGUMENTS_MAX)) add(named, name, word)
    return
  }
  for (const item of list.slice(0, ARGUMENTS_MAX)) gather(name, item, named, level + 1)
}

function joinWords(words: readonly string[]): string {
  return words
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`))
    .join(' ')
}

function add(named: Map<string, string[]>, name: string, text: string): void {
  const texts = named.get(name)
  if (texts === undefined) {
    if (named.size < ARGUMENTS_MAX) named.set(name, [text])
  } else if (texts.length < ARGUMENTS_MAX) texts.push(text)
}

/** `"name": "text` up to the closing quote or the end, wherever they stand. */
function scanStrings(text: string, named: Map<string, string[]>): void {
  const opening = /"([A-Za-z_]\w{0,63})"\s{0,8}:\s{0,8}"/g
  for (let match = opening.exec(text); match !== null; match = opening.exec(text)) {
    const start = opening.lastIndex
    const end = closingQuote(text, start)
    add(named, match[1] ?? '', unescape(text.slice(start, end)))
    opening.lastIndex = end
  }
}

function closingQuote(text: string, start: number): number {
  for (let at = start; at < text.length; at += 1) {
    const char = text[at]
    if (char === '\\') at += 1
    else if (char === '"') return at
  }
  return text.length
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' }

function unescape(text: string): string {
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/gs, (_whole, hex, char) =>
    typeof hex === 'string'
      ? String.fromCharCode(Number.parseInt(hex, 16))
      : (ESCAPES[String(char)] ?? String(char))
  )
}

// The output of a test run as lines: colours off, a terminal's line breaks undone, everything bounded.

/** Twice what a verifier's output is cut to; summaries stand at the end, so the end is kept. */
const OUTPUT_CHARS_MAX = 131_072

/** Longer lines are data in an assertion; their front says what failed. */
const LINE_CHARS_MAX = 2_000

/** Narrower terminals are not used, and lines of equal length below this prove nothing. */
const TERMINAL_COLUMNS_MIN = 60

const ESCAPE = String.fromCharCode(0x1b)
const BELL = String.fromCharCode(0x07)

/**
 * Colours and titles: https://ecma-international.org/publications-and-standards/standards/ecma-48/
 * Not util.stripVTControlCharacters, which takes quadratic time on an escape before many semicolons.
 */
const ESCAPE_SEQUENCE = new RegExp(
  String.raw`${ESCAPE}(?:\[[0-9;?]{0,32}[ -/]{0,4}[@-~]|\][^${BELL}${ESCAPE}]{0,256}(?:${BELL}|${ESCAPE}\\))`,
  'g'
)

export function readLines(output: string): readonly string[] {
  const text = output.slice(-OUTPUT_CHARS_MAX).replace(ESCAPE_SEQUENCE, '')
  const lines = text.split('\n').map((line) => line.slice(0, LINE_CHARS_MAX).replace(/\r$/, ''))
  return unwrap(lines)
}

/**
 * A terminal breaks lines at its width, and then many lines are exactly as long as the longest. Such
 * lines go on in the next one; rulers (`====`) fill the width by themselves.
 */
function unwrap(lines: readonly string[]): readonly string[] {
  const width = lines.reduce((longest, line) => Math.max(longest, line.length), 0)
  const full = lines.filter((line) => line.length === width)
  if (width < TERMINAL_COLUMNS_MIN || full.length < 2) return lines
  const joined: string[] = []
  let open = ''
  for (const line of lines) {
    const goesOn = line.length === width && !isRuler(line)
    if (goesOn && open.length < LINE_CHARS_MAX) open += line
    else {
      joined.push(open + line)
      open = ''
    }
  }
  if (open !== '') joined.push(open)
  return joined
}

function isRuler(line: string): boolean {
  return /^(?:[=_\-~*#─━ ] ?){8}/.test(line) || /(?:={8}|_{8}|-{8})$/.test(line)
}

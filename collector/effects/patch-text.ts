// Files and added text of a patch: unified diffs, and the `*** Begin Patch` form of Codex.

/** Lines of a patch that are looked at; a step's text holds fewer. */
const LINES_MAX = 8_192

export interface PatchText {
  readonly files: readonly string[]
  /** Added lines without their `+`. */
  readonly added: string
}

const FILE_LINE =
  /^(?:\*\*\* (?:Add|Update|Delete) File: |\*\*\* Move to: |\+\+\+ (?:b\/)?)([^\t\n]{1,512})/

export function readPatch(text: string): PatchText {
  const files: string[] = []
  const added: string[] = []
  for (const line of text.split('\n', LINES_MAX)) {
    const file = FILE_LINE.exec(line)?.[1]?.trim()
    if (file !== undefined) files.push(file)
    else if (line.startsWith('+')) added.push(line.slice(1))
    else if (line.startsWith('--- a/')) files.push(line.slice('--- a/'.length).split('\t')[0] ?? '')
  }
  return { files: [...new Set(files)], added: added.join('\n') }
}

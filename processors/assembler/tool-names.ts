// One tool under the names that different layers give it: the server's name, and the client's with the
// server in front (`mcp__files__read`, `files.read`, `files/read`).

const SERVER_SEPARATOR = /__|[./:]/

/** True when both names mean one tool, or when a layer did not name it. */
export function isSameTool(one: string | undefined, other: string | undefined): boolean {
  if (!one || !other || one === other) return true
  return endsInName(one, other) || endsInName(other, one)
}

function endsInName(long: string, name: string): boolean {
  const rest = long.length - name.length
  if (rest < 1 || !long.endsWith(name)) return false
  return SERVER_SEPARATOR.test(long.slice(Math.max(0, rest - 2), rest))
}

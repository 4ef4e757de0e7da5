// A unified diff of one hunk: what two texts have in common at both ends is left out, what is between is
// replaced. Linear and small on purpose; an agent's edit is mostly one place, and a library that finds the
// shortest diff is larger than this package.

const CONTEXT_LINES = 3

export function unifiedDiff(path: string, before: string, after: string): string {
  const old = before === '' ? [] : before.split('\n')
  const now = after === '' ? [] : after.split('\n')
  let start = 0
  while (start < old.length && start < now.length && old[start] === now[start]) start += 1
  let end = 0
  const most = Math.min(old.length, now.length) - start
  while (end < most && old[old.length - 1 - end] === now[now.length - 1 - end]) end += 1
  const from = Math.max(0, start - CONTEXT_LINES)
  const lead = old.slice(from, start).map((line) => ` ${line}`)
  const removed = old.slice(start, old.length - end).map((line) => `-${line}`)
  const added = now.slice(start, now.length - end).map((line) => `+${line}`)
  const tail = old
    .slice(old.length - end, old.length - end + Math.min(end, CONTEXT_LINES))
    .map((line) => ` ${line}`)
  const around = lead.length + tail.length
  const counts = [removed.length + around, added.length + around]
  const [oldAt, newAt] = counts.map((count) => (count === 0 ? 0 : from + 1))
  return [
    `--- a/${path}`,
    `+++ b/${path}`,
    `@@ -${oldAt},${counts[0]} +${newAt},${counts[1]} @@`,
    ...lead,
    ...removed,
    ...added,
    ...tail
  ].join('\n')
}

// Columns as wide as their widest cell. Cells are printable already.

export function renderTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const table = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)))
  const lines = table.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  )
  return `${lines.join('\n')}\n`
}

/** To the second; UTC, as the head of the column says. */
export function formatTime(iso: string): string {
  return iso.slice(0, 19).replace('T', ' ')
}

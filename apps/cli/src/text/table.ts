/** Columns under their headings, three blanks apart, as docker aligns them. The last column is not padded. */
export function formatTable(headings: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [headings, ...rows]
  const widths = headings.map(() => 0)
  for (const row of all)
    for (const [column, width] of widths.entries()) widths[column] = Math.max(width, row[column]?.length ?? 0)
  return all.map((row) => {
    let line = ''
    for (let column = 0; column < row.length - 1; column++) line += row[column]?.padEnd((widths[column] ?? 0) + 3) ?? ''
    return line + (row.at(-1) ?? '')
  })
}

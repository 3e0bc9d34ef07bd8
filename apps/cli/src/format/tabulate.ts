/** Columns are as wide as their widest cell and this many blanks. */
const padding = 3
/** docker's tables have no narrower column. */
const narrowest = 10

/**
 * Aligns what tabs separate, as Go's tabwriter does for docker: a column is the cells of neighbouring lines, and the last
 * cell of a line belongs to none.
 */
export function tabulate(lines: readonly string[]): readonly string[] {
  const rows = lines.map((line) => line.split('\t'))
  const widths = rows.map((): number[] => [])
  for (const [at, row] of rows.entries())
    for (let column = 0; column < row.length - 1; column += 1) {
      if (widths[at]?.[column] !== undefined) continue
      let end = at
      let width = narrowest
      for (; end < rows.length && (rows[end]?.length ?? 0) - 1 > column; end += 1)
        width = Math.max(width, widthOf(rows[end]?.[column]) + padding)
      for (let each = at; each < end; each += 1) (widths[each] ?? [])[column] = width
    }
  return rows.map((row, at) =>
    row
      .map((cell, column) =>
        column === row.length - 1 ? cell : cell + blanks((widths[at]?.[column] ?? 0) - widthOf(cell)),
      )
      .join(''),
  )
}

const blanks = (count: number): string => ' '.repeat(Math.max(0, count))

const widthOf = (cell = ''): number => Array.from(cell).length

const gap = 3
/** Below this a cell says nothing any more. */
const narrowest = 8

/**
 * Columns under their headings, three blanks apart, as docker aligns them. The last column is not padded.
 *
 * @param options.width columns of a screen: the widest cells lose their middle until no line wraps. Default: nothing is cut
 */
export function formatTable(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  { width }: { readonly width?: number | undefined } = {},
): string[] {
  const all = [headings, ...rows]
  const needed = headings.map(() => 0)
  for (const row of all)
    for (const [column, most] of needed.entries()) needed[column] = Math.max(most, row[column]?.length ?? 0)
  const widths = width === undefined ? needed : fitted(needed, headings, width)
  return all.map((row) => {
    let line = ''
    for (const [column, cell] of row.entries()) {
      const shown = shorten(cell, widths[column] ?? cell.length)
      line += column < row.length - 1 ? shown.padEnd((widths[column] ?? 0) + gap) : shown
    }
    return line
  })
}

/** Takes from the widest column first. What does not fit then wraps. */
function fitted(needed: readonly number[], headings: readonly string[], width: number): readonly number[] {
  const widths = [...needed]
  const least = headings.map((heading) => Math.max(narrowest, heading.length))
  let excess = widths.reduce((sum, each) => sum + each, gap * (widths.length - 1)) - width
  while (excess > 0) {
    let widest = -1
    for (const [column, each] of widths.entries())
      if (each > (least[column] ?? 0) && each > (widths[widest] ?? 0)) widest = column
    if (widest < 0) break
    widths[widest] = (widths[widest] ?? 0) - 1
    excess -= 1
  }
  return widths
}

/** The start and the end of a text are what tells it from others. */
function shorten(text: string, width: number): string {
  if (text.length <= width) return text
  const end = Math.floor((width - 1) / 2)
  return `${text.slice(0, width - 1 - end)}…${text.slice(text.length - end)}`
}

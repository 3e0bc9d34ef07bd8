const gap = 3
/** Below this a cell says little. */
const narrowest = 8
/** Where not even that fits, so that no line wraps. */
const last = 3
/** Words that are folded need so much room. */
const narrowestFold = 24

export interface TableOptions {
  /** Columns of a screen: the widest cells lose their middle until no line wraps. Default: nothing is cut. */
  readonly width?: number | undefined
  /** The last column has sentences: where they do not fit they go on below, in their column. Default false: they are cut as others are. */
  readonly foldsLast?: boolean | undefined
}

/**
 * Columns under their headings, three blanks apart, as docker aligns them. The last column is not padded.
 */
export function formatTable(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  { width, foldsLast = false }: TableOptions = {},
): string[] {
  const all = [headings, ...rows]
  const needed = headings.map(() => 0)
  for (const row of all)
    for (const [column, most] of needed.entries()) needed[column] = Math.max(most, row[column]?.length ?? 0)
  const lastColumn = headings.length - 1
  const sentences = needed[lastColumn] ?? 0
  if (width !== undefined && foldsLast) {
    const beside = needed.slice(0, -1).reduce((sum, each) => sum + each + gap, 0)
    needed[lastColumn] = Math.min(sentences, Math.max(narrowestFold, width - beside))
  }
  const widths = width === undefined ? needed : fitted(needed, headings, width)
  const room = widths[lastColumn] ?? 0
  return (foldsLast ? all.flatMap((row) => folded(row, lastColumn, room)) : all).map((row) => {
    let line = ''
    for (const [column, cell] of row.entries()) {
      const shown = shorten(cell, widths[column] ?? cell.length)
      line += column < row.length - 1 ? shown.padEnd((widths[column] ?? 0) + gap) : shown
    }
    return line
  })
}

/** A row as several, of which the others have the rest of the sentence alone. */
function folded(row: readonly string[], column: number, room: number): readonly (readonly string[])[] {
  const [first = '', ...others] = fold(row[column] ?? '', room)
  return [row.with(column, first), ...others.map((line) => row.map((_, at) => (at === column ? line : '')))]
}

/** Between words where it can be. */
function fold(text: string, room: number): readonly string[] {
  const lines: string[] = []
  let rest = text
  while (rest.length > room) {
    const blank = rest.lastIndexOf(' ', room)
    const end = blank > 0 ? blank : room
    lines.push(rest.slice(0, end))
    rest = rest.slice(blank > 0 ? end + 1 : end)
  }
  return [...lines, rest]
}

/** Takes from the widest column first: down to what says something, then below that. */
function fitted(needed: readonly number[], headings: readonly string[], width: number): readonly number[] {
  const readable = headings.map((heading) => Math.max(narrowest, heading.length))
  return narrowed(
    narrowed(needed, readable, width),
    headings.map(() => last),
    width,
  )
}

function narrowed(from: readonly number[], least: readonly number[], width: number): readonly number[] {
  const widths = [...from]
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

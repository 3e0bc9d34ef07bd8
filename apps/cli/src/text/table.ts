/** Columns under their headings, three blanks apart, as docker aligns them. The last column is not padded. */
export function formatTable(headings: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = headings.map((heading, column) =>
    // A history of hundreds of thousands of steps is more than a call has arguments.
    rows.reduce((most, row) => Math.max(most, row[column]?.length ?? 0), heading.length),
  )
  return [headings, ...rows].map((row) =>
    row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd((widths[column] ?? 0) + 3))).join(''),
  )
}

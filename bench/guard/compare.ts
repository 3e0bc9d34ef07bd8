/** By command, in millions of instructions. */
export type Counts = Readonly<Record<string, number>>

/** What a command may take beyond the table. */
export const tolerance = 0.1

/** A line for each command that takes too much, or that the table does not know. */
export function excessOf(table: Counts, counted: Counts): readonly string[] {
  return Object.entries(counted).flatMap(([name, now]) => {
    const then = table[name]
    if (then === undefined) return [`${name}: ${now} million instructions, and the table has none`]
    if (now <= then * (1 + tolerance)) return []
    return [
      `${name}: ${now} million instructions, ${((now / then - 1) * 100).toFixed(1)} % more than the ${then} of the table`,
    ]
  })
}

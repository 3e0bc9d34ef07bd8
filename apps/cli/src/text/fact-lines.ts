import { printable } from '@lading/errors'

export type FactLine = readonly [name: string, value: string | readonly string[] | undefined]

/** Names and values under each other, for people: what is not there has no line. */
export function factLines(facts: readonly FactLine[]): readonly string[] {
  const width = Math.max(...facts.map(([name]) => name.length)) + 2
  return facts.flatMap(([name, value]) => {
    const values = typeof value === 'string' ? [value] : (value ?? [])
    return values.map((text, index) => `${(index === 0 ? `${name}:` : '').padEnd(width)}${printable(text, 4096)}`)
  })
}

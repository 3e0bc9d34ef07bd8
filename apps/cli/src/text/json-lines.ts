import { jsonText } from './json-line.ts'

/** Where a list stands: as the last member of an object with these others. */
export interface ListMember {
  readonly others: Readonly<Record<string, unknown>>
  readonly member: string
}

/**
 * The lines of what `jsonText` would give of a list, as its items come, so that one of any length fits in memory. Nothing
 * comes before the first item: a list that fails at once prints nothing.
 *
 * @param within default: the list by itself
 */
export async function* jsonLines(
  items: AsyncIterable<unknown> | Iterable<unknown>,
  within?: ListMember,
): AsyncGenerator<string, void, undefined> {
  const empty = within === undefined ? '[]' : jsonText({ ...within.others, [within.member]: [] })
  const bracket = empty.lastIndexOf('[') + 1
  const indent = within === undefined ? '  ' : '    '
  let last: string | undefined
  for await (const item of items) {
    yield last === undefined ? empty.slice(0, bracket) : `${last},`
    last = `${indent}${jsonText(item).replaceAll('\n', `\n${indent}`)}`
  }
  if (last === undefined) {
    yield empty
    return
  }
  yield last
  yield `${indent.slice(2)}${empty.slice(bracket)}`
}

import type { CommandContext } from '../context.ts'
import { jsonLines, type ListMember } from '../text/json-lines.ts'
import { printLines } from './print-lines.ts'

export interface ListOptions {
  readonly json?: boolean | undefined
  readonly limit?: number | undefined
}

/** No more than is wanted, where that is less than registries give by themselves; some refuse to give more. */
export const pageSizeFor = ({ limit }: ListOptions): number | undefined =>
  limit !== undefined && limit <= 100 ? limit : undefined

/** Prints a list as it comes, in bounded memory: line by line, or as JSON. */
export async function printList(
  list: AsyncIterable<string>,
  { json = false, limit = Number.POSITIVE_INFINITY }: ListOptions,
  { output }: CommandContext,
  within: ListMember,
): Promise<void> {
  const entries = first(limit, list)
  await printLines(json ? jsonLines(entries, within) : entries, output)
}

async function* first(limit: number, list: AsyncIterable<string>): AsyncGenerator<string, void, undefined> {
  let left = limit
  if (left <= 0) return
  for await (const entry of list) {
    yield entry
    if (--left <= 0) return
  }
}

/** Exactly these bytes to standard output. On a terminal a line that is not ended is ended, so that the prompt stands on its own. */
export async function writeRaw(bytes: Uint8Array, { output }: CommandContext): Promise<void> {
  await output.write(bytes)
  if (output.interactive && bytes.at(-1) !== 0x0a) await output.write(Uint8Array.of(0x0a))
}

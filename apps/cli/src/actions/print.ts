import type { CommandContext } from '../context.ts'
import { jsonText } from '../text/json-line.ts'

export interface ListOptions {
  readonly json?: boolean | undefined
  readonly limit?: number | undefined
}

/** No more than is wanted, where that is less than registries give by themselves; some refuse to give more. */
export const pageSizeFor = ({ limit }: ListOptions): number | undefined =>
  limit !== undefined && limit <= 100 ? limit : undefined

/** Prints a list line by line as it comes, or whole as JSON. */
export async function printList(
  list: AsyncIterable<string>,
  { json = false, limit = Number.POSITIVE_INFINITY }: ListOptions,
  { print }: CommandContext,
  asJson: (list: readonly string[]) => unknown,
): Promise<void> {
  const all: string[] = []
  let count = 0
  if (limit > 0) {
    for await (const entry of list) {
      if (json) all.push(entry)
      else print(entry)
      count += 1
      if (count >= limit) break
    }
  }
  if (json) print(jsonText(asJson(all)))
}

/** Exactly these bytes to standard output. On a terminal a line that is not ended is ended, so that the prompt stands on its own. */
export async function writeRaw(bytes: Uint8Array, { output }: CommandContext): Promise<void> {
  await output.write(bytes)
  if (output.interactive && bytes.at(-1) !== 0x0a) await output.write(Uint8Array.of(0x0a))
}

import type { AbortOptions } from '@lading/clock'
import type { Digest } from '@lading/digest'
import { presentIn } from './documents.ts'
import type { Engine } from './engine.ts'
import { allGenerations, presentGenerations, type Generations } from './generations.ts'
import { readAhead } from './read-ahead.ts'

export interface ListedBlob {
  readonly digest: Digest
  readonly size: number
  readonly modifiedMs: number
}

/** How many blobs are asked at once for their size. */
const atOnce = 16

/** What is present, in the order of the keys. */
export async function* listBlobs(
  engine: Engine,
  { signal }: AbortOptions = {},
): AsyncGenerator<ListedBlob, void, undefined> {
  async function* sized(batch: readonly Generations[]): AsyncGenerator<ListedBlob, void, undefined> {
    const read = (found: Generations): ReturnType<typeof presentIn> => presentIn(engine, found, { signal })
    for await (const { item, value } of readAhead(batch, read, atOnce))
      if (value !== undefined) yield { digest: item.digest, size: value.size, modifiedMs: value.modifiedMs }
  }
  let batch: Generations[] = []
  for await (const found of allGenerations(engine.objects, { signal })) {
    if (presentGenerations(found).length > 0) batch.push(found)
    if (batch.length < atOnce) continue
    yield* sized(batch)
    batch = []
  }
  yield* sized(batch)
}

import type { AbortOptions } from '@lading/clock'
import type { Digest } from '@lading/digest'
import type { Engine } from './engine.ts'
import { readGenerations, type Generations } from './generations.ts'
import type { OwnGeneration } from './own-generation.ts'

/**
 * Of an owner that has said that what it brought is discarded. An heir that claimed the blob before that may have adopted
 * it; one that claims it from now on reads that it may not.
 */
export async function removeOwnChunks(
  { objects }: Engine,
  digest: Digest,
  { own, ...options }: AbortOptions & { readonly own: OwnGeneration },
): Promise<void> {
  const { all, top } = await readGenerations(objects, digest, options)
  if (top !== own.number) return
  const chunks = all.flatMap((generation) => generation.chunks).filter(({ nonce }) => nonce === own.nonce)
  await Promise.all(chunks.map(({ key }) => objects.remove(key, options)))
}

/**
 * What earlier owners have left and `by`, which is done now, has no use for. Not while there is an heir, who may have
 * adopted it; whoever claims the blob from now on sees that it is done. What is older than an older copy is left alone: it
 * may be read.
 *
 * @param found what there was before it was done
 */
export async function removeSurpassed(
  { objects }: Engine,
  found: Generations,
  { by, keep }: { readonly by: number; readonly keep: ReadonlySet<string> },
): Promise<void> {
  const from = Math.max(found.condemned, ...found.all.map(({ number, done }) => (done === undefined ? 0 : number)))
  const surpassed = found.all.filter(({ number, forsaken }) => number > from && number < by && !forsaken)
  if (surpassed.length === 0 || (await readGenerations(objects, found.digest)).top !== by) return
  const keys = surpassed.flatMap((generation) => generation.keys).filter((key) => !keep.has(key))
  await Promise.all(keys.map((key) => objects.remove(key)))
}

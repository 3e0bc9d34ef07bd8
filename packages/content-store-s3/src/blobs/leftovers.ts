import type { Amount, Leftovers } from '@lading/content-store'
import type { Digest } from '@lading/digest'
import { generationKeys, prefixes, unnamedOwner } from '../layout.ts'
import { doneSize, headBytes } from './done-document.ts'
import type { Engine } from './engine.ts'
import { allGenerations, presentGenerations, type Generations } from './generations.ts'

const nothing: Amount = { files: 0, bytes: 0 }

/** What is kept beside content that counts. */
export async function countLeftovers(engine: Engine): Promise<Leftovers> {
  const { objects } = engine
  let [trash, quarantine, downloads, temporary] = [nothing, nothing, nothing, nothing]
  for await (const found of allGenerations(objects)) {
    trash = plus(trash, await condemnedIn(engine, found))
    for (const { number } of presentGenerations(found).slice(1))
      quarantine = plus(quarantine, { files: 1, bytes: await sizeOf(engine, found.digest, number) })
    for (const { number, claimed, done, chunks } of found.all)
      if (claimed && done === undefined && number > found.condemned)
        downloads = plus(downloads, { files: 1, bytes: chunks.reduce((sum, { size }) => sum + size, 0) })
  }
  for await (const { key, size } of objects.list(prefixes.unnamed))
    if (unnamedOwner(key) !== undefined) temporary = plus(temporary, { files: 1, bytes: size })
  return { trash, quarantine, downloads, temporary }
}

/** Copies of the blob that are condemned, and their bytes. */
const condemnedIn = (engine: Engine, { digest, all, condemned }: Generations): Promise<Amount> =>
  copiesOf(
    engine,
    digest,
    all.flatMap(({ number, done }) => (done !== undefined && number <= condemned ? [number] : [])),
  )

/** These copies of a blob, and their bytes. */
export async function copiesOf(engine: Engine, digest: Digest, generations: readonly number[]): Promise<Amount> {
  let sum = nothing
  for (const number of generations) sum = plus(sum, { files: 1, bytes: await sizeOf(engine, digest, number) })
  return sum
}

async function sizeOf({ objects }: Engine, digest: Digest, number: number): Promise<number> {
  const bytes = await objects.get(generationKeys(digest, number).done, { range: { start: 0, end: headBytes } })
  return (bytes && doneSize(bytes)) ?? 0
}

export const plus = (one: Amount, other: Amount): Amount => ({
  files: one.files + other.files,
  bytes: one.bytes + other.bytes,
})

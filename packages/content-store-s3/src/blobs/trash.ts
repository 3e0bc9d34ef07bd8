import type { Amount, ContentStore, Leftovers } from '@lading/content-store'
import type { Digest } from '@lading/digest'
import { generationKeys } from '../layout.ts'
import { newNonce } from '../nonce.ts'
import type { Engine } from './engine.ts'
import { allGenerations, presentGenerations, readGenerations, type Generations } from './generations.ts'
import { condemnedIn, plus } from './leftovers.ts'

type RemoveOptions = Parameters<ContentStore['remove']>[1]
type EmptyOptions = Parameters<ContentStore['emptyTrash']>[0]

/** Condemns all generations that there are. */
export async function condemn(
  { objects }: Engine,
  digest: Digest,
  { assertHeld }: RemoveOptions = {},
): Promise<boolean> {
  const found = await readGenerations(objects, digest)
  if (presentGenerations(found).length === 0) return false
  await assertHeld?.()
  const mark = new TextEncoder().encode(JSON.stringify({ nonce: newNonce() }))
  return (await objects.create(generationKeys(digest, found.top).condemned, mark)) === 'created'
}

/** What was condemned and is needed comes back; all else of it is deleted. */
export async function emptyTrash(engine: Engine, { needed, dryRun = false }: EmptyOptions = {}): Promise<Leftovers> {
  const { objects, times, clock } = engine
  const none: Amount = { files: 0, bytes: 0 }
  const condemned: Generations[] = []
  for await (const found of allGenerations(objects)) if (found.condemned > 0) condemned.push(found)
  if (!dryRun && condemned.length > 0) await clock.sleep(times.graceMs)
  const still = !dryRun && condemned.length > 0 ? await needed?.() : undefined
  let trash = none
  for (const found of condemned) {
    if (still?.has(found.digest) === true) await takeBack(engine, found)
    else {
      trash = plus(trash, await condemnedIn(engine, found))
      if (!dryRun) await deleteCondemned(engine, found)
    }
  }
  return { trash, quarantine: none, downloads: none, temporary: none }
}

async function takeBack({ objects }: Engine, { digest, condemned }: Generations): Promise<void> {
  await objects.remove(generationKeys(digest, condemned).condemned)
}

/** The list of chunks first, the mark last: whatever a kill leaves is condemned, and none of it is done. */
async function deleteCondemned({ objects }: Engine, { digest, all, condemned }: Generations): Promise<void> {
  const mark = generationKeys(digest, condemned).condemned
  const keys = all.filter(({ number }) => number <= condemned).flatMap((generation) => generation.keys)
  const done = keys.filter((key) => key.endsWith('/done'))
  for (const key of done) await objects.remove(key)
  await Promise.all(keys.filter((key) => key !== mark && !done.includes(key)).map((key) => objects.remove(key)))
  await objects.remove(mark)
}

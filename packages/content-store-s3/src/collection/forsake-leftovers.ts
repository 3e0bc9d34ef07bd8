import type { Digest } from '@lading/digest'
import { parseDone } from '../blobs/done-document.ts'
import type { Engine } from '../blobs/engine.ts'
import { generationKeys, parseBlobKey } from '../layout.ts'
import { newNonce } from '../nonce.ts'
import { presentIn } from '../protocol/blob-look.ts'
import { mark } from '../protocol/collect.ts'
import { forsake } from '../protocol/forsake.ts'
import { bytesOf, run, textOf, type Ground } from '../protocol/run.ts'
import type { ListedBlobLook } from './marked-blobs.ts'
import { storeTime } from './store-time.ts'

/**
 * Announces that what nobody goes on with will be deleted. It is looked at once more before it is.
 *
 * @param announced told of the key of each marker
 */
export function createForsaking(
  { objects, times }: Engine,
  ground: Ground,
  announced: (key: string) => void,
): (littered: readonly ListedBlobLook[], options: { readonly quarantine: boolean }) => Promise<void> {
  /** Generations that copies took chunks of, each as long as the copies are these. */
  let inUse = new Set<string>()

  async function condemnUpTo(digest: Digest, n: number): Promise<void> {
    const { nonce } = await run(mark(digest, n, newNonce()), ground)
    announced(generationKeys(digest, n).condemned(nonce))
  }

  return async (littered, { quarantine }) => {
    let nowMs: number | undefined
    const isAbandoned = async (modifiedMs: number): Promise<boolean> => {
      nowMs ??= await storeTime(objects)
      return nowMs - modifiedMs > times.abandonedMs
    }
    const used = new Set<string>()
    for (const blob of littered) {
      const { digest, condemned, top, parts, modifiedMs } = blob
      const newest = presentIn(blob)
      if (newest === 0) {
        if (await isAbandoned(modifiedMs)) await condemnUpTo(digest, top)
        continue
      }
      const doneOf = async (n: number): Promise<string> => {
        const bytes = await objects.get(generationKeys(digest, n).done)
        return bytes === undefined ? '' : textOf(bytes)
      }
      if (quarantine && parts.some(({ n }) => n > condemned && n < newest)) {
        const upTo = Math.min(newest, lowestOf(await doneOf(newest)) ?? 0) - 1
        if (upTo > condemned) await condemnUpTo(digest, upTo)
      }
      const copies = parts.flatMap(({ isDone, n }) => (isDone && n > condemned ? [n] : []))
      for (const { n, modifiedMs: lastMs } of strays(blob)) {
        const key = `${digest} ${n} ${copies.join(' ')}`
        if (!inUse.has(key)) {
          if (!(await isAbandoned(lastMs))) continue
          const taken = (await Promise.all(copies.map(doneOf))).flatMap(generationsIn)
          if (!taken.includes(n)) {
            const { nonce } = await run(forsake(digest, n, newNonce()), ground)
            announced(generationKeys(digest, n).forsaken(nonce))
            continue
          }
        }
        used.add(key)
      }
    }
    inUse = used
  }
}

/** Generations that are not done, beside one that makes the blob present, and that nobody has announced yet. */
function strays({
  parts,
  forsaken,
  condemned,
  modifiedOf,
}: ListedBlobLook): readonly { readonly n: number; readonly modifiedMs: number }[] {
  const known = new Set([...parts.filter(({ isDone }) => isDone), ...forsaken].map(({ n }) => n))
  return Array.from(modifiedOf, ([n, modifiedMs]) => ({ n, modifiedMs })).filter(
    ({ n }) => n > condemned && !known.has(n),
  )
}

/** Of the generations that chunks are taken from. */
export function lowestOf(done: string): number | undefined {
  return parseDone(bytesOf(done)) && Math.min(...generationsIn(done))
}

const generationsIn = (done: string): readonly number[] =>
  parseDone(bytesOf(done))?.chunks.map(({ key }) => parseBlobKey(key)?.generation ?? 0) ?? []

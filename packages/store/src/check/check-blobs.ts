import type { AbortOptions } from '@lading/clock'
import type { StoreFile } from '@lading/content-store'
import { algorithmOf, type Digest } from '@lading/digest'
import { isLadingError } from '@lading/errors'
import type { Uncompressed } from '@lading/layer-store'
import type { Parts } from '../parts.ts'
import { isUnusable } from '../unusable.ts'

export interface BlobOutcome {
  readonly digest: Digest
  readonly path: string
  readonly size: number
  /** `CONTENT_DAMAGED` or `CONTENT_UNREADABLE`. */
  readonly error?: unknown
  readonly layer?: CheckedLayer | undefined
}

interface CheckedLayer {
  /** What its record remembers. */
  readonly known: Uncompressed
  /** What it is. */
  readonly actual?: Uncompressed | undefined
  /** It does not inflate. Neither this nor `actual`: nobody could tell, because of a limit or a thread that died. */
  readonly corrupt?: boolean | undefined
}

/**
 * Reads and hashes every blob. Of a layer with a record the threads of the layer store take both digests at once;
 * everything else is hashed here meanwhile.
 */
export async function checkBlobs(
  parts: Parts,
  files: readonly StoreFile[],
  options: AbortOptions,
): Promise<readonly BlobOutcome[]> {
  const outcomes: BlobOutcome[] = []
  const layers: (() => Promise<void>)[] = []
  const others: (() => Promise<void>)[] = []
  for (const { digest, path } of files) {
    if (digest === undefined) continue
    const known = await parts.layers.known(digest)
    const check = async (): Promise<void> => {
      options.signal?.throwIfAborted()
      const outcome = await checkBlob(parts, { digest, path, known }, options)
      if (outcome !== undefined) outcomes.push(outcome)
    }
    if (known === undefined) others.push(check)
    else layers.push(check)
  }
  await together([inTurn(layers), inTurn(layers), inTurn(others)])
  return outcomes.toSorted((a, b) => (a.digest < b.digest ? -1 : 1))
}

/** `undefined`: it was collected meanwhile. */
async function checkBlob(
  parts: Parts,
  { digest, path, known }: { readonly digest: Digest; readonly path: string; readonly known: Uncompressed | undefined },
  options: AbortOptions,
): Promise<BlobOutcome | undefined> {
  const size = (await parts.contents.stat(digest))?.size ?? 0
  try {
    const layer = known === undefined ? undefined : await checkLayer(parts, { digest, size, known }, options)
    // One that inflated was read and hashed by the way.
    if (layer?.actual === undefined) await parts.contents.verify(digest, options)
    return { digest, path, size, ...(layer === undefined ? {} : { layer }) }
  } catch (error) {
    options.signal?.throwIfAborted()
    if (isLadingError(error, 'CONTENT_UNKNOWN')) return undefined
    if (!isUnusable(error)) throw error
    return { digest, path, size, error }
  }
}

async function checkLayer(
  { layers }: Parts,
  { digest, size, known }: { readonly digest: Digest; readonly size: number; readonly known: Uncompressed },
  options: AbortOptions,
): Promise<CheckedLayer> {
  const algorithms = [known.diffId, ...(known.aliases ?? [])].map(algorithmOf)
  try {
    return { known, actual: await layers.uncompress({ digest, size }, { ...options, algorithms, checksums: false }) }
  } catch (error) {
    options.signal?.throwIfAborted()
    if (!isLadingError(error)) throw error
    const { cause } = error
    const isLimit = isLadingError(cause) && cause.code.endsWith('_LIMIT')
    return { known, corrupt: error.code === 'LAYER_CORRUPT' && !isLimit }
  }
}

async function inTurn(work: (() => Promise<void>)[]): Promise<void> {
  for (let next = work.shift(); next !== undefined; next = work.shift()) await next()
}

/** Nothing runs on when this rejects. */
async function together(all: readonly Promise<void>[]): Promise<void> {
  const outcomes = await Promise.allSettled(all)
  const failed = outcomes.find((outcome) => outcome.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}

import { tryParseDigest, type Digest } from '@lading/digest'
import { printable } from '@lading/errors'
import { searchDigests } from '@lading/image-store'
import type { ImageManifest } from '@lading/manifest'
import { tryParseReference } from '@lading/reference'
import { storedName, type NamedTarget } from '@lading/reference-store'
import type { Parts } from './parts.ts'
import { StoreError } from './store-error.ts'
import { readTree, type StoredImage } from './tree.ts'
import { isReadFailure } from './unusable.ts'

export type Found =
  | { readonly by: 'name'; readonly named: NamedTarget }
  /** At least one name, sorted. */
  | { readonly by: 'id'; readonly id: Digest; readonly named: readonly NamedTarget[] }

/**
 * What a word means here, as docker reads it: a name first, then an image ID or the start of one.
 *
 * @throws `IMAGE_UNKNOWN`, `IMAGE_AMBIGUOUS`; what the system says about reading, where nothing else was found
 */
export async function findImage(parts: Parts, names: readonly NamedTarget[], term: string): Promise<Found> {
  const reference = isWholeId(term) ? undefined : tryParseReference(term)
  if (reference !== undefined) {
    const wanted = storedName(reference)
    const named = names.find(({ name }) => name === wanted)
    if (named !== undefined) return { by: 'name', named }
  }
  const failures: unknown[] = []
  const ids = await idsOf(parts, names, (error) => failures.push(error))
  const search = searchDigests(ids.keys(), term)
  if (search.outcome === 'found') return { by: 'id', id: search.digest, named: ids.get(search.digest) ?? [] }
  // It may be the ID of what could not be read this time.
  if (search.outcome === 'unknown') throw failures.find(isReadFailure) ?? imageUnknown(term)
  throw new StoreError('IMAGE_AMBIGUOUS', `${printable(term)} is the start of ${search.digests.length} image IDs`, {
    reference: term,
    actual: search.digests.slice(0, 10).join(', '),
    hint: 'give more digits of the ID',
  })
}

/** Every image ID that a name reaches, and the names. What cannot be read has no ID to be found by. */
export async function idsOf(
  parts: Parts,
  names: readonly NamedTarget[],
  onUnread: (error: unknown) => void = () => {},
): Promise<ReadonlyMap<Digest, readonly NamedTarget[]>> {
  const ids = new Map<Digest, NamedTarget[]>()
  const imagesAt = new Map<Digest, readonly StoredImage[]>()
  for (const named of names) {
    const { target } = named
    const images =
      imagesAt.get(target.digest) ??
      (await readTree(parts.contents, target).then(
        (tree) => tree.images,
        (error: unknown) => {
          onUnread(error)
          return []
        },
      ))
    imagesAt.set(target.digest, images)
    for (const id of new Set(images.map(({ manifest }) => idOf(manifest)))) ids.set(id, [...(ids.get(id) ?? []), named])
  }
  return ids
}

export const idOf = (manifest: ImageManifest): Digest => manifest.config.digest

// 64 hexadecimal digits are no name to docker, and a digest's algorithm is no repository.
const isWholeId = (term: string): boolean =>
  tryParseDigest(term) !== undefined || tryParseDigest(`sha256:${term}`) !== undefined

export function imageUnknown(term: string): StoreError {
  return new StoreError('IMAGE_UNKNOWN', `No such image: ${printable(term, 300)}`, {
    reference: printable(term, 300),
    hint: 'lading images lists what is here; lading pull downloads an image',
  })
}

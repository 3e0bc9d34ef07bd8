import type { Digest } from '@lading/digest'
import { printable } from '@lading/errors'
import { memberPath, itemPath } from '../json/json-path.ts'
import { ManifestError } from '../manifest-error.ts'
import type { Schema1Manifest } from './schema1-manifest.ts'
import { readV1Image, type V1Image } from './v1-image.ts'

/** One image of the chain that a schema 1 manifest describes. */
export interface Schema1Entry {
  readonly blob: Digest
  /** The entry only changed metadata: its blob is an empty archive that nobody fetches. */
  readonly throwaway: boolean
  readonly image: V1Image
  /** The text that `image` was read from. */
  readonly v1Compatibility: string
}

const imageId = /^[0-9a-f]{64}$/

/**
 * The chain of images in a schema 1 manifest, **base first**, without repeated entries. Image IDs serve only to see that
 * it is a chain: each image's parent is the one below, and none comes twice.
 *
 * @throws ManifestError `SCHEMA1_HISTORY_INVALID`, and the `JSON_` codes
 */
export function foldHistory({
  fsLayers,
  history,
}: Pick<Schema1Manifest, 'fsLayers' | 'history'>): readonly Schema1Entry[] {
  const entries = history.map((v1Compatibility, index): Schema1Entry => {
    const image = readV1Image(v1Compatibility, pathOf(index))
    if (!imageId.test(image.id)) throw invalid(`image ID '${printable(image.id, 80)}' is invalid`, index)
    return { blob: fsLayers[index] as Digest, throwaway: image.throwaway, image, v1Compatibility }
  })
  const base = entries.length - 1
  if (entries[base]?.image.parent !== '') throw invalid('invalid parent ID in the base layer of the image', base)
  refuseReturning(entries)

  const folded: Schema1Entry[] = []
  for (let index = base; index >= 0; index -= 1) {
    const entry = entries[index] as Schema1Entry
    const below = folded.at(-1)
    if (below !== undefined) {
      // Builders repeated the entry below when a step changed nothing.
      if (entry.image.id === below.image.id) continue
      if (entry.image.parent !== below.image.id)
        throw invalid(`invalid parent ID: expected ${below.image.id}, got ${printable(entry.image.parent, 80)}`, index)
    }
    folded.push(entry)
  }
  return folded
}

function refuseReturning(entries: readonly Schema1Entry[]): void {
  const seen = new Set<string>()
  for (const [index, { image }] of entries.entries()) {
    if (seen.has(image.id) && image.id !== entries[index - 1]?.image.id)
      throw invalid(`ID ${image.id} appears multiple times in manifest`, index)
    seen.add(image.id)
  }
}

const pathOf = (index: number): string => memberPath(itemPath('$.history', index), 'v1Compatibility')

const invalid = (what: string, index: number): ManifestError =>
  new ManifestError('SCHEMA1_HISTORY_INVALID', `${what} (${pathOf(index)})`, {
    at: pathOf(index),
    hint: 'the image was built or converted wrongly; have it pushed again',
  })

import type { AbortOptions } from '@lading/clock'
import { unnamedContents, type UnnamedContent } from '../blobs/unnamed-leftovers.ts'
import { generationKeys } from '../layout.ts'
import type { Objects } from '../objects.ts'
import { presentIn, type BlobLook, type Marker } from '../protocol/blob-look.ts'
import { allBlobs, type ListedBlobLook } from './marked-blobs.ts'
import { listVersions, type Versions } from './trim-names.ts'

/** All that may have to go, as one listing of each kind shows it. What is as it should be is not kept in memory. */
export interface Looked {
  /** Those with a marker, or a verdict that is left of one. */
  readonly marked: readonly ListedBlobLook[]
  /** Those with something of a generation that does not make them present. */
  readonly littered: readonly ListedBlobLook[]
  readonly versions: Versions
  readonly unnamed: readonly UnnamedContent[]
}

export async function lookAtAll(objects: Objects, options: AbortOptions = {}): Promise<Looked> {
  const marked: ListedBlobLook[] = []
  const littered: ListedBlobLook[] = []
  for await (const blob of allBlobs(objects, options)) {
    const { parts, markers, verdicts, forsaken, condemned } = blob
    if (markers.length + verdicts.length + forsaken.length > 0) marked.push(blob)
    const newest = presentIn(blob)
    if (parts.some(({ n }) => n > condemned && n !== newest)) littered.push(blob)
  }
  return {
    marked,
    littered,
    versions: await listVersions(objects, options),
    unnamed: await unnamedContents(objects, options),
  }
}

/** What a marker of a blob is seen under. */
export const markerKey = ({ digest }: Pick<BlobLook, 'digest'>, { n, nonce }: Marker): string =>
  generationKeys(digest, n).condemned(nonce)

export const forsakenKey = ({ digest }: Pick<BlobLook, 'digest'>, { n, nonce }: Marker): string =>
  generationKeys(digest, n).forsaken(nonce)

/** Whether nothing of what is condemned is there any more, but its markers. */
export const isGone = ({ parts, markers, verdicts, condemned }: BlobLook): boolean =>
  markers.length + verdicts.length > 0 && parts.every(({ n }) => n > condemned)

/** What is left of a blob that is gone, or of the forsaken generation. */
export const remainsOf = ({ digest, markers, verdicts }: BlobLook): string =>
  `${digest} ${[...markers, ...verdicts].map(({ nonce }) => nonce).join(' ')}`

/** Forsaken generations of which nothing but the marker is there. */
export const sweptIn = ({ parts, forsaken }: BlobLook): readonly Marker[] =>
  forsaken.filter((marker) => !parts.some(({ n }) => n === marker.n))

export const sweptKey = (blob: BlobLook, marker: Marker): string => `swept ${forsakenKey(blob, marker)}`

/** Under what all of it is seen, so that a later look knows for how long it was there. */
export const keysIn = ({ marked, versions, unnamed }: Looked): readonly string[] => [
  ...marked.flatMap((blob) => [
    ...blob.markers.map((marker) => markerKey(blob, marker)),
    ...blob.forsaken.map((marker) => forsakenKey(blob, marker)),
    ...sweptIn(blob).map((marker) => sweptKey(blob, marker)),
    ...(isGone(blob) ? [remainsOf(blob)] : []),
  ]),
  ...[...versions.values()].flatMap((listed) => listed.map(({ key }) => key)),
  ...unnamed.map(({ state }) => state),
]

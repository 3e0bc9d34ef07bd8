import type { BlobNames } from '@lading/content-store'
import { algorithmOf, hexOf, type Digest } from '@lading/digest'

/** Digests, each once: the rest of a summary means them by their place here. First what was in `blobs/`, as the directory listed it. */
export interface WrittenBlobs {
  /** Names with a slash between them, which is in no name: one long text is read much faster than thousands. */
  readonly listing: readonly (readonly [algorithm: string, names: string])[]
  readonly others: readonly Digest[]
}

export interface BlobTable {
  /** How many of the places are of the listing. */
  readonly listed: number
  placeOf(digest: Digest): number
  written(): WrittenBlobs
}

/** For writing: a digest that is not here gets a place by being asked for. */
export function blobTable(names: BlobNames): BlobTable {
  const places = new Map<string, ReadonlyMap<string, number>>()
  const others = new Map<Digest, number>()
  let listed = 0
  for (const [algorithm, of] of names) places.set(algorithm, new Map(of.map((name) => [name, listed++])))
  return {
    listed,
    placeOf(digest) {
      const place = places.get(algorithmOf(digest))?.get(hexOf(digest)) ?? others.get(digest) ?? listed + others.size
      if (place >= listed) others.set(digest, place)
      return place
    },
    written: () => ({
      listing: [...names].map(([algorithm, of]) => [algorithm, of.join('/')]),
      others: [...others.keys()],
    }),
  }
}

export interface ReadBlobTable {
  digestAt(place: number): Digest
  isHere(place: number): boolean
  /** Whether the directory lists what it did then. Where it is merely in another order, `isHere` says so of each. */
  isSame(): boolean
}

export function readBlobTable({ listing, others }: WrittenBlobs, names: BlobNames): ReadBlobTable {
  const then = listing.map(([algorithm, of]) => ({ algorithm, names: of === '' ? [] : of.split('/') }))
  let here: readonly boolean[] | undefined
  return {
    digestAt(place) {
      let at = place
      for (const { algorithm, names: of } of then) {
        // Not examined again: it is the name of a file in `blobs`, or only compared with such names.
        if (at < of.length) return `${algorithm}:${of[at]}` as Digest
        at -= of.length
      }
      const other = others[at]
      if (other === undefined) throw new RangeError('a place that the table does not have')
      return other
    },
    isHere(place) {
      here ??= lookForEach(then, others, names)
      return here[place] === true
    },
    isSame: () =>
      then.length === names.size && then.every(({ algorithm, names: of }) => areSame(of, names.get(algorithm) ?? [])),
  }
}

const areSame = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((name, at) => name === other[at])

function lookForEach(
  then: readonly { readonly algorithm: string; readonly names: readonly string[] }[],
  others: readonly Digest[],
  names: BlobNames,
): readonly boolean[] {
  const sets = new Map([...names].map(([algorithm, of]) => [algorithm, new Set(of)]))
  const listed = then.flatMap(({ algorithm, names: of }) => of.map((name) => sets.get(algorithm)?.has(name) === true))
  return [...listed, ...others.map((digest) => sets.get(algorithmOf(digest))?.has(hexOf(digest)) === true)]
}

import type { BlobNames } from '@lading/content-store'
import { algorithmOf, hexOf, type Algorithm, type Digest } from '@lading/digest'
import type { Descriptor, Platform } from '@lading/manifest'
import type { ImageSummary } from './store.ts'
import type { Dependence, TargetFacts } from './target-facts.ts'

/** Of the form below. Another one is none. */
const version = 1

/**
 * The form of a summary, JSON: what a list found out of each target. Digests stand once, in `blobs`, and are meant by
 * their place there, counted over all algorithms.
 */
interface Written {
  readonly version: typeof version
  /** The machine's, whose image of an index is shown first. */
  readonly platform: Platform
  readonly blobs: readonly (readonly [algorithm: Algorithm, hex: readonly string[]])[]
  readonly targets: readonly WrittenTarget[]
  /** The whole list, where nothing was damaged, and what the names were told by. */
  readonly list: { readonly stamp: string; readonly rows: readonly WrittenRow[] } | null
}

type WrittenTarget = readonly [
  target: number,
  here: readonly number[],
  absent: readonly number[],
  /** Absent for an artifact. */
  image?: readonly [id: number, size: number, platform: Platform, created: string | null],
]

type WrittenRow = readonly [
  name: string,
  tag: string | null,
  /** Its place among the targets. */
  target: number,
  descriptor: Omit<Descriptor, 'digest'>,
]

/** The names at one time, and what a list shows of them. */
export interface ListOfNames {
  /** As long as it is the same, so are the names. */
  readonly stamp: string
  readonly images: readonly ImageSummary[]
}

export interface Summary {
  readonly platform: Platform
  readonly facts: ReadonlyMap<Digest, TargetFacts>
  readonly list?: ListOfNames | undefined
}

export function encodeSummary({ platform, facts, list }: Summary): Uint8Array {
  const depends = new Map([...facts].map(([target, fact]) => [target, fact.depends()]))
  const digests = new Set<Digest>(facts.keys())
  for (const { here, absent } of depends.values()) for (const digest of [...here, ...absent]) digests.add(digest)
  const blobs = Map.groupBy(digests, algorithmOf)
  const places = new Map([...blobs.values()].flat().map((digest, place) => [digest, place]))
  const placeOf = (digest: Digest): number => places.get(digest) ?? -1

  const targets = [...facts].map(([target, { image }]): WrittenTarget => {
    const { here = [], absent = [] } = depends.get(target) ?? {}
    const known = [placeOf(target), here.map(placeOf), absent.map(placeOf)] as const
    if (image === undefined) return known
    return [...known, [placeOf(image.id), image.size, image.platform, image.created ?? null]]
  })
  const targetPlaces = new Map([...facts.keys()].map((digest, place) => [digest, place]))
  const rows = list?.images.map(({ name, tag, target: { digest, ...descriptor } }): WrittenRow => {
    return [name, tag ?? null, targetPlaces.get(digest) ?? -1, descriptor]
  })
  const written: Written = {
    version,
    platform,
    blobs: [...blobs].map(([algorithm, of]) => [algorithm, of.map(hexOf)]),
    targets,
    list: list === undefined || rows === undefined ? null : { stamp: list.stamp, rows },
  }
  return new TextEncoder().encode(JSON.stringify(written))
}

/** A summary as it was written: what still holds of it is told by what is here. */
export interface ReadSummary {
  /** Of each target whose content is here as it was then. */
  facts(): ReadonlyMap<Digest, TargetFacts>
  /** The whole list; `undefined` where the names, or the content of one of them, are others now. */
  list(stamp: string): readonly ImageSummary[] | undefined
}

/** `undefined`: nothing of use, for it was written for another platform, in another form, or cannot be read. */
export function decodeSummary(bytes: Uint8Array, platform: Platform, names: BlobNames): ReadSummary | undefined {
  return unlessBroken(() => {
    const written = JSON.parse(new TextDecoder().decode(bytes)) as Written
    if (written.version !== version || JSON.stringify(written.platform) !== JSON.stringify(platform)) return undefined
    const { blobs, targets, list } = written
    const look = lookAt(blobs, names)
    return {
      facts: () => unlessBroken(() => factsThatHold(targets, look)) ?? new Map(),
      list: (stamp) =>
        unlessBroken(() => (list?.stamp === stamp ? listThatHolds(list.rows, targets, look) : undefined)),
    }
  })
}

/** Its sum was right, so what is broken was written by another version, or by somebody else. */
function unlessBroken<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

interface Look {
  digestAt(place: number): Digest
  holds(target: WrittenTarget): boolean
}

function lookAt(blobs: Written['blobs'], names: BlobNames): Look {
  const isHere: boolean[] = []
  const digests: string[] = []
  for (const [algorithm, of] of blobs) {
    const found = names.get(algorithm)
    for (const hex of of) {
      isHere.push(found?.has(hex) === true)
      // Not examined again: it is the name of a file in `blobs`, or only compared with such names.
      digests.push(`${algorithm}:${hex}`)
    }
  }
  return {
    digestAt: (place) => digests[place] as Digest,
    holds: ([target, here, absent]) =>
      isHere[target] === true &&
      here.every((place) => isHere[place] === true) &&
      absent.every((place) => isHere[place] === false),
  }
}

function factsThatHold(targets: readonly WrittenTarget[], look: Look): ReadonlyMap<Digest, TargetFacts> {
  const facts = new Map<Digest, TargetFacts>()
  for (const written of targets) {
    if (!look.holds(written)) continue
    const [target, here, absent, image] = written
    const depends = (): Dependence => ({ here: here.map(look.digestAt), absent: absent.map(look.digestAt) })
    facts.set(look.digestAt(target), image === undefined ? { depends } : { image: imageOf(image, look), depends })
  }
  return facts
}

function listThatHolds(
  rows: readonly WrittenRow[],
  targets: readonly WrittenTarget[],
  look: Look,
): readonly ImageSummary[] | undefined {
  if (!targets.every(look.holds)) return undefined
  const images: ImageSummary[] = []
  for (const [name, tag, place, { mediaType, size, ...rest }] of rows) {
    const [at, , , image] = targets[place] ?? []
    if (at === undefined || image === undefined) return undefined
    const target = { mediaType, digest: look.digestAt(at), size, ...rest }
    images.push({ name, ...(tag === null ? {} : { tag }), target, ...imageOf(image, look) })
  }
  return images
}

const imageOf = (
  [id, size, platform, created]: NonNullable<WrittenTarget[3]>,
  look: Look,
): NonNullable<TargetFacts['image']> => ({
  id: look.digestAt(id),
  platform,
  ...(created === null ? {} : { created }),
  size,
})

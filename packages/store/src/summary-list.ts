import type { Descriptor, Platform } from '@lading/manifest'
import type { ImageSummary } from './store.ts'
import type { BlobTable, ReadBlobTable } from './summary-blobs.ts'

/** A whole list, column by column. Digests are places in the table; what is the same for most is in a list of its own. */
export interface WrittenList {
  readonly stamp: string
  readonly mediaTypes: readonly string[]
  readonly platforms: readonly Platform[]
  readonly names: readonly string[]
  readonly tags: readonly (string | null)[]
  readonly created: readonly (string | null)[]
  /** Of one image after the other, as many as `membersOf` says. */
  readonly numbers: readonly number[]
  /** What few targets have besides, by their row. */
  readonly more: Readonly<Record<number, Omit<Descriptor, 'mediaType' | 'digest' | 'size'>>>
}

/** mediaType, digest and size of the target; ID, platform and size of the image. */
const membersOf = 6

/** `undefined`: one of them has something that would not come back as it is. */
export function writtenList(
  { stamp, images }: { readonly stamp: string; readonly images: readonly ImageSummary[] },
  { placeOf }: BlobTable,
): WrittenList | undefined {
  if (images.some(({ target }) => target.data !== undefined)) return undefined
  const mediaTypes = counted<string>((each) => each)
  const platforms = counted<Platform>((each) => JSON.stringify(each))
  const more: Record<number, WrittenList['more'][number]> = {}
  const numbers = images.flatMap(({ target: { mediaType, digest, size, ...rest }, ...image }, row) => {
    if (Object.keys(rest).length > 0) more[row] = rest
    const target = [mediaTypes.placeOf(mediaType), placeOf(digest), size]
    return [...target, placeOf(image.id), platforms.placeOf(image.platform), image.size]
  })
  return {
    stamp,
    mediaTypes: mediaTypes.all,
    platforms: platforms.all,
    names: images.map(({ name }) => name),
    tags: images.map(({ tag }) => tag ?? null),
    created: images.map(({ created }) => created ?? null),
    numbers,
    more,
  }
}

/** @throws where it is broken */
export function imagesOf(list: WrittenList, { digestAt }: ReadBlobTable): readonly ImageSummary[] {
  const { mediaTypes, platforms, names, tags, created, numbers, more } = list
  if (numbers.length !== names.length * membersOf) throw new RangeError('a list with a part of an image')
  return names.map((name, row): ImageSummary => {
    const at = row * membersOf
    const target = { mediaType: member(mediaTypes, numbers[at]), digest: digestAt(numbers[at + 1] ?? -1) }
    const tag = tags[row] ?? undefined
    const time = created[row] ?? undefined
    return {
      name,
      ...(tag === undefined ? undefined : { tag }),
      target: { ...target, size: numbers[at + 2] ?? 0, ...more[row] },
      id: digestAt(numbers[at + 3] ?? -1),
      platform: member(platforms, numbers[at + 4]),
      ...(time === undefined ? undefined : { created: time }),
      size: numbers[at + 5] ?? 0,
    }
  })
}

function member<Each>(all: readonly Each[], place: number | undefined): Each {
  const found = all[place ?? -1]
  if (found === undefined) throw new RangeError('a place that a list does not have')
  return found
}

/** Each of them once. */
function counted<Each>(keyOf: (each: Each) => string): {
  readonly all: readonly Each[]
  placeOf(each: Each): number
} {
  const all: Each[] = []
  const places = new Map<string, number>()
  return {
    all,
    placeOf(each) {
      const key = keyOf(each)
      const known = places.get(key)
      if (known !== undefined) return known
      places.set(key, all.length)
      return all.push(each) - 1
    },
  }
}

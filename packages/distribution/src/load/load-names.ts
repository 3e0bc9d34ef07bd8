import { ArchiveError, type ArchivedImage } from '@lading/archive'
import { printable } from '@lading/errors'
import {
  familiarName,
  familiarString,
  isNameOnly,
  isReserved,
  parseReference,
  parseTag,
  withDefaultTag,
  withTag,
  type Reference,
} from '@lading/reference'
import { LoadError } from './load-error.ts'

export interface NamingOptions {
  /**
   * What the image is called, whatever the archive calls it. Of several images, and without a tag of its own, it is the
   * repository: each keeps its tag.
   */
  readonly name?: Reference | undefined
  /** Images get no name: they are there under their image IDs. Default false. */
  readonly noNames?: boolean | undefined
}

/** Which references will point to each image, in the order of the images. */
export type Naming = ReadonlyMap<ArchivedImage, readonly Reference[]>

/**
 * Names in an archive are data: what is a full reference with a tag is taken, what is none is told and left out.
 *
 * @throws ArchiveError `ARCHIVE_AMBIGUOUS` when two images of the archive have one name; LoadError when they would get one
 */
export function nameImages(
  images: readonly ArchivedImage[],
  { name, noNames = false }: NamingOptions,
  warn: (message: string) => void,
): Naming {
  const naming = new Map<ArchivedImage, readonly Reference[]>()
  const taken = new Map<string, ArchivedImage>()
  for (const image of images) {
    const references = noNames ? [] : name === undefined ? ownNames(image, warn) : givenNames(images, image, name)
    for (const reference of references) {
      const text = String(reference)
      const other = taken.get(text)
      if (other !== undefined && other !== image)
        throw name === undefined ? twoOfOneName(reference) : twoOfOneTag(reference)
      taken.set(text, image)
    }
    naming.set(image, [...new Map(references.map((reference) => [String(reference), reference])).values()])
  }
  return naming
}

function ownNames({ names, target }: ArchivedImage, warn: (message: string) => void): readonly Reference[] {
  return names.flatMap((text) => {
    const reference = parse(text)
    if (reference === undefined || isReserved(reference) || familiarName(reference) === 'sha256') {
      warn(
        `the archive calls an image '${printable(text, 300)}', which is no full name and is not used (--name gives one)`,
      )
      return []
    }
    if (reference.digest === undefined) return [withDefaultTag(reference)]
    if (reference.digest === target.digest) return [reference]
    warn(`the archive calls an image '${printable(text, 300)}', which has another digest: that name is not used`)
    return []
  })
}

/** A tag alone (`3.20`, as layouts have it) names no repository. */
function parse(text: string): Reference | undefined {
  if (!/[/:]/.test(text)) return undefined
  try {
    return parseReference(text)
  } catch {
    return undefined
  }
}

function givenNames(images: readonly ArchivedImage[], { names }: ArchivedImage, name: Reference): readonly Reference[] {
  if (images.length === 1) return [withDefaultTag(name)]
  const tags = isNameOnly(name) ? names.flatMap((text) => tagOf(text) ?? []) : []
  if (tags.length > 0) return tags.map((tag) => withTag(name, tag))
  throw new LoadError('NAME_AMBIGUOUS', `there are ${images.length} images, and one name: ${familiarString(name)}`, {
    reference: String(name),
    hint: 'give a name without a tag where each image has a tag of its own, or load them with --no-names',
  })
}

function tagOf(text: string): string | undefined {
  const tag = parse(text)?.tag ?? text
  try {
    return parseTag(tag)
  } catch {
    return undefined
  }
}

/** What the archive calls them may be right: a tag of two repositories, say. */
function twoOfOneTag(reference: Reference): LoadError {
  return new LoadError('NAME_AMBIGUOUS', `two images would be called ${familiarString(reference)}`, {
    reference: String(reference),
    hint: 'they have one tag: load them without --name, or with --no-names, and name them yourself with lading tag',
  })
}

function twoOfOneName(reference: Reference): ArchiveError {
  return new ArchiveError('ARCHIVE_AMBIGUOUS', `two images of the archive are called ${familiarString(reference)}`, {
    reference: String(reference),
    hint: 'programs would take different ones: load it with --no-names, and name them yourself with lading tag',
  })
}

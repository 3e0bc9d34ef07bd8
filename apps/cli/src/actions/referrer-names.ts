import type { FoundReferrer } from '@lading/distribution'
import { isNameOnly, nameOf, tryParseReference, withTag, type Reference } from '@lading/reference'
import { CliError } from '../cli-error.ts'
import { printable } from '@lading/errors'
import type { CopyPlace } from './copy-place.ts'
import { atDigest } from './remote-target.ts'

/** How cosign's tags are called at both places of a copy, and what keeps a referrer at the target. */
export function referrerNames({ from, to }: { readonly from: CopyPlace; readonly to: CopyPlace }): {
  readonly sourceName: (tag: string) => string
  readonly targetNames: (found: FoundReferrer) => readonly string[]
} {
  return {
    sourceName: (tag) => taggedAt(from, tag),
    targetNames({ referrer, tag }) {
      if (tag !== undefined) return [taggedAt(to, tag)]
      // A store keeps what has a name; elsewhere it is enough to be there.
      return to.kind === 'store' ? [atDigest(to.reference, referrer.digest)] : []
    },
  }
}

/** Beside the name that the place was given. */
function taggedAt(place: CopyPlace, tag: string): string {
  const reference = fullReferenceOf(place)
  return reference === undefined ? tag : String(withTag(reference, tag))
}

/** Where names are full references: of a store, and of a layout that has them. */
function fullReferenceOf(place: CopyPlace): (Pick<Reference, 'domain' | 'path'> & Reference) | undefined {
  if (place.kind === 'store') return withoutTag(place.reference)
  if (place.kind === 'registry' || !('name' in place) || place.name === undefined) return undefined
  const reference = tryParseReference(place.name)
  if (reference === undefined || isNameOnly(reference) || String(reference) !== place.name) return undefined
  return withoutTag(reference)
}

const withoutTag = (reference: Reference): Reference => tryParseReference(nameOf(reference)) ?? reference

/** @throws CliError `USAGE` for a place that cannot say what refers to what */
export function assertKeepsReferrers(place: CopyPlace): void {
  if (place.kind !== 'docker-archive' && place.kind !== 'directory') return
  throw new CliError('USAGE', `${printable(place.text, 200)} can hold one image, but no referrers`, {
    hint: 'copy to a registry, store:, oci: or oci-archive:, or remove --referrers',
  })
}

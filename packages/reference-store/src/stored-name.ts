import type { Digest } from '@lading/digest'
import { familiarName, nameOf, withDefaultTag, withDigest, withoutTagAndDigest, type Reference } from '@lading/reference'
import { ReferenceStoreError } from './reference-store-error.ts'

/** What a reference is stored under: `name@digest` when it has a digest, whatever its tag; else `name:tag`, `latest` for a bare name. */
export function storedReference(reference: Reference): Reference {
  return reference.digest === undefined ? withDefaultTag(reference) : digestReference(reference, reference.digest)
}

/** `name@digest` in the same repository. */
export function digestReference(reference: Reference, digest: Digest): Reference {
  return withDigest(withoutTagAndDigest(reference), digest)
}

/** The text of `storedReference`. */
export function storedName(reference: Reference): string {
  return reference.digest === undefined ? String(withDefaultTag(reference)) : `${nameOf(reference)}@${reference.digest}`
}

/** @throws `REFERENCE_AMBIGUOUS` for the familiar name `sha256`: `sha256:…` would be a tag and an image ID at once. */
export function assertStorable(reference: Reference): void {
  if (familiarName(reference) !== 'sha256') return
  throw new ReferenceStoreError('REFERENCE_AMBIGUOUS', 'the name sha256 cannot be told from an image ID', { reference: String(reference), hint: 'choose another name' })
}

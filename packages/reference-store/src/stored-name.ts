import type { Digest } from '@lading/digest'
import { registryDigestOf, type Descriptor } from '@lading/manifest'
import {
  familiarName,
  nameOf,
  withDefaultTag,
  withDigest,
  withoutTagAndDigest,
  type Reference,
} from '@lading/reference'
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

/** `name@digest` as the registry of a target knows it: what a pull of that digest asks for, and what stays when a tag moves. */
export function targetReference(reference: Reference, target: Pick<Descriptor, 'digest' | 'annotations'>): Reference {
  return digestReference(reference, registryDigestOf(target))
}

/**
 * Returns when a reference can be made to point to this target.
 *
 * @throws `REFERENCE_AMBIGUOUS` for the familiar name `sha256` (`sha256:…` would be a tag and an image ID at once),
 * `REFERENCE_DIGEST_MISMATCH`
 */
export function assertStorable(reference: Reference, target: Pick<Descriptor, 'digest' | 'annotations'>): void {
  const text = String(reference)
  if (familiarName(reference) === 'sha256') {
    throw new ReferenceStoreError('REFERENCE_AMBIGUOUS', 'the name sha256 cannot be told from an image ID', {
      reference: text,
      hint: 'choose another name',
    })
  }
  const actual = registryDigestOf(target)
  if (reference.digest === undefined || reference.digest === actual) return
  throw new ReferenceStoreError('REFERENCE_DIGEST_MISMATCH', `${text} cannot point to ${actual}`, {
    reference: text,
    expected: reference.digest,
    actual,
    hint: 'a reference with a digest names that content and no other',
  })
}

import { type Digest, parseDigest } from '@lading/digest'
import { makeReference, type Reference } from './reference.ts'
import { parseTag } from './parts.ts'

/** Whether the reference has neither tag nor digest. */
export function isNameOnly(reference: Reference): boolean {
  return reference.tag === undefined && reference.digest === undefined
}

/** The reference without tag and digest. */
export function withoutTagAndDigest(reference: Reference): Reference {
  const { domain, path } = reference
  return makeReference({ domain, path })
}

/**
 * The reference with this tag; a digest stays.
 *
 * @throws ImageReferenceError `TAG_INVALID`, `TAG_TOO_LONG`; `facts.offset` counts within the tag
 */
export function withTag(reference: Reference, tag: string): Reference {
  const { domain, path, digest } = reference
  return makeReference({ domain, path, tag: parseTag(tag), digest })
}

/**
 * The reference with this digest; a tag stays.
 *
 * @throws DigestError as `parseDigest`
 */
export function withDigest(reference: Reference, digest: Digest): Reference {
  const { domain, path, tag } = reference
  return makeReference({ domain, path, tag, digest: parseDigest(digest) })
}

/** The reference with the tag `latest` when it has neither tag nor digest; otherwise the same. */
export function withDefaultTag(reference: Reference): Reference {
  return isNameOnly(reference) ? withTag(reference, 'latest') : reference
}

import { nameOf, withDefaultTag, type Reference } from '@lading/reference'
import { givenReference } from './given-reference.ts'

/** What a reference names at its registry. */
export interface RemoteTarget {
  readonly reference: Reference
  /** The digest, where both are given: it decides. */
  readonly target: string
}

/** NAME, NAME:TAG or NAME@DIGEST; a bare name means the tag latest. */
export function remoteTarget(text: string): RemoteTarget {
  const reference = withDefaultTag(givenReference(text))
  return { reference, target: targetOf(reference) }
}

const targetOf = ({ digest, tag = 'latest' }: Reference): string => digest ?? tag

/** `docker.io/library/alpine@sha256:…` */
export const atDigest = (reference: Reference, digest: string): string => `${nameOf(reference)}@${digest}`

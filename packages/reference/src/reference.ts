import type { Digest } from '@lading/digest'

/** A parsed image reference. Immutable; `String(reference)` is the full canonical text. */
export interface Reference {
  /** `docker.io`, `localhost:5000`, `[::1]:5000` … */
  readonly domain: string
  /** The repository's path at that domain: `library/alpine`. At most 255 characters. */
  readonly path: string
  /** At most 128 characters. */
  readonly tag?: string | undefined
  readonly digest?: Digest | undefined
  /** `docker.io/library/alpine:3.20@sha256:…` */
  toString(): string
}

export type ReferenceParts = Pick<Reference, 'domain' | 'path' | 'tag' | 'digest'>

const suffixOf = ({ tag, digest }: ReferenceParts): string =>
  (tag === undefined ? '' : `:${tag}`) + (digest === undefined ? '' : `@${digest}`)

/** The name with the tag and digest of a reference behind it. */
export const joinName = (name: string, parts: ReferenceParts): string => name + suffixOf(parts)

/** Repository with its domain, always in full: `docker.io/library/alpine`. */
export function nameOf(reference: Reference): string {
  return `${reference.domain}/${reference.path}`
}

/**
 * A frozen value of parts that are known to be good. Absent parts are absent members, and `toString` is not enumerable, so
 * that logs, JSON and deep comparison see the parts and nothing else.
 */
export function makeReference({ domain, path, tag, digest }: ReferenceParts): Reference {
  const parts = { domain, path, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) }
  const text = joinName(`${domain}/${path}`, parts)
  Object.defineProperty(parts, 'toString', { value: () => text })
  return Object.freeze(parts)
}

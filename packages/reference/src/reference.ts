import type { Digest } from '@lading/digest'

/** A parsed image reference. Immutable; `String(reference)` is the full canonical text. */
export interface Reference {
  /** `docker.io`, `localhost:5000`, `[::1]:5000` … */
  readonly domain: string
  /** The repository's path at that domain: `library/alpine`. */
  readonly path: string
  readonly tag?: string | undefined
  readonly digest?: Digest | undefined
  /** `docker.io/library/alpine:3.20@sha256:…` */
  toString(): string
}

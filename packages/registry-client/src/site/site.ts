import type { Authorizer } from '../auth/authorizer.ts'
import type { Endpoint } from '../endpoint/endpoint.ts'
import type { Wire } from '../wire/wire.ts'

/** One repository at one endpoint. */
export interface Site {
  readonly endpoint: Endpoint
  /** The endpoint's URL. */
  readonly registry: URL
  /** The same as text, without a slash at its end. */
  readonly base: string
  /** Between `base` and the repository. Default `/v2`. */
  readonly api?: string | undefined
  /** The domain that a proxy is to ask, where the endpoint is one. */
  readonly namespace?: string | undefined
  /** Without the domain: `library/alpine`. */
  readonly path: string
  /** With it, for errors: `docker.io/library/alpine`. */
  readonly name: string
  readonly authorizer: Authorizer
  readonly wire: Wire
}

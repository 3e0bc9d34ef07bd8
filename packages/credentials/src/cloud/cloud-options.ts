import type { Variables } from '../credential.ts'

export interface CloudOptions {
  /** Default: the variables of this process. */
  readonly env?: Variables | undefined
  /** How the cloud's own services are asked. Default: the global one. */
  readonly fetch?: typeof fetch | undefined
  /** Milliseconds since 1970. Default: the system's clock. */
  readonly now?: (() => number) | undefined
}

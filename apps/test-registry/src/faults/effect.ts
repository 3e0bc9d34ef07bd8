import type { Ending } from '../http/ending.ts'
import type { RegistryRequest, Reply } from '../http/message.ts'
import type { Route } from '../route.ts'

/** What a fault does, at each of the places where it can. */
export interface Effect {
  /** To the request, before the registry sees it. `changed` is called when it does something to it, which may be while its body is read. */
  readonly request?: ((request: RegistryRequest, changed: () => void) => RegistryRequest) | undefined
  /** In place of the registry's answer; `undefined` leaves it. */
  readonly replace?: ((context: EffectContext) => Reply | undefined) | undefined
  /** To the answer. */
  readonly change?: ((reply: Reply, context: EffectContext) => Reply | Promise<Reply>) | undefined
  readonly delayMs?: number | undefined
  readonly bytesPerSecond?: number | undefined
  readonly headBytesPerSecond?: number | undefined
  readonly requestBytesPerSecond?: number | undefined
  readonly ending?: Ending | undefined
  /** Bytes in place of any answer. */
  readonly raw?: string | undefined
  /** After the answer the connection is closed. */
  readonly closing?: boolean | undefined
}

/** What faults need from the registry. */
export interface EffectContext {
  readonly request: RegistryRequest
  readonly route: Route
  /** By the registry's clock. */
  now(): number
  /** A URL of the second origin that serves what this request asks for, signed. */
  signedUrl(expiresInMs: number): string
  /** The registry's own URL for it. */
  registryUrl(): string
  /** Voids the request's token; the answer that a stranger would get. */
  expireToken(): Reply
  /** The answer that a stranger would get. */
  stranger(): Reply
  /** Another number each time. */
  serial(): number
}

/** Thrown by a request's body where a fault cuts it. */
export class RequestCut extends Error {
  readonly how: Ending['how'] | ((context: EffectContext) => Reply)

  constructor(how: RequestCut['how']) {
    super('a fault cut the request')
    this.how = how
  }
}

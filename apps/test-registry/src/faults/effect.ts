import type { RegistryRequest, Reply } from '../http/message.ts'
import type { Route } from '../route.ts'

/** Where an answer ends before its time. */
export interface Ending {
  readonly how: 'reset' | 'close' | 'stall'
  /** `undefined`: before the head. */
  readonly afterBytes: number | undefined
}

/** What a fault does, at each of the places where it can. */
export interface Effect {
  /** To the request, before the registry sees it. */
  readonly request?: ((request: RegistryRequest) => RegistryRequest) | undefined
  /** In place of the registry's answer. */
  readonly replace?: ((context: EffectContext) => Reply | Promise<Reply>) | undefined
  /** To the answer. */
  readonly change?: ((reply: Reply, context: EffectContext) => Reply) | undefined
  readonly delayMs?: number | undefined
  readonly bytesPerSecond?: number | undefined
  readonly ending?: Ending | undefined
}

/** What faults need from the registry. */
export interface EffectContext {
  readonly request: RegistryRequest
  readonly route: Route
  /** A URL of the second origin that serves what this request asks for, signed. */
  signedUrl(expiresInMs: number): string
  /** Voids the request's token; the answer that a stranger would get. */
  expireToken(): Reply
  /** Another number each time. */
  serial(): number
}

import { AsyncLocalStorage } from 'node:async_hooks'
import { listOf, type RequestHeaders } from './request-head.ts'

/** More servers than a request passes that leads somewhere. */
export const mostHops = 16

const passed = new AsyncLocalStorage<readonly string[]>()

/**
 * Whom the request that is being answered has passed, the first of them first: the pseudonyms of its `Via`
 * (RFC 9110 7.6.3). A client of upstreams passes them on (its option `via`), so that a loop is found also where it leads
 * through another server. Empty where no request is being answered.
 */
export const hopsOfRequest = (): readonly string[] => passed.getStore() ?? []

/** What is asked of upstreams meanwhile is asked for such a request. */
export const withHops = <T>(hops: readonly string[], answer: () => T): T => passed.run(hops, answer)

/** As they were sent: what is no pseudonym is left out where it is passed on. */
export const hopsOf = (headers: RequestHeaders): readonly string[] =>
  listOf(headers, 'via').map((hop) => hop.split(/\s+/)[1] ?? '')

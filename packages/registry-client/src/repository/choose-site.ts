import { RegistryError } from '../errors/registry-error.ts'
import { TransportError } from '../errors/transport-error.ts'
import type { ClientContext } from '../http/context.ts'
import type { Site } from '../http/exchange.ts'
import { speaksTls } from '../http/speaks-tls.ts'
import type { Endpoint } from '../registry-client.ts'

/** Runs work at the endpoint that serves a repository. By `serves` the work says, before its end, that this one does. */
export type AtSite = <T>(work: (site: Site, serves: () => void) => Promise<T>) => Promise<T>

export interface Candidate {
  readonly endpoint: Endpoint
  readonly site: Site
}

/**
 * Without a given endpoint, the first requests try a domain's endpoints in order; from the first good answer on, that
 * endpoint serves the repository (pull-behaviour 1.5 and 1.7, the later rules).
 */
export function createAtSite(context: ClientContext, candidates: readonly Candidate[]): AtSite {
  let chosen = candidates.length === 1 ? candidates[0] : undefined
  return async (work) => {
    if (chosen !== undefined) return work(chosen.site, () => undefined)
    let last: unknown
    for (const candidate of candidates) {
      const { endpoint, site } = candidate
      if (endpoint.scheme === 'http' && speaksTls(context, endpoint.host)) continue
      try {
        const result = await work(site, () => (chosen ??= candidate))
        chosen ??= candidate
        return result
      } catch (error) {
        last = error
        if (chosen === candidate || !goesOn(error, endpoint)) throw error
      }
    }
    throw last
  }
}

/** A list whose first page decides which endpoint serves; the pages after it are its own. */
export async function* fromFirstPage<T>(atSite: AtSite, list: (site: Site) => AsyncGenerator<T, void, undefined>): AsyncGenerator<T, void, undefined> {
  const { first, rest } = await atSite(async (site) => {
    const iterator = list(site)
    return { first: await iterator.next(), rest: iterator }
  })
  if (first.done === true) return
  try {
    yield first.value
    yield* rest
  } finally {
    await rest.return()
  }
}

function goesOn(error: unknown, { mirror }: Endpoint): boolean {
  if (error instanceof TransportError) return true
  if (!(error instanceof RegistryError)) return false
  return mirror || error.code === 'BAD_RESPONSE' || error.code === 'UNEXPECTED_STATUS'
}

import { RegistryError } from '../errors/registry-error.ts'
import { TransportError } from '../errors/transport-error.ts'
import type { Endpoint } from '../endpoint/endpoint.ts'
import type { ClientContext } from '../http/context.ts'
import type { Site } from '../http/exchange.ts'
import { speaksTls } from '../http/speaks-tls.ts'

/** What a request is for: `pull` has a digest to hold the answer against, `resolve` has none. */
export type Need = 'resolve' | 'pull'

/**
 * Runs work at the endpoint that serves a repository. By `serves` the work says, before its end, that this one does.
 * `need`, default `resolve`, decides which endpoints may be asked.
 */
export type AtSite = <T>(work: (site: Site, serves: () => void) => Promise<T>, options?: { readonly need?: Need | undefined }) => Promise<T>

export interface Candidate {
  readonly endpoint: Endpoint
  readonly site: Site
}

/**
 * Without a given endpoint, the first requests try a domain's endpoints in order; from the first good answer on, that
 * endpoint serves the repository (pull-behaviour 1.5 and 1.7, the later rules). What a mirror lacks later on is asked of
 * those after it.
 */
export function createAtSite(context: ClientContext, candidates: Readonly<Record<Need, readonly Candidate[]>>): AtSite {
  const chosen = new Map<Need, Candidate>()
  const passed = new Set<Candidate>()

  const choose = (need: Need, candidate: Candidate): void => {
    if (chosen.has(need)) return
    chosen.set(need, candidate)
    const able = candidates[need]
    for (const before of able.slice(0, able.indexOf(candidate))) passed.add(before)
  }
  const inOrder = (need: Need): readonly Candidate[] => {
    const able = candidates[need]
    const first = chosen.get(need)
    if (first !== undefined) return first.endpoint.mirror ? able.slice(able.indexOf(first)) : [first]
    // Whoever did not answer one kind of request is not tried again with the other.
    const left = able.filter((candidate) => !passed.has(candidate))
    return left.length === 0 ? able : left
  }

  return async (work, { need = 'resolve' } = {}) => {
    let last: unknown
    for (const candidate of inOrder(need)) {
      const { endpoint, site } = candidate
      if (endpoint.scheme === 'http' && speaksTls(context, endpoint.host)) {
        last ??= new RegistryError('ORIGIN_REFUSED', `${endpoint.host} speaks TLS, so it is not asked in plain http`, { host: endpoint.host, hint: 'see the error of the https endpoint' })
        continue
      }
      let began = false
      const serves = (): void => {
        began = true
        choose(need, candidate)
      }
      try {
        const result = await work(site, serves)
        choose(need, candidate)
        return result
      } catch (error) {
        last = error
        if (began || !goesOn(error, endpoint)) throw error
      }
    }
    throw last ?? new RegistryError('UNSUPPORTED', need === 'resolve' ? 'no endpoint may be asked what a tag points to' : 'no endpoint may be asked for content', { hint: 'see the capabilities that `lading hosts` shows' })
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

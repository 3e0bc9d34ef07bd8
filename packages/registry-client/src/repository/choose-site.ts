import { RegistryError } from '../errors/registry-error.ts'
import { TransportError } from '../errors/transport-error.ts'
import type { Endpoint } from '../endpoint/endpoint.ts'
import type { Wire } from '../wire/wire.ts'
import type { Site } from '../site/site.ts'

/** What a request is for: `pull` has a digest to hold the answer against, `resolve` has none. */
export type Need = 'resolve' | 'pull'

/**
 * Runs work at the endpoint that serves a repository. By `serves` the work says, before its end, that this one does.
 * `need`, default `resolve`, decides which endpoints may be asked.
 */
export type AtSite = <T>(
  work: (site: Site, serves: () => void) => Promise<T>,
  options?: { readonly need?: Need | undefined },
) => Promise<T>

export interface Candidate {
  readonly endpoint: Endpoint
  readonly site: Site
}

/** A mirror that lacks one blob may have the next. One that does not know a tag is behind, and is not asked for others. */
const lacking: ReadonlySet<string> = new Set(['MANIFEST_UNKNOWN', 'BLOB_UNKNOWN'])

/**
 * Tries endpoints in order. Of a domain's own, the first that gave a good answer serves the repository from then on
 * (pull-behaviour 1.5 and 1.7, the later rules). Mirrors are asked for content before it each time, as containerd does,
 * but for those that refused: what they lack and what they do not answer is asked of the next.
 */
export function createAtSite(
  { tlsSeen }: Pick<Wire, 'tlsSeen'>,
  candidates: Readonly<Record<Need, readonly Candidate[]>>,
): AtSite {
  let chosen: Candidate | undefined
  const refusing = { resolve: new Set<Candidate>(), pull: new Set<Candidate>() }

  const choose = (candidate: Candidate): void => {
    if (!candidate.endpoint.mirror) chosen ??= candidate
  }
  const inOrder = (need: Need): readonly Candidate[] => {
    const able = candidates[need]
    const settled = chosen !== undefined && able.includes(chosen)
    const left = able.filter((each) => (each.endpoint.mirror ? !refusing[need].has(each) : !settled || each === chosen))
    return left.length === 0 ? able : left
  }

  return async (work, { need = 'resolve' } = {}) => {
    let last: unknown
    for (const candidate of inOrder(need)) {
      const { endpoint, site } = candidate
      if (endpoint.scheme === 'http' && tlsSeen(endpoint.host)) {
        last ??= new RegistryError('ORIGIN_REFUSED', `${endpoint.host} speaks TLS, so it is not asked in plain http`, {
          host: endpoint.host,
          hint: 'see the error of the https endpoint',
        })
        continue
      }
      let began = false
      const serves = (): void => {
        began = true
        choose(candidate)
      }
      try {
        const result = await work(site, serves)
        choose(candidate)
        return result
      } catch (error) {
        last = error
        if (began || !goesOn(error, endpoint)) throw error
        for (const each of refused(error)) refusing[each].add(candidate)
      }
    }
    throw (
      last ??
      new RegistryError(
        'UNSUPPORTED',
        need === 'resolve' ? 'no endpoint may be asked what a tag points to' : 'no endpoint may be asked for content',
        { hint: 'see the capabilities that `lading hosts` shows' },
      )
    )
  }
}

/** For what there is no use in asking a mirror again. One that does not answer is the breaker's business: it may be back. */
function refused(error: unknown): readonly Need[] {
  if (!(error instanceof RegistryError) || error.code === 'MIRROR_SKIPPED') return []
  return lacking.has(error.code) ? ['resolve'] : ['resolve', 'pull']
}

/** A list whose first page decides which endpoint serves; the pages after it are its own. */
export async function* fromFirstPage<T>(
  atSite: AtSite,
  list: (site: Site) => AsyncGenerator<T, void, undefined>,
): AsyncGenerator<T, void, undefined> {
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

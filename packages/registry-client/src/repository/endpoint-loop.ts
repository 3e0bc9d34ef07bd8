import { isLadingError, printable } from '@lading/errors'
import type { EndpointEvent } from '../client-event.ts'
import type { Endpoint } from '../endpoint/endpoint.ts'
import { clientErrorKind } from '../errors/error-kinds.ts'
import { RegistryError } from '../errors/registry-error.ts'
import type { Site } from '../site/site.ts'
import type { Wire } from '../wire/wire.ts'
import { createMemory, type Memory } from './endpoint-memory.ts'
import { unfit, type Need } from './need.ts'

/** An endpoint, and the repository there. */
export interface Candidate {
  readonly endpoint: Endpoint
  readonly site: Site
  /** By the caller, who means this one alone: also a mirror is then pushed to. */
  readonly named: boolean
}

export interface Asking {
  readonly need: Need
  /** A tag, a digest, or the name of a list: what is learned of one is not held against another. */
  readonly subject: string
  readonly signal?: AbortSignal | undefined
}

/** Runs work at the endpoint that serves. By `serves` the work says, before its end, that this one does. */
export type AtSite = <T>(work: (site: Site, serves: () => void) => Promise<T>, asking: Asking) => Promise<T>

export interface EndpointLoop {
  readonly run: AtSite
  /** Who gave this, of all that was asked for here. */
  giverOf(subject: string): Endpoint | undefined
  /** Who answered last. */
  readonly latest: Endpoint | undefined
  /** What came for the subject was found wrong. A mirror that gave it is done with. True: another endpoint is left to ask. */
  distrust(asking: Asking, reason: unknown): boolean
  /** The same for another tag, whose endpoints may be others. */
  renewed(candidates: readonly Candidate[]): EndpointLoop
}

export interface LoopOptions {
  readonly wire: Pick<Wire, 'passOver'>
  readonly candidates: readonly Candidate[]
  readonly tell: (event: EndpointEvent) => void
}

/**
 * The one place that decides which endpoint is asked, for each operation: in order, as capabilities allow, nobody in
 * plain http after TLS, no mirror that rests. A mirror's failure always leads to the next; the registry's own answer is
 * final unless it did not speak, or not like a registry. Of a domain's own endpoints, the first that gave a good answer
 * serves from then on.
 */
export function createEndpointLoop(options: LoopOptions, own?: Memory['own']): EndpointLoop {
  const { wire, candidates, tell } = options
  const memory = createMemory(own)
  const givers = new Map<string, Candidate>()
  let latest: Candidate | undefined

  const fit = (need: Need): readonly Candidate[] => {
    const able = candidates.filter(({ endpoint, named }) => unfit(endpoint, need, { named }) === undefined)
    // As containerd has it: where nobody is named for referrers, whoever resolves tags knows the fallback tag.
    return able.length === 0 && need === 'referrers' ? fit('resolve') : able
  }
  const gave = (candidate: Candidate, { need, subject }: Asking): void => {
    latest = candidate
    givers.set(subject, candidate)
    memory.served(candidate.endpoint, need)
  }

  return {
    async run(work, asking) {
      const able = fit(asking.need)
      const left = memory.inOrder(able, asking)
      let last: unknown
      const failed: EndpointEvent[] = []
      const order = left.length === 0 ? able : left
      for (const [at, candidate] of order.entries()) {
        const { endpoint, site } = candidate
        const goOnAfter = (error: unknown): void => void failed.push(failureOf(endpoint, asking, error))
        const reason = wire.passOver(endpoint)
        if (reason !== undefined) {
          last ??= reason
          goOnAfter(reason)
          continue
        }
        for (const failure of failed.splice(0)) tell(failure)
        tell({ type: 'endpoint', url: endpoint.url, mirror: endpoint.mirror, need: asking.need })
        let began = false
        try {
          const result = await work(site, () => {
            began = true
            gave(candidate, asking)
          })
          gave(candidate, asking)
          return result
        } catch (error) {
          asking.signal?.throwIfAborted()
          if (!leadsOn(error, endpoint, order.slice(at + 1))) throw error
          memory.failed(endpoint, asking, error, began)
          // Another would repeat the body; the next attempt may ask it.
          if (began) throw error
          last = error
          goOnAfter(error)
        }
      }
      throw last ?? nobody(asking.need)
    },
    giverOf: (subject) => givers.get(subject)?.endpoint,
    get latest() {
      return latest?.endpoint
    },
    distrust(asking, reason) {
      const giver = givers.get(asking.subject)?.endpoint
      if (giver?.mirror !== true) return false
      memory.wrong(giver, asking)
      if (memory.inOrder(fit(asking.need), asking).length === 0) return false
      tell(failureOf(giver, asking, reason))
      return true
    },
    renewed: (others) => createEndpointLoop({ ...options, candidates: others }, memory.own),
  }
}

/**
 * May the next endpoint be tried after this? Not after what the caller or this machine did. What the registry itself says
 * is final, unless a mirror that had begun to give the same comes after it because its answers broke off.
 */
function leadsOn(error: unknown, { mirror }: Endpoint, next: readonly Candidate[]): boolean {
  if (!isLadingError(error)) return false
  const kind = clientErrorKind(error)
  if (kind === 'caller' || kind === 'local' || kind === 'exhausted') return false
  if (mirror || next.some(({ endpoint }) => endpoint.mirror)) return true
  return kind === 'unreachable' || kind === 'no-registry' || kind === 'unclear'
}

const nobody = (need: Need): RegistryError =>
  new RegistryError(
    'NO_ENDPOINT',
    need === 'pull'
      ? 'no endpoint allows pulling content'
      : need === 'push'
        ? 'no endpoint allows pushing'
        : 'no endpoint allows resolving tags',
    { hint: 'see the capabilities that `lading hosts` shows' },
  )

/** A list whose first page decides which endpoint serves; the pages after it are its own. */
export async function* fromFirstPage<T>(
  run: AtSite,
  asking: Asking,
  list: (site: Site) => AsyncGenerator<T, void, undefined>,
): AsyncGenerator<T, void, undefined> {
  const { first, rest } = await run(async (site) => {
    const iterator = list(site)
    return { first: await iterator.next(), rest: iterator }
  }, asking)
  if (first.done === true) return
  try {
    yield first.value
    yield* rest
  } finally {
    await rest.return()
  }
}

const failureOf = ({ url, mirror }: Endpoint, { need }: Asking, error: unknown): EndpointEvent => ({
  type: 'endpoint:failed',
  url,
  mirror,
  need,
  code: isLadingError(error) ? error.code : 'UNKNOWN',
  message: error instanceof Error ? error.message : printable(String(error)),
})

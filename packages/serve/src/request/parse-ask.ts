import { tryParseDigest, type Digest } from '@lading/digest'
import { printable } from '@lading/errors'
import { isTag } from '@lading/reference'
import { ServeError } from '../serve-error.ts'
import { chooseUpstream, type Place, type Upstreams } from './choose-upstream.ts'
import { routeOf } from './route.ts'
import { onlyParameter, splitTarget } from './split-target.ts'

/** What a request wants. */
export type Ask =
  | { readonly kind: 'base' }
  | {
      readonly kind: 'manifest'
      readonly place: Place
      readonly target: { readonly tag: string } | { readonly digest: Digest }
    }
  | { readonly kind: 'blob'; readonly place: Place; readonly digest: Digest }
  | {
      readonly kind: 'tags'
      readonly place: Place
      readonly n?: number | undefined
      readonly last?: string | undefined
    }
  | {
      readonly kind: 'referrers'
      readonly place: Place
      readonly digest: Digest
      readonly artifactType?: string | undefined
    }

/**
 * A request's target (distribution-spec, "Endpoints"), decoded once and then held to the grammars of names, tags and
 * digests.
 *
 * @throws ServeError 400, 404
 */
export function parseAsk(target: string, upstreams: Upstreams): Ask {
  const { segments, query } = splitTarget(target)
  const route = routeOf(segments)
  if (route.kind === 'base') return route
  const { kind, what } = route
  const place = chooseUpstream(route.name, onlyParameter(query, 'ns'), upstreams)
  if (kind === 'manifest')
    return { kind, place, target: what.includes(':') ? { digest: digestFrom(what) } : { tag: tagFrom(what) } }
  if (kind === 'blob') return { kind, place, digest: digestFrom(what) }
  if (kind === 'referrers')
    return { kind, place, digest: digestFrom(what), artifactType: onlyParameter(query, 'artifactType') }
  return { kind, place, n: numberFrom(onlyParameter(query, 'n')), last: onlyParameter(query, 'last') }
}

function digestFrom(text: string): Digest {
  const digest = tryParseDigest(text)
  if (digest !== undefined) return digest
  throw new ServeError('DIGEST_INVALID', `${printable(text, 160)} is not a digest that this server can verify`, {
    status: 400,
  })
}

function tagFrom(text: string): string {
  if (isTag(text)) return text
  throw new ServeError('TAG_INVALID', `${printable(text, 160)} is not a tag`, { status: 400 })
}

/** More than anybody reads at once; the rest comes with the next page. */
const mostTags = 10_000

function numberFrom(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^\d{1,15}$/.test(text)) return Math.min(Number(text), mostTags)
  throw new ServeError('PAGINATION_NUMBER_INVALID', `${printable(text, 40)} is not a number of tags`, { status: 400 })
}

import { ServeError } from '../serve-error.ts'

export type Route =
  | { readonly kind: 'base' }
  | {
      readonly kind: 'manifest' | 'blob' | 'tags' | 'referrers'
      /** With its slashes, as it stands in the path: perhaps with a host before it. */
      readonly name: string
      /** What comes last, in no grammar yet; of tags nothing. */
      readonly what: string
    }

const kinds: Readonly<Record<string, 'manifest' | 'blob' | 'referrers'>> = {
  manifests: 'manifest',
  blobs: 'blob',
  referrers: 'referrers',
}

/**
 * Which end point a path means (distribution-spec, "Endpoints"). It is read from its end, because a name may have any of
 * the words of the end points in it.
 *
 * @throws ServeError 404
 */
export function routeOf(segments: readonly string[]): Route {
  const [version, ...rest] = segments
  if (version !== 'v2') throw unknown()
  if (rest.length === 0 || (rest.length === 1 && rest[0] === '')) return { kind: 'base' }
  const what = rest.at(-1) ?? ''
  const word = rest.at(-2) ?? ''
  const names = rest.slice(0, -2)
  // An escaped slash must not become one.
  if (names.length === 0 || names.some((segment) => segment.includes('/'))) throw unknown()
  const name = names.join('/')
  if (word === 'tags' && what === 'list') return { kind: 'tags', name, what: '' }
  const kind = Object.hasOwn(kinds, word) ? kinds[word] : undefined
  if (kind === undefined) throw unknown()
  return { kind, name, what }
}

const unknown = (): ServeError =>
  new ServeError('UNSUPPORTED', 'there is no such endpoint', {
    status: 404,
    hint: 'manifests, blobs, tags and referrers are below /v2/',
  })

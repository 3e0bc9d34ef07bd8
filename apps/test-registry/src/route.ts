/** What a path means. `target` is a tag, a digest or an upload's id, unchecked. */
export type RouteKind =
  | 'ping'
  | 'manifest'
  | 'blob'
  | 'upload'
  | 'tags'
  | 'catalog'
  | 'referrers'
  | 'token'
  | 'cdn'
  | 'unknown'

export interface Route {
  readonly kind: RouteKind
  readonly repository?: string | undefined
  readonly target?: string | undefined
}

// The last occurrence decides: a repository may have a component called `manifests` or `blobs`.
const patterns: readonly (readonly [RouteKind, RegExp])[] = [
  ['upload', /^(.+)\/blobs\/uploads\/?([^/]*)$/s],
  ['blob', /^(.+)\/blobs\/([^/]+)$/s],
  ['manifest', /^(.+)\/manifests\/([^/]+)$/s],
  ['referrers', /^(.+)\/referrers\/([^/]+)$/s],
  ['tags', /^(.+)\/tags\/list$/s],
]

/** The distribution spec's endpoints, and token endpoints. */
export function routeOf(path: string, tokenPaths: readonly string[] = ['/token']): Route {
  if (tokenPaths.includes(path)) return { kind: 'token' }
  if (path === '/v2' || path === '/v2/') return { kind: 'ping' }
  if (!path.startsWith('/v2/')) return { kind: 'unknown' }
  const rest = path.slice('/v2/'.length)
  if (rest === '_catalog') return { kind: 'catalog' }
  for (const [kind, pattern] of patterns) {
    const match = pattern.exec(rest)
    if (match !== null) return { kind, repository: match[1], target: match[2] === '' ? undefined : match[2] }
  }
  return { kind: 'unknown' }
}

import { ServeError } from '../serve-error.ts'

export interface SplitTarget {
  /** Of the path, each decoded once: none of them has been looked at. */
  readonly segments: readonly string[]
  readonly query: URLSearchParams
}

/**
 * The path and query of a request's target in origin form (RFC 9112 3.2.1). A slash that was escaped stays within its
 * segment, where no grammar allows it.
 *
 * @throws ServeError 400
 */
export function splitTarget(target: string): SplitTarget {
  const at = target.indexOf('?')
  const path = at === -1 ? target : target.slice(0, at)
  if (!path.startsWith('/') || target.includes('#')) throw unreadable()
  return {
    segments: path.slice(1).split('/').map(decoded),
    query: new URLSearchParams(at === -1 ? '' : target.slice(at)),
  }
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw unreadable()
  }
}

const unreadable = (): ServeError =>
  new ServeError('UNSUPPORTED', 'the address of the request cannot be read', { status: 400, closes: true })

/** @throws ServeError 400 for one that is there several times */
export function onlyParameter(query: URLSearchParams, name: string): string | undefined {
  const [value, ...others] = query.getAll(name)
  if (others.length > 0) throw new ServeError('UNSUPPORTED', `the query has ${name} more than once`, { status: 400 })
  return value
}

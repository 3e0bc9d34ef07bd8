import { failure } from '../http/registry-errors.ts'
import { json, type Reply } from '../http/message.ts'

interface Paging {
  readonly query: URLSearchParams
  readonly path: string
  /** More than that is never on one page. */
  readonly most: number | undefined
  /** Default true. */
  readonly sorted?: boolean | undefined
  body(items: readonly string[]): unknown
}

/** One page of a sorted list: `n` and `last` (exclusive) from the query, `Link` with `rel="next"` when there is more. */
export function page(items: readonly string[], { query, path, most, sorted = true, body }: Paging): Reply {
  const asked = query.get('n')
  if (asked !== null && !/^\d{1,9}$/.test(asked)) return failure('PAGINATION_NUMBER_INVALID', { n: asked })
  const last = query.get('last')
  // ASCII order, as the distribution spec's main branch asks.
  const rest = (sorted ? items.toSorted() : items).filter((item) => last === null || item > last)
  const size = Math.min(asked === null ? Number.POSITIVE_INFINITY : Number(asked), most ?? Number.POSITIVE_INFINITY)
  const shown = rest.slice(0, size)
  const final = shown.at(-1)
  if (final === undefined || shown.length === rest.length) return json(200, body(shown))
  return json(200, body(shown), {
    link: `<${path}?${new URLSearchParams({ last: final, n: String(size) }).toString()}>; rel="next"`,
  })
}

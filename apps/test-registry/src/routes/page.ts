import { failure } from '../http/registry-errors.ts'
import { json, type Reply } from '../http/message.ts'

/** One page of a sorted list: `n` and `last` (exclusive) from the query, `Link` with `rel="next"` when there is more. */
export function page(items: readonly string[], query: URLSearchParams, path: string, body: (items: readonly string[]) => unknown): Reply {
  const asked = query.get('n')
  if (asked !== null && !/^\d{1,9}$/.test(asked)) return failure('PAGINATION_NUMBER_INVALID', { n: asked })
  const last = query.get('last')
  // ASCII order, as the distribution spec's main branch asks.
  const rest = items.toSorted().filter((item) => last === null || item > last)
  const shown = asked === null ? rest : rest.slice(0, Number(asked))
  const final = shown.at(-1)
  if (final === undefined || shown.length === rest.length) return json(200, body(shown))
  return json(200, body(shown), { link: `<${path}?${new URLSearchParams({ last: final, n: String(asked) }).toString()}>; rel="next"` })
}

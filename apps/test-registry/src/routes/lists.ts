import { failure } from '../http/registry-errors.ts'
import type { Reply } from '../http/message.ts'
import type { RouteContext } from './context.ts'
import { page } from './page.ts'

/** Distribution spec, "Listing Tags". */
export function tags({ request, state, repository, quirks }: RouteContext): Reply {
  const found = state.repositories.get(repository)
  if (found === undefined) return failure('NAME_UNKNOWN', { name: repository })
  return page([...found.tags.keys()], {
    query: request.query,
    path: `/v2/${repository}/tags/list`,
    most: quirks.maxPageSize,
    sorted: quirks.sortedTags !== false,
    body: (items) => ({ name: repository, tags: items }),
  })
}

/** Docker's `_catalog`. */
export function catalog({ state, quirks }: Pick<RouteContext, 'state' | 'quirks'>, query: URLSearchParams): Reply {
  return page([...state.repositories.keys()], {
    query,
    path: '/v2/_catalog',
    most: quirks.maxPageSize,
    body: (repositories) => ({ repositories }),
  })
}

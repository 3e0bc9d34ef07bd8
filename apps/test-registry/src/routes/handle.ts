import { failure } from '../http/registry-errors.ts'
import { apiVersion, json, type RegistryRequest, type Reply } from '../http/message.ts'
import { isRepositoryName } from '../names.ts'
import type { Route } from '../route.ts'
import { blobs } from './blobs.ts'
import type { Caller, RouteContext } from './context.ts'
import { dockerRouter } from './docker-router.ts'
import { catalog, tags } from './lists.ts'
import { manifests } from './manifests.ts'
import { referrers } from './referrers.ts'
import { uploads } from './uploads.ts'

/** Everything the routes need besides the request. */
export type Shelves = Omit<RouteContext, 'request' | 'repository' | 'target' | 'caller'>

/** The registry itself: a request in, the right answer out. Faults, pace and sockets are others' business. */
export async function handle(request: RegistryRequest, route: Route, shelves: Shelves, caller: Caller): Promise<Reply> {
  const { quirks } = shelves
  const turnedAway = quirks.router === 'docker' ? dockerRouter(request, route, shelves) : undefined
  if (turnedAway !== undefined) return { ...turnedAway, headers: { ...quirks.headers, ...turnedAway.headers } }
  const answer = await answerTo(
    { ...request, query: without(request.query, quirks.ignoredParameters?.[route.kind]) },
    route,
    shelves,
    caller,
  )
  const { location } = answer.headers
  const absolute =
    quirks.absoluteLocations === true && typeof location === 'string' && location.startsWith('/')
      ? { location: `${request.scheme}://${request.headers.host ?? ''}${location}` }
      : {}
  return { ...answer, headers: { ...quirks.headers, ...answer.headers, ...absolute } }
}

async function answerTo(request: RegistryRequest, route: Route, shelves: Shelves, caller: Caller): Promise<Reply> {
  const { quirks, state } = shelves
  const reading = request.method === 'GET' || request.method === 'HEAD'
  if (route.kind === 'ping')
    return reading || quirks.router === 'docker' ? json(200, {}, apiVersion) : failure('UNSUPPORTED')
  if (route.kind === 'catalog' && quirks.catalog !== false)
    return reading ? catalog(shelves, request.query) : failure('UNSUPPORTED')
  if (route.repository === undefined) return failure('UNSUPPORTED', undefined, { status: 404 })
  if (!isRepositoryName(route.repository)) return failure('NAME_INVALID', { name: route.repository })
  if (quirks.createOnPush === false && !state.repositories.has(route.repository))
    return failure('NAME_UNKNOWN', { name: route.repository })
  const context: RouteContext = {
    ...shelves,
    caller,
    request,
    repository: route.repository,
    target: route.target ?? '',
  }
  switch (route.kind) {
    case 'manifest':
      return await manifests(context)
    case 'blob':
      return await blobs(context)
    case 'upload':
      return await uploads(context)
    case 'tags':
      return reading ? tags(context) : failure('UNSUPPORTED')
    case 'referrers':
      return reading ? referrers(context) : failure('UNSUPPORTED')
    default:
      return failure('UNSUPPORTED', undefined, { status: 404 })
  }
}

function without(query: URLSearchParams, names: readonly string[] = []): URLSearchParams {
  if (names.length === 0) return query
  const rest = new URLSearchParams(query)
  for (const name of names) rest.delete(name)
  return rest
}

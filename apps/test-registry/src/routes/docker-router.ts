import { reply, type RegistryRequest, type Reply } from '../http/message.ts'
import { isTag } from '../names.ts'
import type { Route, RouteKind } from '../route.ts'
import { textContent } from '../state/content.ts'

/** What may be done with what, in the order of `Allow`. */
const methods: Readonly<Partial<Record<RouteKind, readonly string[]>>> = {
  manifest: ['DELETE', 'GET', 'HEAD', 'PUT'],
  blob: ['DELETE', 'GET', 'HEAD'],
  upload: ['DELETE', 'GET', 'HEAD', 'PATCH', 'PUT'],
  tags: ['GET'],
  catalog: ['GET'],
}

/** What the router of Docker's registry answers before anybody looks at a repository; `undefined`: the request goes on. */
export function dockerRouter(
  { method, path }: RegistryRequest,
  { kind, target }: Route,
  { referrers }: { readonly referrers: boolean },
): Reply | undefined {
  if (path === '/v2' || path.endsWith('/blobs/uploads')) return moved(method, `${path}/`)
  if (kind === 'ping') return undefined
  if (kind === 'unknown' || (kind === 'referrers' && !referrers)) return words(404, '404 page not found')
  if (kind === 'manifest' && target?.includes(':') === false && !isTag(target)) return words(404, '404 page not found')
  const allowed = kind === 'upload' && target === undefined ? ['POST'] : methods[kind]
  if (allowed === undefined || allowed.includes(method)) return undefined
  return words(405, 'Method not allowed', { allow: allowed.join(', ') })
}

const moved = (method: string, location: string): Reply =>
  method === 'GET'
    ? reply(
        301,
        { location, 'content-type': 'text/html; charset=utf-8' },
        textContent(`<a href="${location}">Moved Permanently</a>.\n\n`),
      )
    : reply(301, { location })

/** As Go's `http.Error`. */
const words = (status: number, text: string, headers: Readonly<Record<string, string>> = {}): Reply =>
  reply(
    status,
    { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff', ...headers },
    textContent(`${text}\n`),
  )

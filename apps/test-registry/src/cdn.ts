import { createHmac, randomBytes } from 'node:crypto'
import { reply, type RegistryRequest, type Reply } from './http/message.ts'
import { handle, type Shelves } from './routes/handle.ts'
import { routeOf, type Route } from './route.ts'
import { sameSecret } from './auth/credentials.ts'
import { textContent } from './state/content.ts'

/** The second origin: serves blobs and manifests at signed URLs that expire, and refuses a registry's credentials as S3 does. */
export interface Cdn {
  sign(path: string, expiresInMs: number): string
  answer(request: RegistryRequest): Promise<Reply>
}

const prefix = '/cdn'

export const isSignedPath = (path: string): boolean => path.startsWith(`${prefix}/`)

/** The path under the prefix is the registry's own. */
export function cdnRoute(path: string, tokenPaths: readonly string[]): Route {
  if (tokenPaths.includes(path)) return { kind: 'token' }
  const { repository, target } = routeOf(registryPath(path))
  return isSignedPath(path) ? { kind: 'cdn', repository, target } : { kind: 'unknown' }
}

/** What a path of the second origin is called at the registry. */
export const registryPath = (path: string): string => path.slice(prefix.length)

export function createCdn(shelves: Shelves, now: () => number): Cdn {
  const key = randomBytes(32)
  const signature = (path: string, expires: string): string =>
    createHmac('sha256', key).update(`${path} ${expires}`).digest('hex')
  return {
    sign(path, expiresInMs) {
      const expires = String(now() + expiresInMs)
      return `${prefix}${path}?${new URLSearchParams({ expires, signature: signature(path, expires) }).toString()}`
    },
    async answer(request) {
      const path = registryPath(request.path)
      const expires = request.query.get('expires') ?? ''
      if (request.headers.authorization !== undefined)
        return refused(400, 'InvalidArgument', 'Only one auth mechanism allowed')
      if (!sameSecret(request.query.get('signature') ?? '', signature(path, expires)))
        return refused(403, 'SignatureDoesNotMatch', 'The signature does not match')
      if (now() >= Number(expires)) return refused(403, 'AccessDenied', 'Request has expired')
      if (request.method === 'HEAD' && shelves.quirks.signedForGet === true)
        return refused(403, 'SignatureDoesNotMatch', 'The signature does not match')
      if (request.method !== 'GET' && request.method !== 'HEAD')
        return refused(405, 'MethodNotAllowed', 'The method is not allowed')
      return await handle({ ...request, path, query: new URLSearchParams() }, routeOf(path), shelves, {
        mayRead: () => false,
      })
    },
  }
}

const refused = (status: number, code: string, message: string): Reply =>
  reply(
    status,
    { 'content-type': 'application/xml' },
    textContent(
      `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`,
    ),
  )

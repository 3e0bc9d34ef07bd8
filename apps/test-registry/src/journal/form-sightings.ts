import type { RegistryRequest } from '../http/message.ts'
import type { Secrets } from './secrets.ts'

const most = 64 * 1024

/**
 * Whether a form (an OAuth2 request to a token endpoint) holds a secret in its first 64 KiB. It is read before anything
 * answers, since a fault may answer without reading; the request that comes back has its whole body again.
 */
export async function lookIntoForm(
  request: RegistryRequest,
  secrets: Secrets,
): Promise<{ readonly request: RegistryRequest; readonly secret: boolean }> {
  if (
    request.method !== 'POST' ||
    request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') !== true
  )
    return { request, secret: false }
  const rest = request.body[Symbol.asyncIterator]()
  const chunks: Uint8Array[] = []
  let size = 0
  while (size < most) {
    const { done, value } = await rest.next()
    if (done === true) break
    chunks.push(value)
    size += value.length
  }
  return {
    request: { ...request, body: whole(chunks, rest) },
    secret: secrets.foundIn(Buffer.concat(chunks).toString('utf8')),
  }
}

async function* whole(chunks: readonly Uint8Array[], rest: AsyncIterator<Uint8Array>): AsyncIterable<Uint8Array> {
  yield* chunks
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value
}

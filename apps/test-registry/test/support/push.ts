import { createHash } from 'node:crypto'
import { ask } from './http.ts'

/** Pushes a blob the ordinary way, and says its digest. */
export async function pushBlob(
  { url }: { readonly url: string },
  repository: string,
  bytes: Uint8Array,
): Promise<string> {
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
  const session = await ask(`${url}/v2/${repository}/blobs/uploads/`, { method: 'POST' })
  const location = new URL(String(session.headers.location), url)
  location.searchParams.set('digest', digest)
  const answer = await ask(location.href, { method: 'PUT', body: bytes })
  if (answer.status !== 201) throw new Error(`refused: ${answer.status} ${answer.body.toString()}`)
  return digest
}

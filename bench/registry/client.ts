import { createHash } from 'node:crypto'
import { connect } from 'node:net'

export async function pushBlob(url: string, repository: string, bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
  const session = await fetch(`${url}/v2/${repository}/blobs/uploads/`, { method: 'POST' })
  const location = new URL(session.headers.get('location') ?? '', url)
  location.searchParams.set('digest', digest)
  const answer = await fetch(location, {
    method: 'PUT',
    body: bytes,
    headers: { 'content-type': 'application/octet-stream' },
  })
  if (answer.status !== 201) throw new Error(`blob refused: ${answer.status} ${await answer.text()}`)
  return digest
}

/** Bytes of a whole answer over a connection of its own, head and all. The bytes are dropped: the server is measured, not this. */
export function fetchRaw(url: string, path: string): Promise<number> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    let total = 0
    const socket = connect({
      host: hostname,
      port: Number(port),
      onread: { buffer: Buffer.alloc(1024 * 1024), callback: (bytes) => ((total += bytes), true) },
    })
    socket.once('error', reject)
    socket.once('close', () => resolve(total))
    socket.write(`GET ${path} HTTP/1.1\r\nhost: bench\r\nconnection: close\r\n\r\n`)
  })
}

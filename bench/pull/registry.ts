import { createReadStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { startTestRegistry } from '@lading/test-registry'
import { startDockerRegistry } from '../../test/support/docker-registry.ts'
import { missing } from '../../test/support/real-parts.ts'
import type { BenchBlob, BenchImage } from './image.ts'

export interface BenchRegistry {
  readonly name: string
  readonly host: string
  close(): Promise<void>
}

/** The real registry where it is installed, else our own for tests. */
export async function startRegistry(folder: string): Promise<BenchRegistry> {
  if (missing('docker-registry')) {
    const registry = await startTestRegistry()
    return { name: 'test registry', host: registry.host, close: () => registry.close() }
  }
  const data = join(folder, 'registry')
  await mkdir(data, { recursive: true })
  const registry = await startDockerRegistry(data)
  return { name: 'docker-registry', host: registry.host, close: () => registry.close() }
}

export async function pushImage(host: string, name: string, tag: string, image: BenchImage): Promise<void> {
  for (const blob of [image.config, ...image.layers]) await pushBlob(host, name, blob)
  const answer = await fetch(`http://${host}/v2/${name}/manifests/${tag}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/vnd.oci.image.manifest.v1+json' },
    body: image.manifest,
  })
  if (!answer.ok) throw new Error(`manifest refused: ${answer.status} ${await answer.text()}`)
}

async function pushBlob(host: string, name: string, blob: BenchBlob): Promise<void> {
  const there = await fetch(`http://${host}/v2/${name}/blobs/${blob.digest}`, { method: 'HEAD' })
  if (there.ok) return
  const session = await fetch(`http://${host}/v2/${name}/blobs/uploads/`, { method: 'POST' })
  const location = new URL(session.headers.get('location') ?? '', `http://${host}/`)
  location.searchParams.set('digest', blob.digest)
  const body = Readable.toWeb(createReadStream(blob.file)) as unknown as ReadableStream<Uint8Array>
  const answer = await fetch(location, {
    method: 'PUT',
    headers: { 'content-type': 'application/octet-stream', 'content-length': String(blob.size) },
    body,
    duplex: 'half',
  })
  if (!answer.ok) throw new Error(`blob refused: ${answer.status} ${await answer.text()}`)
}

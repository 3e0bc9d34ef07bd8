import { createReadStream } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { makeCertificate, startTestRegistry } from '@lading/test-registry'
import { startDockerRegistry } from '../../test/support/docker-registry.ts'
import { missing } from '../../test/support/real-parts.ts'
import type { BenchBlob, BenchImage } from './image/image.ts'

export interface BenchRegistry {
  readonly name: string
  readonly host: string
  close(): Promise<void>
}

/** A certificate and its key, and the CA that has signed it, as files. */
export interface BenchTls {
  readonly cert: string
  readonly key: string
  readonly ca: string
}

/** The real registry where it is installed, else our own for tests. What was pushed is there the next time. */
export async function startRegistry(folder: string, tls?: BenchTls): Promise<BenchRegistry> {
  const directory = join(folder, 'registry')
  await mkdir(directory, { recursive: true })
  if (missing('docker-registry')) {
    const pair = tls && { cert: await readFile(tls.cert, 'utf8'), key: await readFile(tls.key, 'utf8') }
    const registry = await startTestRegistry({ storage: { directory }, maxBlobBytes: 2 ** 34, tls: pair })
    return { name: 'test registry', host: registry.host, close: () => registry.close() }
  }
  const registry = await startDockerRegistry(directory, { tls })
  return { name: 'docker-registry', host: registry.host, close: () => registry.close() }
}

/** For 127.0.0.1. */
export async function writeTls(folder: string): Promise<BenchTls> {
  const authority = makeCertificate({ authority: true, commonName: 'bench' })
  const { cert, key } = makeCertificate({ issuer: authority, hosts: ['127.0.0.1', 'localhost'] })
  const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem'), ca: join(folder, 'ca.pem') }
  await Promise.all([writeFile(files.cert, cert), writeFile(files.key, key), writeFile(files.ca, authority.cert)])
  return files
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

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { startTestRegistry } from '@lading/test-registry'
import type { BenchBlob, BenchImage } from './image.ts'

export interface BenchRegistry {
  readonly name: string
  readonly host: string
  close(): Promise<void>
}

/** The real registry where it is installed, else our own for tests. */
export async function startRegistry(program: string | undefined, folder: string): Promise<BenchRegistry> {
  if (program === undefined) {
    const registry = await startTestRegistry()
    return { name: 'test registry', host: registry.host, close: () => registry.close() }
  }
  const port = await freePort()
  const config = join(folder, 'registry.yml')
  await mkdir(join(folder, 'registry'), { recursive: true })
  await writeFile(
    config,
    `version: 0.1\nlog: {level: error}\nstorage:\n  filesystem: {rootdirectory: ${join(folder, 'registry')}}\n  delete: {enabled: true}\nhttp: {addr: "127.0.0.1:${port}"}\n`,
  )
  const server = spawn(program, ['serve', config], { stdio: 'ignore' })
  const host = `127.0.0.1:${port}`
  await answering(`http://${host}/v2/`)
  return {
    name: 'docker-registry',
    host,
    async close() {
      server.kill()
      await once(server, 'close')
    },
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

async function answering(url: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    try {
      if ((await fetch(url)).ok) return
    } catch {
      // Not yet listening.
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`${url} does not answer`)
}

export async function pushImage(host: string, name: string, tag: string, image: BenchImage): Promise<void> {
  for (const blob of [image.config, ...image.layers]) await pushBlob(host, name, blob)
  const answer = await fetch(`http://${host}/v2/${name}/manifests/${tag}`, { method: 'PUT', headers: { 'content-type': 'application/vnd.oci.image.manifest.v1+json' }, body: image.manifest })
  if (!answer.ok) throw new Error(`manifest refused: ${answer.status} ${await answer.text()}`)
}

async function pushBlob(host: string, name: string, blob: BenchBlob): Promise<void> {
  const there = await fetch(`http://${host}/v2/${name}/blobs/${blob.digest}`, { method: 'HEAD' })
  if (there.ok) return
  const session = await fetch(`http://${host}/v2/${name}/blobs/uploads/`, { method: 'POST' })
  const location = new URL(session.headers.get('location') ?? '', `http://${host}/`)
  location.searchParams.set('digest', blob.digest)
  const body = Readable.toWeb(createReadStream(blob.file)) as unknown as BodyInit
  const answer = await fetch(location, { method: 'PUT', headers: { 'content-type': 'application/octet-stream', 'content-length': String(blob.size) }, body, duplex: 'half' } as RequestInit)
  if (!answer.ok) throw new Error(`blob refused: ${answer.status} ${await answer.text()}`)
}

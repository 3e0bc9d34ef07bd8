import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { sendBlob } from '@lading/content'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startDockerRegistry, type DockerRegistry } from '../../../test/support/docker-registry.ts'
import { enlarged, needs } from '../../../test/support/needs.ts'
import { pathOf } from '../../../test/support/real-parts.ts'
import { createUndiciTransport, type Repository, type Transport } from '../src/index.ts'
import { clientOf, failureOf } from './support/client.ts'
import { descriptorOf, manifestOf, manifestType } from './support/image.ts'
import { sha256 } from './support/scripted-server.ts'

const run = promisify(execFile)
const skopeo = async (...args: string[]): Promise<string> =>
  (await run(pathOf('skopeo'), args, { maxBuffer: 16 * 1024 * 1024 })).stdout

describe('pushing to distribution 2.8', needs('docker-registry', 'skopeo', enlarged), () => {
  let folder: string
  let registry: DockerRegistry
  let repository: (name: string) => Repository
  const layer = gzipSync(Buffer.concat([randomBytes(300_000), Buffer.alloc(10_240)]))
  const config = Buffer.from(
    JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      config: {},
      rootfs: { type: 'layers', diff_ids: [sha256('x')] },
    }),
  )
  const image = manifestOf(config, [layer])

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lading-push-'))
    registry = await startDockerRegistry(folder)
    repository = (name) => clientOf().repository(`${registry.host}/${name}`)
  })
  afterAll(async () => {
    await registry?.close()
    await rm(folder, { recursive: true, force: true })
  })

  const push = async (name: string, tags: readonly string[] = ['1']): Promise<void> => {
    const { blobs, manifests } = repository(name)
    await blobs.upload(descriptorOf(config), config)
    await blobs.upload(descriptorOf(layer), layer, { chunkSize: 100_000 })
    await manifests.put(image.digest, image.bytes, { tags })
  }

  it('what we push is what skopeo reads and copies, and what skopeo pushes is what we read', async () => {
    await push('team/app', ['1', '2'])
    expect(await skopeo('inspect', '--tls-verify=false', '--raw', `docker://${registry.host}/team/app:2`)).toBe(
      image.bytes.toString(),
    )
    await skopeo(
      'copy',
      '--src-tls-verify=false',
      '--dest-tls-verify=false',
      `docker://${registry.host}/team/app:1`,
      `dir:${folder}/copy`,
    )
    expect(await readFile(join(folder, 'copy', descriptorOf(layer).digest.slice('sha256:'.length)))).toEqual(layer)
    await skopeo('copy', '--dest-tls-verify=false', `dir:${folder}/copy`, `docker://${registry.host}/team/back:1`)
    const back = await repository('team/back').manifests.get('1')
    expect(back.descriptor.digest).toBe(image.digest)
    expect(Buffer.from(await repository('team/back').blobs.read(descriptorOf(layer)))).toEqual(layer)
  })

  it('an upload that breaks off goes on from what the registry has', async () => {
    const undici = createUndiciTransport()
    const seen: string[] = []
    let left = 1
    const breaking: Transport = (request, to, options) => {
      const { body } = request
      seen.push(`${request.method} ${request.headers['content-range'] ?? ''}`.trim())
      if (
        request.method !== 'PATCH' ||
        left-- <= 0 ||
        body === undefined ||
        typeof body === 'string' ||
        body instanceof Uint8Array
      )
        return undici.transport(request, to, options)
      return undici.transport({ ...request, body: cut(body, 150_000) }, to, options)
    }
    async function* cut(body: AsyncIterable<Uint8Array>, after: number): AsyncGenerator<Uint8Array, void, undefined> {
      let count = 0
      for await (const chunk of body) {
        if (count >= after) throw new Error('the cable')
        count += chunk.byteLength
        yield chunk
      }
    }
    const { blobs, target } = clientOf({ transport: breaking }).repository(`${registry.host}/team/broken`)
    const delivery = await target({ chunkSize: 400_000 }).begin()
    const attempt = async (): Promise<void> => {
      const receiver = await delivery.receive(descriptorOf(layer))
      if (typeof receiver === 'string') throw new Error(receiver)
      try {
        await sendBlob(descriptorOf(layer), layer, receiver)
        await receiver.commit()
      } finally {
        await receiver.close()
      }
    }
    expect(await failureOf(attempt())).toMatchObject({ cause: { message: 'the cable' } })
    await attempt()
    await delivery.finish()
    expect(Buffer.from(await blobs.read(descriptorOf(layer)))).toEqual(layer)
    expect(seen.filter((line) => line.startsWith('PATCH')).length).toBe(2)
    await undici.close()
  })

  it('a blob is mounted from another repository, and not from any', async () => {
    await push('team/base')
    expect(await repository('team/mounted').blobs.mount(descriptorOf(layer).digest, { from: 'team/base' })).toBe(true)
    expect(await repository('team/mounted').blobs.head(descriptorOf(layer).digest)).toMatchObject({
      size: layer.length,
    })
    expect(await repository('team/other').blobs.mount(descriptorOf(layer).digest)).toBe(false)
    expect(
      await repository('team/other').blobs.upload(descriptorOf(layer), layer, { mount: { from: 'team/none' } }),
    ).toEqual({ mounted: false })
  })

  it('a wrong digest is refused, an empty blob taken', async () => {
    const { blobs } = repository('team/odd')
    await blobs.upload(descriptorOf(Buffer.alloc(0)), Buffer.alloc(0))
    expect(await failureOf(blobs.upload(descriptorOf(config), layer))).toMatchObject({ code: 'SIZE_MISMATCH' })
    expect(await failureOf(blobs.head(descriptorOf(config).digest))).toMatchObject({ code: 'BLOB_UNKNOWN' })
  })

  it('what refers to an image is listed by the fallback tag, and goes from there', async () => {
    await push('team/signed')
    const { blobs, manifests, referrers } = repository('team/signed')
    await blobs.upload(descriptorOf(Buffer.from('{}')), Buffer.from('{}'))
    const empty = descriptorOf(Buffer.from('{}'), 'application/vnd.oci.empty.v1+json')
    const signature = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: manifestType,
        artifactType: 'x/signature',
        config: empty,
        layers: [empty],
        subject: { mediaType: manifestType, digest: image.digest, size: image.bytes.length },
      }),
    )
    expect(await manifests.put(sha256(signature), signature)).toMatchObject({ referrers: 'fallback-tag' })
    const list = async (): Promise<string[]> => {
      const all: string[] = []
      for await (const { digest } of referrers(image.digest, { artifactType: 'x/signature' })) all.push(digest)
      return all
    }
    expect(await list()).toEqual([sha256(signature)])
    await manifests.delete(sha256(signature))
    expect(await list()).toEqual([])
  })

  it('an image is deleted by digest, and a tag is refused with a hint', async () => {
    await push('team/gone')
    const { manifests, blobs } = repository('team/gone')
    expect(await failureOf(manifests.delete('1'))).toMatchObject({
      code: 'UNSUPPORTED',
      hint: expect.stringContaining('digest') as string,
    })
    await manifests.delete(image.digest)
    expect(await failureOf(manifests.head('1'))).toMatchObject({ code: 'MANIFEST_UNKNOWN' })
    await blobs.delete(descriptorOf(layer).digest)
    expect(await failureOf(blobs.head(descriptorOf(layer).digest))).toMatchObject({ code: 'BLOB_UNKNOWN' })
  })

  it('the catalog lists what was pushed', async () => {
    await push('team/listed')
    const all: string[] = []
    for await (const name of clientOf().catalog(registry.host)) all.push(name)
    expect(all).toContain('team/listed')
  })
})

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startDockerRegistry } from '../../../test/support/docker-registry.ts'
import { needs, needsGoTool } from '../../../test/support/needs.ts'
import { clientOf, failureOf } from './support/client.ts'
import { descriptorOf, manifestOf, manifestType } from './support/image.ts'
import { sinkOf } from './support/sink.ts'

/** Debian's distribution 2.8, or 3, for one test. */
async function registryOf(program: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'lading-docker-registry-'))
  const { host, close } = await startDockerRegistry(directory, { program })
  onTestFinished(async () => {
    await close()
    await rm(directory, { recursive: true, force: true })
  })
  return host
}

async function push(
  host: string,
  contents: readonly Uint8Array[],
  manifest: Uint8Array,
  tags: readonly string[],
): Promise<void> {
  for (const content of contents) {
    const session = await fetch(`http://${host}/v2/team/app/blobs/uploads/`, { method: 'POST' })
    const location = new URL(session.headers.get('location') ?? '', `http://${host}`)
    location.searchParams.set('digest', descriptorOf(content).digest)
    await fetch(location, { method: 'PUT', body: new Uint8Array(content) })
  }
  for (const tag of tags) {
    const answer = await fetch(`http://${host}/v2/team/app/manifests/${tag}`, {
      method: 'PUT',
      headers: { 'content-type': manifestType },
      body: new Uint8Array(manifest),
    })
    expect(answer.status).toBe(201)
  }
}

describe.each([
  ['distribution 2.8', 'docker-registry', needs('docker-registry')],
  ['distribution 3', 'registry', needsGoTool('registry')],
] as const)('%s', (_, program, needed) => {
  it('serves everything a pull needs, with its own mistakes', needed, async () => {
    const host = await registryOf(program)
    const [config, layer] = [Buffer.from('{}'), Buffer.from('0123456789'.repeat(10_000))]
    const manifest = manifestOf(config, [layer])
    await push(host, [config, layer], manifest.bytes, ['1', '2', '3'])
    const repository = clientOf().repository(`${host}/team/app`)

    const head = await repository.manifests.head('1')
    expect(head).toEqual({ mediaType: manifestType, digest: manifest.digest, size: manifest.bytes.byteLength })
    expect((await repository.manifests.get('1')).descriptor).toEqual(head)
    expect(await repository.manifests.getIfChanged('1', manifest.digest)).toBe('not-modified')

    const resumed = sinkOf(layer.subarray(0, 40_000))
    await repository.blobs.fetch(descriptorOf(layer), resumed)
    expect(resumed.begun).toMatchObject([{ start: 40_000 }])
    expect(resumed.content()).toEqual(layer)

    // It answers 416 with the length of the whole blob and then hangs up.
    const tooFar = { ...descriptorOf(layer), size: 200_000 }
    expect(await failureOf(repository.blobs.fetch(tooFar, sinkOf(Buffer.alloc(150_000))))).toMatchObject({
      code: 'SIZE_MISMATCH',
      facts: { actual: layer.length },
    })

    const tags: string[] = []
    for await (const tag of repository.tags({ pageSize: 1 })) tags.push(tag)
    // In the order of its file system, and all at once.
    expect(tags.toSorted()).toEqual(['1', '2', '3'])
    expect(await failureOf(repository.manifests.get('nope'))).toMatchObject({ code: 'MANIFEST_UNKNOWN' })
    expect(await failureOf(repository.blobs.read(descriptorOf(Buffer.from('nope'))))).toMatchObject({
      code: 'BLOB_UNKNOWN',
    })
  })
})

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { startTestRegistry, type TestRegistry } from '../src/index.ts'
import { ask, errorCode, json, type Answer } from './support/http.ts'
import { pushBlob } from './support/push.ts'

const manifestType = 'application/vnd.oci.image.manifest.v1+json'
const indexType = 'application/vnd.oci.image.index.v1+json'
const digest = `sha256:${'0'.repeat(64)}`

// Go writes a list that nobody filled as null, and reads null as nothing: `regctl image create` pushes such layers.
describe('members that are null', () => {
  const put = (
    registry: TestRegistry,
    document: Readonly<Record<string, unknown>>,
    type = manifestType,
  ): Promise<Answer> =>
    ask(`${registry.url}/v2/t/nulls/manifests/1`, {
      method: 'PUT',
      body: JSON.stringify({ schemaVersion: 2, ...document }),
      headers: { 'content-type': type },
    })

  test('are members that are not there, in a manifest that is pushed', async () => {
    await using registry = await startTestRegistry()
    const config = { digest: await pushBlob(registry, 't/nulls', Buffer.from('{}')), size: 2, urls: null }
    for (const [document, type] of [
      [{ config, layers: null }, manifestType],
      [{ config: { ...config, mediaType: null }, layers: [config], mediaType: null, subject: null }, manifestType],
      [{ manifests: null, mediaType: indexType, annotations: null }, indexType],
    ] as const)
      expect((await put(registry, document, type)).status).toBe(201)
  })

  test('do not appear in the list of referrers', async () => {
    await using registry = await startTestRegistry()
    const config = { mediaType: 'x/y', digest: await pushBlob(registry, 't/nulls', Buffer.from('{}')), size: 2 }
    const pushed = await put(registry, {
      config,
      layers: null,
      artifactType: null,
      annotations: null,
      subject: { digest },
    })
    expect(pushed.headers['oci-subject']).toBe(digest)
    const [listed] = json(await ask(`${registry.url}/v2/t/nulls/referrers/${digest}`))['manifests'] as object[]
    expect(listed).toMatchObject({ artifactType: 'x/y' })
    expect(listed).not.toHaveProperty('annotations')
  })

  test('and nothing else take the place of a descriptor or a list', async () => {
    await using registry = await startTestRegistry()
    for (const document of [
      { layers: [null] },
      { layers: {} },
      { layers: [{ digest: null }] },
      { manifests: '' },
      { config: [] },
      { config: { digest, mediaType: 1 } },
      { subject: { digest, urls: {} } },
      { mediaType: false },
    ]) {
      const answer = await put(registry, document)
      expect([answer.status, errorCode(answer)]).toEqual([400, 'MANIFEST_INVALID'])
    }
  })

  test('are read in a layout, too', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'nulls-'))
    const layout = join(directory, 't/nulls')
    await mkdir(join(layout, 'blobs'), { recursive: true })
    await writeFile(join(layout, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}')
    await writeFile(join(layout, 'index.json'), '{"schemaVersion":2,"manifests":null}')
    await using registry = await startTestRegistry({ storage: { directory } })
    expect(registry.repositories()).toEqual(['t/nulls'])
    await registry.close()
    await rm(directory, { recursive: true })
  })
})

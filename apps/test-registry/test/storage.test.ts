import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { needs } from '../../../test/support/needs.ts'
import { artifact, image, index, startTestRegistry, type TestRegistry, type TestRegistryOptions } from '../src/index.ts'
import { ask, json } from './support/http.ts'
import { pushBlob } from './support/push.ts'

const run = promisify(execFile)
let directory: string
let registry: TestRegistry

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'storage-'))
})
afterEach(async () => {
  await registry?.close()
  await rm(directory, { recursive: true })
})

const start = async (options: TestRegistryOptions = {}): Promise<void> => {
  registry = await startTestRegistry({ storage: { directory }, ...options })
}
const restart = async (): Promise<void> => {
  await registry.close()
  await start()
}
const app = image('t/app:1').layer({ 'etc/motd': 'hello' }).randomLayer(1_500_000)
const layers = app.build().layers
const get = (path: string, headers: Record<string, string> = {}): ReturnType<typeof ask> =>
  ask(`${registry.url}/v2/${path}`, { headers })

describe('a directory', () => {
  test('has what was seeded and pushed after a restart, byte for byte', async () => {
    await start({ images: [app, index('t/multi/arch:1').add(app).add(app.platform('linux/arm64'))] })
    const pushed = await pushBlob(registry, 't/pushed', Buffer.from('pushed'))
    const tagless = registry
      .repository('t/app')
      .putManifest({ mediaType: 'application/vnd.oci.image.manifest.v1+json', schemaVersion: 2 })
    await restart()
    expect(registry.repositories()).toEqual(['t/app', 't/multi/arch', 't/pushed'])
    expect((await get('t/app/manifests/1')).body).toEqual(Buffer.from(app.build().bytes))
    expect((await get(`t/app/blobs/${layers[1]!.digest}`)).body).toEqual(Buffer.from(layers[1]!.bytes))
    expect((await get(`t/app/blobs/${layers[1]!.digest}`, { range: 'bytes=600000-1400000' })).body).toEqual(
      Buffer.from(layers[1]!.bytes.subarray(600_000, 1_400_001)),
    )
    expect((await get(`t/app/manifests/${tagless}`)).status).toBe(200)
    expect((await get('t/multi/arch/manifests/1')).headers['content-type']).toBe(
      'application/vnd.oci.image.index.v1+json',
    )
    expect(registry.repository('t/multi/arch').manifests()).toHaveLength(3)
    expect((await get(`t/pushed/blobs/${pushed}`)).body.toString()).toBe('pushed')
  })

  test('forgets what was deleted, and keeps a file that is a manifest as well as a blob', async () => {
    await start({ images: [app] })
    const both = registry.repository('t/app').putBlob(app.build().bytes)
    await ask(`${registry.url}/v2/t/app/blobs/${both}`, { method: 'DELETE' })
    await ask(`${registry.url}/v2/t/app/blobs/${layers[0]!.digest}`, { method: 'DELETE' })
    await ask(`${registry.url}/v2/t/app/manifests/1`, { method: 'DELETE' })
    await restart()
    expect((await get(`t/app/blobs/${layers[0]!.digest}`)).status).toBe(404)
    expect((await get('t/app/manifests/1')).status).toBe(404)
    expect((await get(`t/app/manifests/${both}`)).body).toEqual(Buffer.from(app.build().bytes))
    await ask(`${registry.url}/v2/t/app/manifests/${both}`, { method: 'DELETE' })
    expect(existsSync(join(directory, 't/app/blobs/sha256', both.slice(7)))).toBe(false)
  })

  test('keeps the blob when a manifest of the same bytes is deleted', async () => {
    await start({ images: [app] })
    const both = registry.repository('t/app').putBlob(app.build().bytes)
    expect((await ask(`${registry.url}/v2/t/app/manifests/${both}`, { method: 'DELETE' })).status).toBe(202)
    expect((await get(`t/app/blobs/${both}`)).body).toEqual(Buffer.from(app.build().bytes))
  })

  test('is an image layout for each repository, with a tag as its ref name', async () => {
    await start({ images: [app] })
    expect(await readFile(join(directory, 't/app/oci-layout'), 'utf8')).toBe('{"imageLayoutVersion":"1.0.0"}')
    const { manifests } = JSON.parse(await readFile(join(directory, 't/app/index.json'), 'utf8')) as {
      manifests: unknown[]
    }
    expect(manifests).toEqual([
      {
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        digest: app.build().digest,
        size: app.build().size,
        annotations: { 'org.opencontainers.image.ref.name': '1' },
      },
    ])
  })

  test('takes repositories whose names would lie inside another', async () => {
    const names = ['t', 't/blobs', 't/blobs/sha256', 't/index.json', 't/oci-layout', 't/con']
    await start()
    for (const name of names) registry.repository(name).putManifest(app.build().bytes, { tag: '1' })
    await restart()
    expect(registry.repositories()).toEqual(names.toSorted())
    for (const name of names) expect(registry.repository(name).manifest('1')?.digest).toBe(app.build().digest)
  })

  test('takes a mount as one more name for the file, and loses neither when one is deleted', async () => {
    await start({ images: [app] })
    const { digest, bytes } = layers[1]!
    expect(
      (await ask(`${registry.url}/v2/t/other/blobs/uploads/?mount=${digest}&from=t/app`, { method: 'POST' })).status,
    ).toBe(201)
    await ask(`${registry.url}/v2/t/app/blobs/${digest}`, { method: 'DELETE' })
    await restart()
    expect((await get(`t/other/blobs/${digest}`)).body).toEqual(Buffer.from(bytes))
  })

  test('has no uploads left over', async () => {
    await start()
    const session = await ask(`${registry.url}/v2/t/app/blobs/uploads/`, { method: 'POST' })
    await ask(`${registry.url}${String(session.headers.location)}`, { method: 'PATCH', body: Buffer.alloc(100_000) })
    expect(await readdir(join(directory, '_uploads'))).toHaveLength(1)
    await registry.close()
    expect(await readdir(directory)).toEqual([])
  })

  test('has referrers after a restart', async () => {
    await start({ images: [app, artifact('t/app:sbom', 'application/x-sbom').subject(app.build())] })
    await restart()
    expect(json(await get(`t/app/referrers/${app.build().digest}`))['manifests']).toMatchObject([
      { artifactType: 'application/x-sbom' },
    ])
  })

  test('that cannot be one is refused with a reason', async () => {
    await writeFile(join(directory, 'file'), '')
    await expect(startTestRegistry({ storage: { directory: join(directory, 'file') } })).rejects.toMatchObject({
      code: 'STORAGE_INVALID',
      hint: expect.stringContaining('written') as string,
    })
    await writeFile(join(directory, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}')
    await expect(start()).rejects.toMatchObject({
      code: 'STORAGE_INVALID',
      message: expect.stringContaining('is itself an image layout') as string,
    })
  })
})

describe('somebody else’s layout', () => {
  const layout = async (files: Record<string, string>): Promise<string> => {
    const path = join(directory, 'layout')
    await mkdir(join(path, 'blobs/sha256'), { recursive: true })
    for (const [name, text] of Object.entries({
      'oci-layout': '{"imageLayoutVersion":"1.0.0"}',
      'index.json': '{"manifests":[]}',
      ...files,
    }))
      await writeFile(join(path, name), text)
    return path
  }
  const load = (path: string): Promise<TestRegistry> => startTestRegistry({ layouts: { 't/app': path } })

  test.each([
    ['no marker', { 'oci-layout': '{}' }, 'does not say version 1.0.0'],
    ['no JSON', { 'index.json': '{' }, 'it is not JSON'],
    ['no index', { 'index.json': '[]' }, 'index.json is no image index'],
  ])('with %s is refused', async (_, files, message) => {
    await expect(load(await layout(files))).rejects.toMatchObject({
      code: 'STORAGE_INVALID',
      message: expect.stringContaining(message) as string,
    })
  })

  test('with an index of many gigabytes is refused before it is read', async () => {
    const path = await layout({})
    await truncate(join(path, 'index.json'), 10 * 1024 ** 3)
    await expect(load(path)).rejects.toMatchObject({
      message: expect.stringContaining('more than 67108864 bytes') as string,
    })
  })

  test('with links instead of files has no such blobs', async () => {
    const path = await layout({})
    const digest = 'a'.repeat(64)
    await symlink('/etc/passwd', join(path, 'blobs/sha256', digest))
    registry = await load(path)
    expect((await get(`t/app/blobs/sha256:${digest}`)).status).toBe(404)
  })

  test('with a wrong blob is served as it is; deleting it leaves the file', async () => {
    const digest = 'a'.repeat(64)
    const path = await layout({ [`blobs/sha256/${digest}`]: 'wrong' })
    registry = await load(path)
    expect((await get(`t/app/blobs/sha256:${digest}`)).body.toString()).toBe('wrong')
    expect((await ask(`${registry.url}/v2/t/app/blobs/sha256:${digest}`, { method: 'DELETE' })).status).toBe(202)
    expect((await get(`t/app/blobs/sha256:${digest}`)).status).toBe(404)
    expect(existsSync(join(path, 'blobs/sha256', digest))).toBe(true)
  })

  test(
    'made by skopeo or umoci is served from where it is, from memory and as storage',
    needs('skopeo', 'umoci'),
    async () => {
      registry = await startTestRegistry({ images: [app] })
      await mkdir(join(directory, 'made/by'), { recursive: true })
      await run('skopeo', [
        '--insecure-policy',
        'copy',
        '--src-tls-verify=false',
        `docker://${registry.host}/t/app:1`,
        `oci:${directory}/made/by/skopeo:v1`,
      ])
      await registry.close()
      await run('umoci', ['init', '--layout', `${directory}/made/by/umoci`])
      await run('umoci', ['new', '--image', `${directory}/made/by/umoci:v2`])

      registry = await startTestRegistry({
        layouts: { one: `${directory}/made/by/skopeo`, two: `${directory}/made/by/umoci` },
      })
      expect(registry.repository('one').tags()).toEqual({ v1: app.build().digest })
      expect((await get(`one/blobs/${layers[1]!.digest}`)).body).toEqual(Buffer.from(layers[1]!.bytes))
      expect((await get('two/manifests/v2')).headers['content-type']).toBe('application/vnd.oci.image.manifest.v1+json')
      await registry.close()

      await start({ storage: { directory: `${directory}/made` } })
      expect(registry.repositories()).toEqual(['by/skopeo', 'by/umoci'])
      // What skopeo pushes here, skopeo and umoci read from the directory.
      await run('skopeo', [
        '--insecure-policy',
        'copy',
        '--dest-tls-verify=false',
        `oci:${directory}/made/by/umoci:v2`,
        `docker://${registry.host}/by/skopeo:v2`,
      ])
      expect(JSON.parse((await run('skopeo', ['inspect', `oci:${directory}/made/by/skopeo:v1`])).stdout)).toMatchObject(
        { Digest: app.build().digest },
      )
      expect(
        (await run('umoci', ['ls', '--layout', `${directory}/made/by/skopeo`])).stdout.split('\n').toSorted(),
      ).toEqual(['', 'v1', 'v2'])
    },
  )
})

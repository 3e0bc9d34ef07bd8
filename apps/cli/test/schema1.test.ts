import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { image } from '@lading/test-registry'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startDockerRegistry, type DockerRegistry } from '../../../test/support/docker-registry.ts'
import { enlarged, needs } from '../../../test/support/needs.ts'
import { pathOf } from '../../../test/support/real-parts.ts'
import { digestOf, newSigner, schema1Document, signed } from '../../../test/support/schema1.ts'
import { buildLayout, must, skopeoCopy } from './support/real-content.ts'
import { runHere } from './support/run-here.ts'

const schema1 = 'application/vnd.docker.distribution.manifest.v1+prettyjws'

describe('schema 1 images of a real registry', needs('docker-registry', 'skopeo', 'umoci', 'busybox', enlarged), () => {
  let folder: string
  let registry: DockerRegistry
  let root: string
  let reference: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lading-schema1-'))
    root = join(folder, 'root')
    registry = await startDockerRegistry(join(folder, 'registry'), {
      extra: 'compatibility: {schema1: {enabled: true}}',
    })
    const layout = await buildLayout(
      folder,
      ['/usr/share/zoneinfo/Etc'].filter((part) => existsSync(part)),
    )
    reference = `${registry.host}/old/app:1`
    await skopeoCopy(`oci:${layout}:v1`, `docker://${reference}`, '--format', 'v2s1')
  }, 60_000)

  afterAll(async () => {
    await registry?.close()
    await rm(folder, { recursive: true, force: true })
  })

  it('are refused, and the hint names the flag', async () => {
    const { code, stderr } = await runHere(['pull', reference], { root })
    expect(code).toBe(1)
    expect(stderr).toMatch(/Docker schema 1 manifest[^]*hint: .*--allow-schema1/)
  })

  it("are pulled with it, under the registry's digest; then up to date; read in place by skopeo", async () => {
    const digest = (
      await fetch(`${registry.url}/v2/old/app/manifests/1`, { method: 'HEAD', headers: { accept: schema1 } })
    ).headers.get('docker-content-digest')
    const pulled = await runHere(['pull', '--allow-schema1', reference], { root })
    expect(pulled.stderr).toMatch(
      new RegExp(`WARNING: .*Docker schema 1.*signed by [^]*Digest: ${digest}\nStatus: Downloaded newer image`),
    )
    expect([pulled.code, pulled.stdout]).toEqual([0, `${reference}\n`])

    const again = await runHere(['pull', reference], { root })
    expect(again.stderr).toMatch(new RegExp(`Digest: ${digest}\nStatus: Image is up to date`))
    expect((await runHere(['images', '--digests'], { root })).stdout).toMatch(new RegExp(`old/app\\s+1\\s+${digest}`))

    const seen = JSON.parse(await must(pathOf('skopeo'), ['inspect', `oci:${root}:${reference}`])) as {
      Layers: string[]
      Env: string[]
    }
    const served = (await (
      await fetch(`${registry.url}/v2/old/app/manifests/1`, { headers: { accept: schema1 } })
    ).json()) as { fsLayers: { blobSum: string }[]; history: { v1Compatibility: string }[] }
    expect(seen.Layers).toEqual(
      served.fsLayers
        .filter((_, at) => served.history[at]?.v1Compatibility.includes('"throwaway":true') === false)
        .map(({ blobSum }) => blobSum)
        .toReversed(),
    )
    expect(seen.Env).toEqual(['PATH=/bin'])
  })

  it('leave nothing behind when they are removed', async () => {
    const { code, stdout } = await runHere(['rmi', reference], { root })
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/Untagged: .*old\/app:1\nUntagged: .*old\/app@sha256:[0-9a-f]{64}\nDeleted: sha256:/),
    ])
    expect(await readdir(join(root, 'blobs', 'sha256')).catch(() => [])).toEqual([])
  })

  // Signed by us and taken by the registry, which verifies with libtrust; and skopeo makes of them, with Go's own JSON, the config that docker makes.
  const text = 'A <a@b> & "c" \u2028é😀/\b\f\n\u001f'
  const full = {
    os: 'linux',
    architecture: 'amd64',
    created: '2016-01-02T03:04:05.100000Z',
    author: text,
    Size: 12,
    layer_id: 'x',
    own: { b: 1.5, a: [text, null, true] },
    config: {
      Env: [`A=${text}`],
      Labels: { z: '1', a: text, é: '3' },
      Cmd: ['x'],
      ExposedPorts: { '80/tcp': {}, '443/tcp': {} },
    },
    container_config: { Cmd: ['/bin/sh', '-c', text] },
  }
  const rich = {
    ...full.config,
    Volumes: { '/z': {}, '/a': {} },
    Entrypoint: ['one'],
    StopSignal: 'SIGTERM',
    Tty: true,
    MacAddress: '02:42',
    OnBuild: [],
    NetworkDisabled: true,
    ArgsEscaped: true,
    Bogus: 1,
  }
  it.each<readonly [tag: string, members: Readonly<Record<string, unknown>>]>([
    ['since-1.8.3', { ...full, docker_version: '1.10.3' }],
    ['before-1.8.3', { ...full, docker_version: '1.8.2', config: rich }],
    ['imported', { ...full, docker_version: 'library-import', created: '2016-01-02T03:04:05+02:30' }],
  ])('have the very config that skopeo makes of them: %s', async (tag, members) => {
    const content = image('old/made:1').layer({ a: 'a' }).layer({ b: 'b' }).build()
    const [base, top] = content.layers.map(({ digest }) => digest) as [string, string]
    for (const { bytes, digest } of content.layers) await push(digest, bytes)
    const empty = Buffer.from('1f8b080000096e8800ff621805a360148c5800080000ffff2eafb5ef00040000', 'hex')
    await push(digestOf(empty), empty)
    const document = schema1Document(
      [
        {
          blob: base,
          image: { created: '2015-01-02T03:04:05.000000001Z', container_config: { Cmd: ['a', 'b'] }, comment: text },
        },
        { blob: digestOf(empty), image: { throwaway: true, created: '2015-01-02T03:04:05Z' } },
        { blob: top, image: members },
      ],
      { name: 'old/made', tag },
    )
    const put = await fetch(`${registry.url}/v2/old/made/manifests/${tag}`, {
      method: 'PUT',
      headers: { 'content-type': schema1 },
      body: signed(document, newSigner('ES384')).bytes,
    })
    expect([put.status, await put.text()]).toEqual([201, ''])

    const made = `${registry.host}/old/made:${tag}`
    expect((await runHere(['pull', '--allow-schema1', '-q', made], { root })).code).toBe(0)
    await skopeoCopy(`docker://${made}`, `docker://${registry.host}/old/converted:${tag}`, '--format', 'v2s2')
    const skopeos = await must(pathOf('skopeo'), [
      'inspect',
      '--config',
      '--raw',
      '--tls-verify=false',
      `docker://${registry.host}/old/converted:${tag}`,
    ])
    expect(await must(pathOf('skopeo'), ['inspect', '--config', '--raw', `oci:${root}:${made}`])).toBe(skopeos)
  })

  async function push(digest: string, bytes: Uint8Array): Promise<void> {
    const started = await fetch(`${registry.url}/v2/old/made/blobs/uploads/`, { method: 'POST' })
    const location = new URL(started.headers.get('location') ?? '', registry.url)
    location.searchParams.set('digest', digest)
    const { status } = await fetch(location, {
      method: 'PUT',
      headers: { 'content-type': 'application/octet-stream' },
      body: Buffer.from(bytes),
    })
    expect(status).toBe(201)
  }
})

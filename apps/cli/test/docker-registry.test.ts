import { existsSync } from 'node:fs'
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startDockerRegistry, type DockerRegistry } from '../../../test/support/docker-registry.ts'
import { needs } from '../../../test/support/needs.ts'
import { atScale } from '../../../test/support/scale.ts'
import { pathOf } from '../../../test/support/real-parts.ts'
import { runHere } from './support/run-here.ts'
import { buildLayout, must, rawManifest, sha256, skopeoCopy } from './support/real-content.ts'

interface ManifestJson {
  readonly mediaType?: string
  readonly config: { readonly digest: string; readonly size: number }
  readonly layers: readonly { readonly digest: string; readonly size: number }[]
}

describe('real images from a real registry', needs('docker-registry', 'skopeo', 'umoci', 'busybox'), () => {
  let folder: string
  let registry: DockerRegistry
  let root: string
  const manifestOf = async (image: string): Promise<{ bytes: Buffer; json: ManifestJson }> => {
    const bytes = await rawManifest(image)
    return { bytes, json: JSON.parse(bytes.toString()) as ManifestJson }
  }
  const blob = (digest: string): Promise<Buffer> => readFile(join(root, 'blobs', ...digest.split(':')))

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lading-real-'))
    root = join(folder, 'root')
    registry = await startDockerRegistry(join(folder, 'registry'))
    const layout = await buildLayout(
      folder,
      atScale(
        ['/usr/share/zoneinfo', '/usr/share/common-licenses'],
        ['/usr/share/perl', '/usr/share/zoneinfo', '/usr/share/common-licenses'],
      ).filter((part) => existsSync(part)),
    )
    await skopeoCopy(`oci:${layout}:v1`, `docker://${registry.host}/real/app:oci`)
    await skopeoCopy(`oci:${layout}:v1`, `docker://${registry.host}/real/app:docker`, '--format', 'v2s2')
    const amd64 = await rawManifest(`docker://${registry.host}/real/app:oci`)
    const index = JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.index.v1+json',
      manifests: [
        {
          mediaType: 'application/vnd.oci.image.manifest.v1+json',
          digest: sha256(amd64),
          size: amd64.length,
          platform: { os: 'linux', architecture: process.arch === 'x64' ? 'amd64' : process.arch },
        },
      ],
    })
    const put = await fetch(`${registry.url}/v2/real/app/manifests/multi`, {
      method: 'PUT',
      headers: { 'content-type': 'application/vnd.oci.image.index.v1+json' },
      body: index,
    })
    if (!put.ok) throw new Error(`docker-registry refused the index: ${put.status}`)
  }, 120_000)

  afterAll(async () => {
    await registry?.close()
    await rm(folder, { recursive: true, force: true })
  })

  it('pulls what umoci made, whose manifest has no mediaType, byte for byte', async () => {
    const reference = `${registry.host}/real/app:oci`
    const { code, stdout, stderr } = await runHere(['pull', '--root', root, reference])
    expect(stderr).toContain('oci: Pulling from real/app')
    expect(stderr).toContain(`Status: Downloaded newer image for ${reference}`)
    expect(stdout.trim()).toBe(reference)
    expect(code).toBe(0)
    const { bytes, json } = await manifestOf(`docker://${reference}`)
    expect(await blob(sha256(bytes))).toEqual(bytes)
    expect(stderr).toContain(`Digest: ${sha256(bytes)}`)
    for (const { digest, size } of [json.config, ...json.layers]) {
      const ours = await blob(digest)
      expect(sha256(ours)).toBe(digest)
      expect(ours.length).toBe(size)
    }
  })

  it('says up to date the second time', async () => {
    const { code, stderr } = await runHere(['pull', '--root', root, `${registry.host}/real/app:oci`])
    expect(stderr).toContain('Status: Image is up to date')
    expect(stderr).not.toContain('Pull complete')
    expect(code).toBe(0)
  })

  it('is read in place by skopeo', async () => {
    const seen = JSON.parse(await must(pathOf('skopeo'), ['inspect', `oci:${root}:${registry.host}/real/app:oci`])) as {
      Layers: string[]
      Digest: string
    }
    const { bytes, json } = await manifestOf(`docker://${registry.host}/real/app:oci`)
    expect(seen.Digest).toBe(sha256(bytes))
    expect(seen.Layers).toEqual(json.layers.map(({ digest }) => digest))
  })

  it('pulls the same image as Docker schema 2: its config is shared, what is here is not fetched', async () => {
    const reference = `${registry.host}/real/app:docker`
    const before = await readdir(join(root, 'blobs/sha256'))
    const { code, stderr } = await runHere(['pull', '--root', root, reference])
    expect(code).toBe(0)
    expect(stderr).toContain('Already exists')
    expect(stderr).toContain('Status: Downloaded newer image')
    const { bytes, json } = await manifestOf(`docker://${reference}`)
    expect(json.mediaType).toBe('application/vnd.docker.distribution.manifest.v2+json')
    expect(await blob(sha256(bytes))).toEqual(bytes)
    const { json: oci } = await manifestOf(`docker://${registry.host}/real/app:oci`)
    const added = (await readdir(join(root, 'blobs/sha256'))).length - before.length
    expect(added).toBe(json.config.digest === oci.config.digest ? 1 : 2)
  })

  it('chooses from an index, and skopeo reads that in place too', async () => {
    const reference = `${registry.host}/real/app:multi`
    const { code, stderr } = await runHere(['pull', '--root', root, reference])
    expect(code).toBe(0)
    const bytes = await rawManifest(`docker://${reference}`)
    expect(stderr).toContain(`Digest: ${sha256(bytes)}`)
    expect(await blob(sha256(bytes))).toEqual(bytes)
    const seen = JSON.parse(
      await must(pathOf('skopeo'), ['inspect', `oci:${root}:${registry.host}/real/app:multi`]),
    ) as { Layers: string[] }
    expect(seen.Layers.length).toBeGreaterThanOrEqual(3)
  })

  it('says what there is when the platform is missing', async () => {
    const { code, stderr } = await runHere([
      'pull',
      '--root',
      root,
      '--platform',
      'linux/s390x',
      `${registry.host}/real/app:multi`,
    ])
    expect(code).not.toBe(0)
    expect(stderr).toMatch(/linux\/s390x/)
    expect(stderr).toMatch(/there is: linux\/(amd64|arm64)/)
  })

  it('lists, inspects and removes what it pulled', async () => {
    const listed = await runHere(['images', '--root', root])
    for (const tag of ['oci', 'docker', 'multi']) expect(listed.stdout).toMatch(new RegExp(`real/app\\s+${tag}\\s`))
    const [id] = (await runHere(['images', '-q', '--root', root])).stdout.split('\n')
    const inspected = await runHere(['inspect', '--json', '--root', root, id ?? ''])
    expect(inspected.code).toBe(0)
    const removed = await runHere(['rmi', '--root', root, `${registry.host}/real/app:docker`])
    expect(removed.stdout).toContain(`Untagged: ${registry.host}/real/app:docker`)
    expect((await runHere(['images', '--root', root])).stdout).not.toMatch(/real\/app\s+docker\s/)
    // The OCI twin shares config and layers and must not notice.
    await must(pathOf('skopeo'), ['inspect', `oci:${root}:${registry.host}/real/app:oci`])
  })

  it('looks at the registry as skopeo does, without pulling', async () => {
    const skopeo = (...args: string[]): Promise<string> => must(pathOf('skopeo'), args)
    const remote = ['--tls-verify=false']
    for (const tag of ['oci', 'docker', 'multi']) {
      const reference = `${registry.host}/real/app:${tag}`
      const raw = await runHere(['manifest', '--raw', reference])
      expect(raw.stdout).toBe(await skopeo('inspect', ...remote, '--raw', `docker://${reference}`))
      expect((await runHere(['digest', reference])).stdout).toBe(`${sha256(Buffer.from(raw.stdout))}\n`)
      expect((await runHere(['config', '--raw', reference])).stdout.trim()).toBe(
        (await skopeo('inspect', ...remote, '--config', '--raw', `docker://${reference}`)).trim(),
      )
    }
    const { Tags: tags } = JSON.parse(await skopeo('list-tags', ...remote, `docker://${registry.host}/real/app`)) as {
      Tags: string[]
    }
    expect((await runHere(['tags', `${registry.host}/real/app`])).stdout.trim().split('\n').toSorted()).toEqual(
      tags.toSorted(),
    )
    expect((await runHere(['catalog', registry.host])).stdout).toBe('real/app\n')
    expect((await runHere(['referrers', '-q', `${registry.host}/real/app:oci`])).stdout).toBe('')
    const layer = (await manifestOf(`docker://${registry.host}/real/app:oci`)).json.layers[0]
    const file = join(folder, 'layer')
    expect((await runHere(['blob', '-o', file, `${registry.host}/real/app@${layer?.digest}`])).code).toBe(0)
    expect(sha256(await readFile(file))).toBe(layer?.digest)
  })

  it('deletes there what skopeo then no longer finds', async () => {
    await skopeoCopy(`docker://${registry.host}/real/app:multi`, `docker://${registry.host}/real/gone:1`)
    const tag = await runHere(['delete', '--yes', `${registry.host}/real/gone:1`])
    const digest = /@(sha256:[0-9a-f]{64})/.exec(tag.stderr)?.[1]
    expect(tag).toMatchObject({
      code: 5,
      stderr: expect.stringContaining(`lading delete ${registry.host}/real/gone@`) as string,
    })
    expect((await runHere(['delete', '--yes', `${registry.host}/real/gone@${digest}`])).stdout).toBe(
      `Deleted: ${registry.host}/real/gone@${digest}\n`,
    )
    await expect(
      must(pathOf('skopeo'), ['inspect', '--tls-verify=false', `docker://${registry.host}/real/gone:1`]),
    ).rejects.toThrow('manifest unknown')
  })

  it('pulls every tag with -a', async () => {
    const all = join(folder, 'all')
    const { code, stderr } = await runHere(['pull', '-a', '--root', all, `${registry.host}/real/app`])
    expect(code).toBe(0)
    for (const tag of ['oci', 'docker', 'multi']) expect(stderr).toContain(`${tag}: Pulling from real/app`)
  })

  it('tells an unknown tag and an unknown repository, and keeps everything', async () => {
    const before = (await runHere(['images', '-q', '--root', root])).stdout
    const tag = await runHere(['pull', '--root', root, `${registry.host}/real/app:nope`])
    expect(tag.code).not.toBe(0)
    expect(tag.stderr).toContain(`manifest for ${registry.host}/real/app:nope not found`)
    const repository = await runHere(['pull', '--root', root, `${registry.host}/real/none:1`])
    expect(repository.code).not.toBe(0)
    expect(repository.stderr).toContain(`${registry.host}/real/none`)
    expect((await runHere(['images', '-q', '--root', root])).stdout).toBe(before)
  })
})

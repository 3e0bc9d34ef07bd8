import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { artifact, image, index, schema1, startTestRegistry, type BuiltImage } from '@lading/test-registry'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { enlarged, needs } from '../../../test/support/needs.ts'
import { start } from './support/lading.ts'
import { runHere } from './support/run-here.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'

/** The members of an archive: name to text. */
function membersOf(archive: Uint8Array): ReadonlyMap<string, string> {
  const members = new Map<string, string>()
  const text = (from: number, length: number): string =>
    Buffer.from(archive.subarray(from, from + length)).toString('latin1')
  for (let at = 0; archive[at] !== 0;) {
    const size = Number.parseInt(text(at + 124, 11), 8)
    members.set(text(at, 100).replace(/\0.*$/s, ''), text(at + 512, size))
    at += 512 + Math.ceil(size / 512) * 512
  }
  return members
}

describe('lading save', () => {
  let host: string
  let app: BuiltImage
  let root: string
  let registry: Awaited<ReturnType<typeof startTestRegistry>>
  beforeAll(async () => {
    registry = await startTestRegistry()
    host = registry.host
    const base = { 'etc/motd': 'hello' }
    app = await registry.seed(
      image('t/app:1')
        .layer(base)
        .layer({ a: 'a'.repeat(5000) }),
    )
    await registry.seed(image('t/other:1').layer(base).layer({ b: 'b' }))
    await registry.seed(
      index('t/multi:1')
        .add(image().platform('linux/amd64').layer(base))
        .add(image().platform('linux/arm64').layer({ c: 'c' })),
    )
    await registry.seed(artifact('t/thing:1', 'application/vnd.acme.thing'))
    root = await mkdtemp(join(tmpdir(), 'lading-save-'))
    return async () => {
      await registry.close()
      await rm(root, { recursive: true, force: true })
    }
  })
  let filled: Promise<void> | undefined
  const fill = async (): Promise<void> => {
    for (const name of ['app:1', 'other:1', 'multi:1'])
      await runHere(['pull', '-q', '--platform', 'linux/amd64', `${host}/t/${name}`], { root })
  }
  const save = async (...args: string[]): ReturnType<typeof runHere> => {
    await (filled ??= fill())
    return runHere(['save', ...args], { root })
  }
  const file = async (): Promise<string> => join(await temporaryDirectory(), 'images.tar')

  it('writes the same archive to a file and to standard output, from the store and from the registry', async () => {
    const path = await file()
    const images = [`${host}/t/app:1`, `${host}/t/other:1`]
    expect(await save('-o', path, ...images)).toEqual({ code: 0, stdout: '', stderr: '' })
    const written = await readFile(path)
    for (const from of [[], ['-o', '-', '--from-registry']])
      expect(Buffer.from((await save(...from, ...images)).stdout, 'latin1').equals(written)).toBe(true)
    const members = membersOf(written)
    expect(JSON.parse(members.get('manifest.json') ?? '')).toMatchObject(
      images.map((RepoTags) => ({ RepoTags: [RepoTags] })),
    )
    expect(JSON.parse(members.get('index.json') ?? '')).toMatchObject({ manifests: [{ digest: app.digest }, {}] })
    // Two configs, three layers of which one is in both, two manifests, and three at the end.
    expect(members.size).toBe(10)
    expect((await stat(path)).mode & 0o077).toBe(0o066 & ~process.umask())
  })

  it('goes on where a registry breaks off in the middle of a blob', async () => {
    const whole = (await save('--from-registry', `${host}/t/app:1`)).stdout
    registry.addFault({ on: 'blob', nth: 2, afterBytes: 40, then: 'reset' })
    const { code, stdout, stderr } = await save('--from-registry', `${host}/t/app:1`)
    expect([code, stdout === whole]).toEqual([0, true])
    expect(stderr).toMatch(/^Retrying in \d+ seconds?: /)
  })

  it('has of an index what is here, or the platforms that are asked for', async () => {
    const platformsIn = async (...args: string[]): Promise<[number | null, unknown[]]> => {
      const { code, stdout } = await save(...args)
      const members = membersOf(Buffer.from(stdout, 'latin1'))
      const items = JSON.parse(members.get('manifest.json') ?? '[]') as { readonly Config: string }[]
      const configs = [...members.values()].flatMap(
        (text) => /"architecture":"(\w+)"[^]*"rootfs"/.exec(text)?.[1] ?? [],
      )
      return [
        code,
        [
          ...configs.toSorted(),
          ...items.map(({ Config }) => /"architecture":"(\w+)"/.exec(members.get(Config) ?? '')?.[1]),
        ],
      ]
    }
    const multi = `${host}/t/multi:1`
    expect(await platformsIn(multi)).toEqual([0, ['amd64', 'amd64']])
    expect(await platformsIn('--from-registry', multi, '--platform', 'linux/arm64')).toEqual([0, ['arm64', 'arm64']])
    const all = await platformsIn('--from-registry', multi, '--platform', 'linux/arm64', '--platform', 'linux/amd64')
    expect(all[1].slice(0, 2)).toEqual(['amd64', 'arm64'])
    const { code, stderr } = await save('--platform', 'linux/arm64', multi)
    expect(code).toBe(3)
    expect(stderr).toContain('no image for linux/arm64')
  })

  it('has for docker alone one image of an index, and nothing that only others need', async () => {
    const multi = `${host}/t/multi:1`
    const saveForDocker = (...args: string[]): ReturnType<typeof runHere> =>
      save('--from-registry', '--format', 'docker', ...args, multi)
    for (const args of [[], ['--platform', 'linux/arm64']]) {
      const members = membersOf(Buffer.from((await saveForDocker(...args)).stdout, 'latin1'))
      const [item] = JSON.parse(members.get('manifest.json') ?? '') as { Config: string; Layers: string[] }[]
      expect([...members.keys()]).toEqual([item?.Config, ...(item?.Layers ?? []), 'manifest.json'])
    }
    const elsewhere = await runHere(['save', '--from-registry', '--format', 'docker', multi], {
      variables: { DOCKER_DEFAULT_PLATFORM: 'linux/s390x' },
    })
    expect(membersOf(Buffer.from(elsewhere.stdout, 'latin1')).size).toBe(3)
    expect(elsewhere.stderr).toContain('s390x')
    expect(await saveForDocker('--platform', 'linux/amd64', '--platform', 'linux/arm64')).toMatchObject({
      code: 2,
      stdout: '',
    })
  })

  it('takes an image ID, which has no name', async () => {
    const members = membersOf(Buffer.from((await save(app.config.digest.slice(7, 19))).stdout, 'latin1'))
    expect(JSON.parse(members.get('manifest.json') ?? '')).toMatchObject([{ RepoTags: null }])
    expect(JSON.parse(members.get('index.json') ?? '')).toMatchObject({ manifests: [{ digest: app.digest }] })
  })

  it.each([
    ['docker', 3, ['manifest.json']],
    ['oci', 4, ['oci-layout', 'index.json']],
  ])('writes %s alone', async (format, blobs, documents) => {
    const members = membersOf(Buffer.from((await save('--format', format, `${host}/t/app:1`)).stdout, 'latin1'))
    expect([...members.keys()].slice(blobs)).toEqual(documents)
  })

  it('inflates layers through temporary files, and says so', async () => {
    const { code, stdout, stderr } = await save('--uncompressed', `${host}/t/app:1`)
    expect(code).toBe(0)
    expect(stderr).toContain('temporary file')
    const [first = ''] = membersOf(Buffer.from(stdout, 'latin1')).values()
    expect(first).toContain('etc/motd')
  })

  it('writes nothing where an image is not here, or cannot be had', async () => {
    const directory = await temporaryDirectory()
    const path = join(directory, 'images.tar')
    expect(await save('-o', path, `${host}/t/app:1`, 'none')).toMatchObject({ code: 3, stdout: '' })
    expect((await save('-o', path, '--from-registry', `${host}/t/none:1`)).code).toBe(3)
    const refused = await save('-o', path, '--from-registry', '--format', 'docker', `${host}/t/thing:1`)
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain('which docker cannot load')
    expect(await readdir(directory)).toEqual([])
  })

  it('writes no archive to a terminal, unless it is told to', async () => {
    const at = (...args: string[]): ReturnType<typeof runHere> =>
      runHere(['save', ...args, `${host}/t/app:1`], { root, interactive: true })
    expect(await at()).toMatchObject({ code: 2, stdout: '' })
    expect(await at('-o', '-')).toMatchObject({ code: 2, stdout: '' })
    expect((await at('--force')).code).toBe(0)
    expect((await at('-o', await file())).code).toBe(0)
  })

  it('has of a schema 1 image the OCI manifest that stands for it, and not what a store keeps beside it', async () => {
    await registry.seed(schema1('t/old:1').layer({ old: 'yes' }))
    const name = `${host}/t/old:1`
    expect((await runHere(['pull', '-q', '--allow-schema1', name], { root })).code).toBe(0)
    const members = membersOf(Buffer.from((await save(name)).stdout, 'latin1'))
    const { manifests } = JSON.parse(members.get('index.json') ?? '') as {
      manifests: { digest: string; annotations: object }[]
    }
    expect(manifests.map(({ annotations }) => Object.keys(annotations))).toEqual([
      ['io.containerd.image.name', 'org.opencontainers.image.ref.name'],
    ])
    expect(members.get(`blobs/sha256/${manifests[0]?.digest.slice(7)}`)).toContain('vnd.oci.image.manifest.v1+json')
    expect(JSON.parse(members.get('manifest.json') ?? '')).toMatchObject([{ RepoTags: [name] }])
    expect((await save('--from-registry', name)).code).not.toBe(0)
  })

  it('is told when what it writes to is full', { skip: process.platform !== 'linux' }, async () => {
    const { code, stderr } = await save('-o', '/dev/full', `${host}/t/app:1`)
    expect(code).toBe(1)
    expect(stderr).toBe('lading: cannot write /dev/full (ENOSPC)\nhint: free some space, or write elsewhere\n')
  })

  it('leaves nothing of a file when it is interrupted', needs(enlarged), async () => {
    const directory = await temporaryDirectory()
    await writeFile(join(directory, 'images.tar'), 'before')
    registry.addFault({ on: 'blob', afterBytes: 10, times: 1, then: 'stall' })
    const running = start([
      'save',
      '--debug',
      '--from-registry',
      '-o',
      join(directory, 'images.tar'),
      `${host}/t/app:1`,
    ])
    // The config, which is first, has stopped on its way.
    await vi.waitUntil(async () => (await readdir(directory)).length > 1, { timeout: 20_000, interval: 20 })
    running.child.kill('SIGINT')
    expect((await running.ended).code).toBe(130)
    expect(await readdir(directory)).toEqual(['images.tar'])
    expect(await readFile(join(directory, 'images.tar'), 'utf8')).toBe('before')
  })
})

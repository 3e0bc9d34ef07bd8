import { join } from 'node:path'
import { parseDigest } from '@lading/digest'
import { parseReference } from '@lading/reference'
import { openStore } from '@lading/store'
import { artifact, image, index, startTestRegistry, type BuiltImage } from '@lading/test-registry'
import { beforeAll, describe, expect, it } from 'vitest'
import { runHere } from './support/run-here.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'

describe('images in the store', () => {
  let host: string
  let app: BuiltImage
  let registry: Awaited<ReturnType<typeof startTestRegistry>>
  beforeAll(async () => {
    registry = await startTestRegistry()
    host = registry.host
    app = await registry.seed(
      image('t/app:1')
        .layer({ a: 'a' })
        .config({ Cmd: ['/bin/app'], Env: ['A=1'], Labels: { evil: 'a\u001b[31m\nb' } }),
    )
    await registry.seed(index('t/multi:1').add(image().platform('linux/arm64').layer({ b: 'arm' })))
    return () => registry.close()
  })

  async function store(...names: string[]): Promise<(...args: string[]) => ReturnType<typeof runHere>> {
    const root = join(await temporaryDirectory(), 'store')
    const here = (...args: string[]): ReturnType<typeof runHere> => runHere(args, { root })
    for (const name of names)
      expect(
        await here(
          'pull',
          '-q',
          '--platform',
          name.includes('multi') ? 'linux/arm64' : 'linux/amd64',
          `${host}/${name}`,
        ),
      ).toMatchObject({ code: 0 })
    return here
  }

  it('are inspected with a warning when the one image is for another platform', async () => {
    const here = await store('t/app:1')
    const { code, stdout, stderr } = await here('inspect', '--json', '--platform', 'linux/arm64', `${host}/t/app:1`)
    expect({ code, stdout }).toEqual({ code: 0, stdout: (await here('inspect', '--json', `${host}/t/app:1`)).stdout })
    expect(stderr).toBe(`WARNING: the image is for linux/amd64, not for linux/arm64 (${app.digest})\n`)
  })

  it('are listed as a table, IDs, and JSON', async () => {
    const here = await store('t/app:1', 't/multi:1')
    const lines = (await here('images')).stdout.trimEnd().split('\n')
    expect(lines[0]).toMatch(/^REPOSITORY +TAG +IMAGE ID +PLATFORM +CREATED +SIZE$/)
    expect((await here('images', `${host}/t/app`)).stdout).toMatch(/^REPOSITORY +TAG +IMAGE ID +CREATED +SIZE\n/)
    expect(lines.slice(1)).toEqual([
      expect.stringMatching(`^${host}/t/app +1 +${app.config.digest.slice(7, 19)} +linux/amd64 +.* ago +\\d+B$`),
      expect.stringMatching(`^${host}/t/multi +1 +[0-9a-f]{12} +linux/arm64 +`),
    ])
    expect((await here('images', '-q', '--no-trunc', `${host}/t/a*`)).stdout).toBe(`${app.config.digest}\n`)
    expect((await here('images', '--digests', '--filter', `reference=${host}/t/app:1`)).stdout).toContain(
      ` ${app.digest} `,
    )
    const json = JSON.parse((await here('images', '--json')).stdout) as unknown
    expect(json).toEqual([
      expect.objectContaining({ name: `${host}/t/app`, tag: '1', id: app.config.digest, platform: 'linux/amd64' }),
      expect.objectContaining({ platform: 'linux/arm64' }),
    ])
    expect(JSON.parse((await here('images', '--json', '-q', '--digests')).stdout)).toEqual([
      app.config.digest,
      expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    ])
    expect((await here('images', 'none')).stdout.split('\n')).toHaveLength(2)
    expect((await here('__names')).stdout).toBe(`${host}/t/app:1\n${host}/t/multi:1\n`)
  })

  it('are shown to people, disarmed, and to programs', async () => {
    const here = await store('t/app:1')
    const { stdout } = await here('inspect', app.config.digest.slice(7, 19))
    expect(stdout.split('\n')).toEqual(
      expect.arrayContaining([
        `ID:          ${app.config.digest}`,
        `Names:       ${host}/t/app:1`,
        'Platform:    linux/amd64',
        'Command:     ["/bin/app"]',
        'Environment: A=1',
        'Labels:      evil=a\\x1b[31m\\x0ab',
      ]),
    )
    const json = JSON.parse((await here('inspect', '--json', `${host}/t/app:1`)).stdout) as unknown
    expect(json).toEqual([
      expect.objectContaining({
        id: app.config.digest,
        tags: [`${host}/t/app:1`],
        layers: [expect.objectContaining({ digest: app.layers[0]?.digest, diffId: app.layers[0]?.diffId }) as unknown],
      }),
    ])
    const some = await here('inspect', 'none', `${host}/t/app:1`)
    expect(some).toMatchObject({
      code: 3,
      stdout: expect.stringContaining(app.config.digest) as string,
      stderr: expect.stringContaining('none') as string,
    })
  })

  it('are shown as what they are when a program has put an artifact here', async () => {
    const root = join(await temporaryDirectory(), 'store')
    const built = artifact('t/sbom:1', 'application/vnd.acme.sbom', [
      { mediaType: 'text/plain', bytes: Buffer.from('a list of parts'), title: 'sbom.txt' },
    ]).build()
    const opened = await openStore({ root })
    for (const { digest, bytes } of [built.config, ...built.layers])
      await opened.contents.put(parseDigest(digest), bytes)
    const descriptor = { mediaType: built.mediaType, digest: parseDigest(built.digest), size: built.bytes.length }
    await opened.publish({
      reference: parseReference('acme/sbom:1'),
      target: descriptor,
      manifests: [{ descriptor, bytes: built.bytes }],
    })
    await opened.close()

    const { code, stdout } = await runHere(['inspect', 'acme/sbom:1'], { root })
    expect([code, stdout.split('\n')]).toEqual([
      0,
      expect.arrayContaining([
        `Digest:      ${built.digest}`,
        'Artifact:    application/vnd.acme.sbom',
        `Layers:      ${built.layers[0]?.digest}  15B  text/plain  sbom.txt`,
      ]),
    ])
    const json: unknown = JSON.parse((await runHere(['inspect', '--json', 'acme/sbom:1'], { root })).stdout)
    expect(json).toEqual([
      { digest: built.digest, mediaType: built.mediaType, size: built.bytes.length, manifest: built.document },
    ])
    expect(await runHere(['images', '-q'], { root })).toEqual({ code: 0, stdout: '', stderr: '' })
    expect(await runHere(['rmi', 'acme/sbom:1'], { root })).toMatchObject({ code: 0 })
  })

  it('get other names, and go with the last one, in docker’s words', async () => {
    const here = await store('t/app:1')
    expect(await here('tag', `${host}/t/app:1`, 'other')).toEqual({ code: 0, stdout: '', stderr: '' })
    expect((await here('images', 'other:latest')).stdout).toContain(app.config.digest.slice(7, 19))
    const conflict = await here('rmi', app.config.digest.slice(7, 19))
    expect(conflict).toMatchObject({ code: 1, stdout: '' })
    expect(conflict.stderr).toMatch(/^lading: .*\nhint: .*\n$/)
    expect((await here('rmi', 'other')).stdout).toBe('Untagged: other:latest\n')
    const { code, stdout } = await here('image', 'rm', `${host}/t/app:1`)
    expect(code).toBe(0)
    expect(stdout.split('\n')[0]).toBe(`Untagged: ${host}/t/app:1`)
    expect(stdout).toContain(`\nDeleted: ${app.config.digest}\n`)
    expect((await here('images')).stdout.split('\n')).toHaveLength(2)
  })
})

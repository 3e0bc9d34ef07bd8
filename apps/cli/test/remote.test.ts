import { createHash } from 'node:crypto'
import { mkdir, readFile, readdir, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  image,
  index,
  startTestRegistry,
  type BuiltImage,
  type BuiltIndex,
  type TestRegistry,
} from '@lading/test-registry'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { needs } from '../../../test/support/needs.ts'
import { bin, lading, start } from './support/lading.ts'
import { runHere } from './support/run-here.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'

const sha256 = (bytes: Uint8Array | string): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`
const manifestType = 'application/vnd.oci.image.manifest.v1+json'

describe('commands that look at a registry', () => {
  let registry: TestRegistry
  let app: BuiltImage
  let multi: BuiltIndex
  let sbom: string
  const at = (name: string): string => `${registry.host}/${name}`

  beforeAll(async () => {
    registry = await startTestRegistry({ quirks: { maxPageSize: 2 } })
    app = await registry.seed(image('t/app:1').layer({ a: 'a' }), { tags: ['1', '2', '3', '4', 'latest'] })
    multi = await registry.seed(
      index('t/multi:1')
        .add(image().platform('linux/amd64').layer({ b: 'amd' }))
        .add(image().platform('linux/arm64').layer({ b: 'arm' })),
    )
    const repository = registry.repository('t/app')
    const data = repository.putBlob('the bill')
    const empty = { mediaType: 'application/vnd.oci.empty.v1+json', digest: repository.putBlob('{}'), size: 2 }
    sbom = repository.putManifest({
      schemaVersion: 2,
      mediaType: manifestType,
      artifactType: 'application/spdx+json',
      config: empty,
      layers: [
        {
          mediaType: 'text/spdx',
          digest: data,
          size: 8,
          annotations: { 'org.opencontainers.image.title': 'bill\u001B[2J.json' },
        },
      ],
      subject: app.descriptor,
      annotations: { made: 'today' },
    })
  })
  beforeEach(() => {
    registry.clearFaults()
    registry.journal.clear()
  })
  afterAll(() => registry.close())

  it('tags: one a line, page after page; no more requests than the limit takes', async () => {
    expect(await runHere(['tags', at('t/app')])).toEqual({ code: 0, stdout: '1\n2\n3\n4\nlatest\n', stderr: '' })
    registry.journal.clear()
    expect(await runHere(['tags', '--limit', '2', at('t/app')])).toEqual({ code: 0, stdout: '1\n2\n', stderr: '' })
    expect(registry.journal.entries.map(({ path }) => path)).toEqual(['/v2/t/app/tags/list?n=2'])
    expect(JSON.parse((await runHere(['tags', '--json', at('t/app')])).stdout)).toEqual({
      repository: at('t/app'),
      tags: ['1', '2', '3', '4', 'latest'],
    })
  })

  it('tags: of a repository and nothing else, which is there', async () => {
    expect(await runHere(['tags', at('t/app:1')])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`hint: lading tags ${at('t/app')}`) as string,
    })
    expect(await runHere(['tags', at('t/none')])).toMatchObject({
      code: 3,
      stdout: '',
      stderr: expect.stringMatching(/^lading: .*\nhint: .*\n$/) as string,
    })
    expect((await runHere(['tags', '--limit', '0', at('t/app')])).code).toBe(2)
  })

  it('catalog: repositories of a registry', async () => {
    expect(await runHere(['catalog', registry.host])).toEqual({ code: 0, stdout: 't/app\nt/multi\n', stderr: '' })
    expect(JSON.parse((await runHere(['catalog', '--json', registry.host])).stdout)).toEqual({
      registry: registry.host,
      repositories: ['t/app', 't/multi'],
    })
    expect((await runHere(['catalog', 'not a host'])).code).toBe(2)
    registry.addFault({ on: 'catalog', then: { status: 403 } })
    expect(await runHere(['catalog', registry.host])).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('administrators') as string,
    })
  })

  it('digest: by one HEAD; through the index with a platform; by GET where HEAD does not say', async () => {
    expect(await runHere(['digest', at('t/app')])).toEqual({ code: 0, stdout: `${app.digest}\n`, stderr: '' })
    expect(registry.journal.requests().map(({ method }) => method)).toEqual(['HEAD'])
    expect((await runHere(['digest', '--full-ref', at('t/app:2')])).stdout).toBe(`${at('t/app')}@${app.digest}\n`)
    expect((await runHere(['digest', '--platform', 'linux/arm64', at('t/multi:1')])).stdout).toBe(
      `${multi.manifests[1]?.digest}\n`,
    )
    expect(JSON.parse((await runHere(['digest', '--json', at('t/app:1')])).stdout)).toEqual({
      reference: at('t/app:1'),
      digest: app.digest,
      mediaType: app.mediaType,
      size: app.size,
    })
    registry.addFault({ on: 'manifest', then: 'no-digest-header' })
    expect((await runHere(['digest', at('t/app')])).stdout).toBe(`${app.digest}\n`)
    expect((await runHere(['digest', at('t/app:none')])).code).toBe(3)
  })

  it.each(['digest', 'manifest', 'config', 'referrers', 'ls'])(
    '%s warns, as a pull does, when the one image is for another platform, and only then',
    async (command) => {
      const other = await startTestRegistry()
      await other.seed(image('t/single:1').platform('linux/amd64').layer({ c: 'c' }))
      const single = `${other.host}/t/single:1`
      const warned = await runHere([command, '--platform', 'linux/arm64', single])
      expect(warned.code).toBe(0)
      expect(warned.stderr).toMatch(
        /^WARNING: the image is for linux\/amd64, not for linux\/arm64 \(sha256:[0-9a-f]{64}\)\n$/,
      )
      for (const args of [['--platform', 'linux/amd64'], []])
        expect(await runHere([command, ...args, single])).toMatchObject({ stdout: warned.stdout, stderr: '' })
      expect((await runHere([command, '--platform', 'linux/arm64', at('t/multi:1')])).stderr).toBe('')
      await other.close()
    },
  )

  it('says what there is when a platform is missing', async () => {
    for (const command of ['digest', 'manifest', 'config', 'referrers']) {
      expect(await runHere([command, '--platform', 'linux/s390x', at('t/multi:1')])).toMatchObject({
        code: 3,
        stdout: '',
        stderr: expect.stringContaining('there is: linux/amd64, linux/arm64') as string,
      })
    }
    expect((await runHere(['digest', '--platform', 'nonsense', at('t/multi:1')])).code).toBe(2)
  })

  it('manifest: indented, exactly, and for people', async () => {
    const { stdout } = await runHere(['manifest', at('t/app')])
    expect(JSON.parse(stdout)).toEqual(app.document)
    expect(stdout).toMatch(/^\{\n {2}"/)
    expect(sha256((await runHere(['manifest', '--raw', at('t/app')])).stdout)).toBe(app.digest)
    expect(JSON.parse((await runHere(['manifest', '--json', at('t/app')])).stdout)).toEqual({
      digest: app.digest,
      mediaType: app.mediaType,
      size: app.size,
      manifest: app.document,
    })
    expect(sha256((await runHere(['manifest', '--raw', '--platform', 'linux/arm64', at('t/multi:1')])).stdout)).toBe(
      multi.manifests[1]?.digest,
    )
    expect((await runHere(['manifest', '--summary', at('t/multi:1')])).stdout).toMatch(
      /^Manifests: +sha256:[0-9a-f]{64} .* linux\/amd64$/m,
    )
    expect((await runHere(['manifest', '--raw', '--json', at('t/app')])).code).toBe(2)
  })

  it('manifest: an artifact with its type, titles and subject, and nothing in it moves a cursor', async () => {
    const { code, stdout } = await runHere(['manifest', '--summary', `${at('t/app')}@${sbom}`])
    expect(code).toBe(0)
    expect(stdout.split('\n')).toEqual([
      `Digest:      ${sbom}`,
      expect.stringMatching(/^Type: {8}application\/vnd\.oci\.image\.manifest\.v1\+json /),
      'Artifact:    application/spdx+json',
      expect.stringContaining(`Subject:     ${app.digest}`),
      expect.stringContaining(`Config:      ${sha256('{}')}  2B`),
      String.raw`Layers:      ${sha256('the bill')}  8B  text/spdx  bill\x1b[2J.json`,
      'Annotations: made=today',
      '',
    ])
    expect((await runHere(['manifest', `${at('t/app')}@${sbom}`])).stdout).not.toContain('\u001B')
  })

  it('manifest: what is too large or no manifest is refused', async () => {
    registry.addFault({ on: 'manifest', then: { extraBytes: 5 * 1024 * 1024 } })
    expect((await runHere(['manifest', '--raw', at('t/app')])).code).toBe(6)
    registry.clearFaults()
    registry.addFault({ on: 'manifest', then: 'html' })
    expect((await runHere(['manifest', '--raw', at('t/app')])).code).toBe(5)
    expect((await runHere(['manifest', '--raw', `${at('t/app')}@${sha256('x')}`])).stdout).toBe('')
  })

  it('config: of an image, and of one in an index', async () => {
    expect(sha256((await runHere(['config', '--raw', at('t/app')])).stdout)).toBe(app.config.digest)
    expect(JSON.parse((await runHere(['config', at('t/app')])).stdout)).toEqual(
      JSON.parse(Buffer.from(app.config.bytes).toString()),
    )
    expect(
      JSON.parse((await runHere(['config', '--json', '--platform', 'linux/arm64', at('t/multi:1')])).stdout),
    ).toMatchObject({ architecture: 'arm64' })
    registry.addFault({ on: 'blob', then: 'flip' })
    expect(await runHere(['config', at('t/app')])).toMatchObject({ code: 6, stdout: '' })
  })

  it('blob: verified bytes to stdout, and not to a terminal', async () => {
    const layer = app.layers[0]
    const reference = `${at('t/app')}@${layer?.digest}`
    expect(sha256(Buffer.from((await runHere(['blob', reference])).stdout, 'latin1'))).toBe(layer?.digest)
    expect(await runHere(['blob', reference], { interactive: true })).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('-o FILE') as string,
    })
    expect((await runHere(['blob', '--force', reference], { interactive: true })).code).toBe(0)
    expect((await runHere(['blob', at('t/app:1')])).code).toBe(2)
    expect((await runHere(['blob', '--json', reference])).code).toBe(2)
    expect((await runHere(['blob', `${at('t/app')}@${sha256('nothing')}`])).code).toBe(3)
    registry.addFault({ on: 'blob', then: { status: 200, body: 'x'.repeat(layer?.size ?? 0) } })
    expect((await runHere(['blob', reference])).code).toBe(6)
  })

  it('blob: a file is there whole or as it was', async () => {
    const directory = await temporaryDirectory()
    const file = join(directory, 'layer')
    const layer = app.layers[0]
    const reference = `${at('t/app')}@${layer?.digest}`
    await writeFile(file, 'before')
    registry.addFault({ on: 'blob', method: 'GET', then: 'flip' })
    expect((await runHere(['blob', '-o', file, reference])).code).toBe(6)
    expect(await readFile(file, 'utf8')).toBe('before')
    registry.clearFaults()
    expect(JSON.parse((await runHere(['blob', '--json', '-o', file, reference])).stdout)).toMatchObject({
      digest: layer?.digest,
      size: layer?.size,
      file,
    })
    expect(sha256(await readFile(file))).toBe(layer?.digest)
    expect(await readdir(directory)).toEqual(['layer'])
    expect(await runHere(['blob', '-o', join(directory, 'none', 'x'), reference])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('ENOENT') as string,
    })
  })

  it('blob: a link is followed, a device written to and never replaced, a directory refused', async () => {
    const directory = await temporaryDirectory()
    const layer = app.layers[0]
    const reference = `${at('t/app')}@${layer?.digest}`
    await writeFile(join(directory, 'real'), 'before')
    await symlink('real', join(directory, 'link'))
    expect((await runHere(['blob', '-o', join(directory, 'link'), reference])).code).toBe(0)
    expect(sha256(await readFile(join(directory, 'real')))).toBe(layer?.digest)
    await symlink('/dev/null', join(directory, 'device'))
    expect((await runHere(['blob', '-o', join(directory, 'device'), reference])).code).toBe(0)
    expect((await stat(join(directory, 'device'))).isCharacterDevice()).toBe(true)
    expect((await runHere(['blob', '-o', directory, reference])).code).toBe(1)
    expect((await readdir(directory)).toSorted()).toEqual(['device', 'link', 'real'])
  })

  it('blob: goes on where the connection broke, with and without ranges', async () => {
    const { layers } = await registry.seed(image('t/big:1').randomLayer(200_000))
    const reference = `${at('t/big')}@${layers[0]?.digest}`
    for (const then of ['close', 'reset'] as const) {
      registry.addFault({ on: 'blob', method: 'GET', nth: 1, afterBytes: 100_000, then })
      if (then === 'reset') registry.addFault({ on: 'blob', then: 'ignore-range' })
      const { code, stdout } = await runHere(['blob', reference])
      expect(code).toBe(0)
      expect(sha256(Buffer.from(stdout, 'latin1'))).toBe(layers[0]?.digest)
      registry.clearFaults()
    }
  })

  it('referrers: with types and sizes; those of one type; as digests and as JSON', async () => {
    expect((await runHere(['referrers', at('t/app')])).stdout).toMatch(
      new RegExp(`^DIGEST +ARTIFACT TYPE +SIZE\n${sbom} +application/spdx\\+json +\\d+B\n$`),
    )
    expect((await runHere(['referrers', '-q', `${at('t/app')}@${app.digest}`])).stdout).toBe(`${sbom}\n`)
    expect((await runHere(['referrers', '-q', '--artifact-type', 'x/y', at('t/app')])).stdout).toBe('')
    expect(JSON.parse((await runHere(['referrers', '--json', at('t/app')])).stdout)).toMatchObject({
      subject: `${at('t/app')}@${app.digest}`,
      referrers: [{ digest: sbom, artifactType: 'application/spdx+json', annotations: { made: 'today' } }],
    })
    expect((await runHere(['referrers', at('t/app:none')])).code).toBe(3)
  })

  it('shows what the registry wants to say, once', async () => {
    registry.addFault({ on: 'any', then: { headers: { warning: '299 - "this registry closes"' } } })
    const { stderr } = await runHere(['tags', at('t/app')])
    expect(stderr).toBe(`WARNING: ${registry.host} says: this registry closes\n`)
    const pulled = await runHere(['pull', '--progress', 'plain', at('t/app')])
    expect(pulled.code).toBe(0)
    expect(pulled.stderr.match(/this registry closes/g)).toHaveLength(1)
  })

  it('ends quietly when the reader has had enough', async () => {
    const { layers } = await registry.seed(image('t/big:2').randomLayer(3_000_000))
    const pipe = ['sh', '-c', '{ "$@"; echo "code $?" >&2; } | head -c 10 > /dev/null', 'sh', process.execPath, bin]
    expect(await lading(['blob', `${at('t/big')}@${layers[0]?.digest}`], { node: pipe })).toMatchObject({
      stderr: 'code 0\n',
    })
  })

  it('stops on SIGINT with 130, and leaves no part of a file', async () => {
    const directory = await temporaryDirectory()
    const { layers } = await registry.seed(image('t/big:3').randomLayer(3_000_000))
    registry.addFault({ on: 'blob', method: 'GET', afterBytes: 1_000_000, then: 'stall' })
    const running = start(['blob', '-o', join(directory, 'x'), `${at('t/big')}@${layers[0]?.digest}`])
    while (!(await readdir(directory)).some((name) => name.endsWith('.part')))
      await new Promise((resolve) => setImmediate(resolve))
    running.child.kill('SIGINT')
    expect(await running.ended).toMatchObject({ code: 130, stdout: '' })
    expect(await readdir(directory)).toEqual([])
  })
})

describe('lading delete', () => {
  const seeded = async (
    options: Parameters<typeof startTestRegistry>[0] = {},
  ): Promise<{ registry: TestRegistry; app: BuiltImage; name: string }> => {
    const registry = await startTestRegistry(options)
    const app = await registry.seed(image('t/app:1').layer({ a: 'a' }), { tags: ['1', '2', '3'] })
    return { registry, app, name: `${registry.host}/t/app` }
  }

  it('takes a tag, or an image with its tags, and says what it was', async () => {
    const { registry, app, name } = await seeded()
    await using _ = registry
    expect(await runHere(['delete', '--yes', `${name}:1`])).toEqual({
      code: 0,
      stdout: `Untagged: ${name}:1@${app.digest}\n`,
      stderr: '',
    })
    expect(Object.keys(registry.repository('t/app').tags())).toEqual(['2', '3'])
    expect(JSON.parse((await runHere(['delete', '-y', '--json', `${name}@${app.digest}`])).stdout)).toEqual({
      deleted: 'manifest',
      reference: `${name}@${app.digest}`,
      digest: app.digest,
    })
    expect(registry.repository('t/app').manifests()).toEqual([])
    expect((await runHere(['delete', '-y', `${name}:1`])).code).toBe(3)
  })

  it('asks first, and takes nothing but yes for an answer', async () => {
    const { registry, app, name } = await seeded()
    await using _ = registry
    const questions: string[] = []
    const asked = (question: string): void => void questions.push(question)
    expect(await runHere(['delete', `${name}:1`], { answer: 'what?', asked })).toEqual({
      code: 1,
      stdout: '',
      stderr: 'nothing was deleted\n',
    })
    expect(await runHere(['delete', `${name}:1`])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--yes') as string,
    })
    expect(Object.keys(registry.repository('t/app').tags())).toEqual(['1', '2', '3'])
    expect((await runHere(['delete', `${name}@${app.digest}`], { answer: 'Yes', asked })).code).toBe(0)
    expect(questions).toEqual([expect.stringContaining(app.digest), expect.stringContaining('all tags')])
  })

  it('wants to know exactly what', async () => {
    const { registry, app, name } = await seeded()
    await using _ = registry
    for (const what of [name, `${name}:1@${app.digest}`])
      expect(await runHere(['delete', '--yes', what])).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('hint: lading delete') as string,
      })
    expect(registry.journal.entries).toEqual([])
  })

  it('looks where it deletes, and not at a mirror that has something else', async () => {
    const { registry, app, name } = await seeded()
    await using mirror = await startTestRegistry()
    await using _ = registry
    await mirror.seed(image('t/app:1').layer({ other: 'other' }))
    const hosts = await temporaryDirectory()
    const own = join(hosts, registry.host)
    await mkdir(own)
    await writeFile(join(own, 'hosts.toml'), `server = "${registry.url}"\n[host."${mirror.url}"]\n`)
    expect((await runHere(['digest', '--hosts-dir', hosts, `${name}:1`])).stdout).not.toBe(`${app.digest}\n`)
    mirror.journal.clear()
    expect((await runHere(['delete', '--yes', '--hosts-dir', hosts, `${name}:1`])).stdout).toBe(
      `Untagged: ${name}:1@${app.digest}\n`,
    )
    expect(mirror.journal.entries).toEqual([])
  })

  it('says what to do where deletion is off', async () => {
    const { registry, app, name } = await seeded({ quirks: { deleteTags: false, deleteContent: false } })
    await using _ = registry
    expect(await runHere(['delete', '-y', `${name}@${app.digest}`])).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('can turn it on') as string,
    })
    expect(await runHere(['delete', '-y', `${name}:1`])).toMatchObject({
      code: 5,
      stderr: expect.stringContaining(`lading delete ${name}@${app.digest}`) as string,
    })
  })

  it('asks a real terminal', needs('script'), async () => {
    const { registry, name } = await seeded()
    await using _ = registry
    const inTerminal = ['sh', '-c', 'printf "%s\\n" "$ANSWER" | script -qec "$COMMAND" /dev/null', 'sh']
    const command = `'${process.execPath}' '${bin}' delete ${name}:1`
    const ask = (answer: string): ReturnType<typeof lading> =>
      lading([], { node: inTerminal, env: { ANSWER: answer, COMMAND: command } })
    expect((await ask('')).stdout).toContain('nothing was deleted')
    expect((await ask('no')).stdout).toContain('[y/N]')
    expect(Object.keys(registry.repository('t/app').tags())).toEqual(['1', '2', '3'])
    expect((await ask('y')).stdout).toContain('Untagged: ')
    expect(Object.keys(registry.repository('t/app').tags())).toEqual(['2', '3'])
  })
})

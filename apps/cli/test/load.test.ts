import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { image, index, startTestRegistry } from '@lading/test-registry'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { archiveOf } from '../../../packages/archive/test/support/some-archive.ts'
import { writeFiles } from '../../../packages/archive/test/support/some-files.ts'
import { dockerArchive, ociArchive, testImage } from '../../../packages/archive/test/support/some-image.ts'
import { enlarged, needs } from '../../../test/support/needs.ts'
import { atScale } from '../../../test/support/scale.ts'
import type { Ended } from './support/lading.ts'
import { start } from './support/lading.ts'
import { runHere } from './support/run-here.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'

const app = testImage('one')
const other = testImage('two')

describe('lading load', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lading-load-'))
    await writeFile(join(folder, 'some.tar'), await archiveOf(dockerArchive([app, 'app:1'], [other])))
    await writeFile(join(folder, 'moved.tar'), await archiveOf(dockerArchive([other, 'app:1'])))
    await mkdir(join(folder, 'layout'))
    await writeFiles(join(folder, 'layout'), ociArchive([app], [{ bytes: app.manifest, name: '3.20' }]))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))
  const load = (args: readonly string[], how: Parameters<typeof runHere>[1] = {}): Promise<Ended> =>
    runHere(['load', ...args], how)
  const at = (file: string): string => join(folder, file)

  it("says docker's words, on standard output; what happens goes to standard error", async () => {
    const root = await temporaryDirectory()
    const first = await load(['-i', at('some.tar')], { root })
    expect(first).toMatchObject({ code: 0, stdout: `Loaded image: app:1\nLoaded image ID: ${other.id}\n` })
    expect(first.stderr).toMatch(/^[0-9a-f]{12}: Loading layer {2}12B$/m)
    expect(await load(['-q', '-i', at('some.tar')], { root })).toMatchObject({ code: 0, stderr: '' })
    const again = await load(['-i', at('some.tar')], { root })
    expect(again.stderr).toMatch(/^[0-9a-f]{12}: Layer already exists$/m)
    expect(again.stderr).not.toContain('Loading')
    expect(await load(['-q', '-i', at('moved.tar')], { root })).toEqual({
      code: 0,
      stdout: 'Loaded image: app:1\n',
      stderr: `The image app:1 already exists, renaming the old one with ID ${app.id} to empty string\n`,
    })
  })

  it('reads standard input, plain or compressed, and says what comes', async () => {
    const archive = await archiveOf(dockerArchive([app, 'app:1']))
    for (const args of [[], ['-i', '-']]) {
      const { code, stdout, stderr } = await load(args, { input: gzipSync(archive) })
      expect({ code, stdout }).toEqual({ code: 0, stdout: 'Loaded image: app:1\n' })
      expect(stderr).toMatch(/^[0-9a-f]{64}\/layer\.tar: Loading {2}12B$/m)
    }
    expect(await load([], { answer: 'a person is there' })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('hint: use lading load -i FILE'),
    })
  })

  it('reads a layout directory, whose tag alone is no name', async () => {
    const { stdout, stderr } = await load(['-q', '-i', at('layout')])
    expect(stdout).toBe(`Loaded image ID: ${app.id}\n`)
    expect(stderr).toContain("WARNING: the archive calls an image '3.20'")
    expect((await load(['-q', '-i', at('layout'), '--name', 'registry.example/app:3.20'])).stdout).toBe(
      'Loaded image: registry.example/app:3.20\n',
    )
  })

  it.each([
    [['--name', 'a', '--no-names'], 2, '--name and --no-names cannot be used together'],
    [['--name', 'A'], 2, 'must be lower'],
    [['--platform', 'a/b/c/d'], 2, 'a/b/c/d'],
    [['--platform', 'linux/s390x'], 3, 'the image is for linux/amd64'],
    [['--name', 'app:2'], 2, 'there are 2 images, and one name: app:2'],
    [['--max-size', '0'], 2, 'It must be a number of bytes'],
  ])('refuses %j', async (args, code, words) => {
    const ended = await load(['-i', at('some.tar'), ...args])
    expect(ended).toMatchObject({ code, stdout: '' })
    expect(ended.stderr).toContain(words)
    expect(ended.stderr).toContain('hint:')
  })

  it('says that there was no image', async () => {
    const input = await archiveOf(ociArchive([], []))
    expect(await load(['-q'], { input })).toEqual({
      code: 0,
      stdout: '',
      stderr: 'WARNING: the archive contains no image: nothing was loaded\n',
    })
  })

  it.each([
    ['nothing there', async () => at('nothing.tar'), 7],
    ['no archive', async () => written('text', Buffer.alloc(1024, 'no archive')), 6],
    ['a file system', async () => written('rootfs.tar', await archiveOf([['etc/passwd', app.config]])), 1],
    [
      'one that was cut off',
      async () => written('cut.tar', (await archiveOf(dockerArchive([app, 'app:1']))).subarray(0, 2048)),
      6,
    ],
    ['a bomb', async () => written('bomb.tar.gz', gzipSync(Buffer.alloc(8 * 1024 * 1024))), 6],
  ])('of %s is refused, with a hint, and prints nothing', async (_, file, code) => {
    const root = await temporaryDirectory()
    const ended = await load(['-i', await file(), '--max-size', '4M'], { root })
    expect(ended).toMatchObject({ code, stdout: '' })
    expect(ended.stderr).toContain('hint:')
    expect((await runHere(['images', '-q'], { root })).stdout).toBe('')
  })
  const written = async (name: string, bytes: Uint8Array): Promise<string> => {
    await writeFile(at(name), bytes)
    return at(name)
  }

  it('brings back what lading save wrote: the image ID, and with OCI the digest', async () => {
    const registry = await startTestRegistry()
    const root = await temporaryDirectory()
    await registry.seed(image('t/app:1').platform('linux/amd64').layer({ a: 'a' }).layer({ b: 'b' }))
    await registry.seed(
      index('t/multi:1')
        .add(image().platform('linux/amd64').layer({ c: 'c' }))
        .add(image().platform('linux/arm64').layer({ d: 'd' })),
    )
    const names = [`${registry.host}/t/app:1`, `${registry.host}/t/multi:1`]
    for (const name of names) await runHere(['pull', '-q', '--platform', 'linux/amd64', name], { root })
    await registry.close()
    const facts = async (of: string): Promise<readonly { name: string; id: string; target: { digest: string } }[]> =>
      JSON.parse((await runHere(['images', '--json'], { root: of })).stdout) as never
    const before = await facts(root)
    for (const format of atScale(['both'], ['both', 'oci', 'docker'])) {
      const archive = at(`${format}.tar`)
      expect(
        await runHere(['save', '-o', archive, '--platform', 'linux/amd64', '--format', format, ...names], { root }),
      ).toMatchObject({ code: 0 })
      const again = await temporaryDirectory()
      const { stdout } = await load(['-i', archive], { root: again })
      expect(stdout.trim().split('\n').toSorted()).toEqual(names.map((name) => `Loaded image: ${name}`).toSorted())
      const after = await facts(again)
      expect(after.map(({ name, id }) => `${name} ${id}`).toSorted()).toEqual(
        before.map(({ name, id }) => `${name} ${id}`).toSorted(),
      )
      const digests = (all: typeof after): readonly string[] => all.map(({ target }) => target.digest).toSorted()
      expect(digests(after).join() === digests(before).join()).toBe(format !== 'docker')
    }
  })

  it('ends at Ctrl-C, while a pipe gives nothing, and leaves nothing half done', needs(enlarged), async () => {
    const root = await temporaryDirectory()
    const running = start(['--root', root, 'load'], { open: true })
    const large = testImage('large', [new Uint8Array(5 * 1024 * 1024)])
    running.child.stdin?.write((await archiveOf(dockerArchive([large, 'app:1']))).subarray(0, 3 * 1024 * 1024))
    await running.said(/Loading/)
    running.child.kill('SIGINT')
    expect(await running.ended).toMatchObject({ code: 130, stdout: '' })
    const left = await readdir(join(root, 'lading'), { recursive: true })
    expect(left.filter((path) => /^(staging|ingest|leases)\/./.test(path))).toEqual([])
  })
})

import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openImageDirectory, openLayout } from '@lading/archive'
import { image, startTestRegistry, type TestRegistry } from '@lading/test-registry'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { consult } from '../../../packages/store/test/oracle.ts'
import { enlarged, mounting, needs, root as asRoot } from '../../../test/support/needs.ts'
import { lading, start } from './support/lading.ts'
import { registryWith } from './support/registry-with.ts'
import { runHere } from './support/run-here.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'

// What ends a copy in its middle, between each two kinds of places: Ctrl-C, a pipe that closes, a full disk.

const sources = ['registry', 'store', 'layout', 'oci-archive', 'docker-archive', 'dir'] as const
const targets = ['registry', 'store', 'layout', 'oci-archive', 'docker-archive', 'dir'] as const
type Kind = (typeof sources)[number]
const pairs = sources.flatMap((source) => targets.map((target) => [source, target] as const))

let from: TestRegistry
let folder: string
const own = (name: string): string => join(folder, name)
const whole = (): string => `${from.host}/t/app:1`

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lading-ends-'))
  from = await startTestRegistry({
    images: [image('t/app:1').platform('linux/amd64').layer({ base: 'small' }).randomLayer(900_000)],
  })
})
afterAll(async () => {
  await from?.close()
  await rm(folder, { recursive: true, force: true })
})

const sourceText = (kind: Kind): string =>
  ({
    registry: whole(),
    store: `store:${whole()}`,
    layout: `oci:${own('layout')}:app`,
    'oci-archive': `oci-archive:${own('oci.tar')}`,
    'docker-archive': `docker-archive:${own('docker.tar')}`,
    dir: `dir:${own('dir')}`,
  })[kind]

const targetText = (kind: Kind, directory: string, host: string): string =>
  ({
    registry: `${host}/x:1`,
    store: 'store:registry.example/x:1',
    layout: `oci:${directory}/there:1`,
    'oci-archive': `oci-archive:${directory}/there:1`,
    'docker-archive': `docker-archive:${directory}/there:registry.example/x:1`,
    dir: `dir:${directory}/there`,
  })[kind]

/** A store with the image; that of a target is another one. */
const rootFor = (kind: Kind, directory: string): string => (kind === 'store' ? join(directory, 'there') : own('store'))

async function stockSources(): Promise<void> {
  const targetsOfAll = ['layout', 'oci-archive', 'docker-archive', 'dir'] as const
  const platform = ['--platform', 'linux/amd64']
  expect(await lading(['pull', '-q', ...platform, '--root', own('store'), whole()])).toMatchObject({ code: 0 })
  for (const kind of targetsOfAll) {
    const text = kind === 'docker-archive' ? `${sourceText(kind)}:registry.example/app:1` : sourceText(kind)
    expect(await lading(['copy', '-q', ...platform, '--root', own('store'), whole(), text])).toMatchObject({ code: 0 })
  }
}

/** How many names the target has, each over what can be read; `undefined`: there is nothing at all. */
async function namesAt(kind: Kind, directory: string, to: TestRegistry): Promise<number> {
  const path = join(directory, 'there')
  if (kind === 'registry') return Object.keys(to.repository('x').tags()).length
  if (!(await readdir(directory)).includes('there')) return 0
  if (kind === 'store') {
    const found = consult(path, { afterCrash: true })
    if (found.violations.length > 0) throw new Error(`it breaks its law: ${JSON.stringify(found.violations)}`)
    return Object.keys(found.names).filter((name) => name === 'registry.example/x:1').length
  }
  if (kind.endsWith('-archive')) return 1
  const source = await (kind === 'dir' ? openImageDirectory(path) : openLayout(path))
  let count = 0
  for await (const _ of source.names()) count++
  await source.close()
  return count
}

/** Files that stand for something on its way. */
const temporaries = async (directory: string): Promise<readonly string[]> =>
  (await readdir(directory, { recursive: true })).filter((name) => /part|\.lading-|tmp|ingest\/sha256\/./.test(name))

let stocked: Promise<void> | undefined
/** Once, for whichever of these tests run. */
const stock = (): Promise<void> => (stocked ??= stockSources())

describe('Ctrl-C', needs(enlarged), () => {
  beforeAll(stock, 60_000)

  // A file is read and written too fast to be caught: one side is a registry, which stalls.
  it.each(pairs.filter((pair) => pair.includes('registry')))(
    'during a copy from %s to %s ends it as interrupted, with nothing named and nothing open',
    async (source, target) => {
      const directory = await temporaryDirectory()
      const to = await registryWith()
      const stalls = target === 'registry' ? to : from
      const stall = stalls.addFault(
        target === 'registry'
          ? { on: 'upload', method: 'PUT', afterRequestBytes: 100_000, then: 'stall' }
          : { on: 'blob', method: 'GET', afterBytes: 100_000, then: 'stall' },
      )
      onTestFinished(() => stall.remove())
      const stalled = Promise.withResolvers<void>()
      const watch = setInterval(() => {
        if (stalls.faults().some(({ id, fired }) => id === stall.id && fired > 0)) stalled.resolve()
      }, 5)
      const args = ['copy', '--platform', 'linux/amd64', '--root', rootFor(target, directory)]
      const running = start([...args, sourceText(source), targetText(target, directory, to.host)], {
        env: { TMPDIR: directory },
      })
      await stalled.promise
      clearInterval(watch)
      running.child.kill('SIGINT')
      const { code, stdout } = await running.ended
      expect({ code, stdout }).toEqual({ code: 130, stdout: '' })
      stall.remove()
      expect(await namesAt(target, directory, to)).toBe(0)
      expect(to.repository('x').uploads()).toEqual([])
      // A store keeps what it has, to go on from there.
      expect(target === 'store' ? [] : await temporaries(directory)).toEqual([])
      expect(await runHere([...args, sourceText(source), targetText(target, directory, to.host)])).toMatchObject({
        code: 0,
      })
      expect(await namesAt(target, directory, to)).toBe(1)
      expect(await temporaries(directory)).toEqual([])
    },
  )
})

describe('kill -9', needs(enlarged), () => {
  beforeAll(stock, 60_000)

  // What lies on a disk is in killed.test.ts.
  it.each(sources)('at any request of a copy from %s to a registry names nothing that is not whole', async (source) => {
    const args = (to: TestRegistry): readonly string[] => {
      const places = [sourceText(source), targetText('registry', '', to.host)]
      return ['copy', '-q', '--platform', 'linux/amd64', '--root', own('store'), ...places]
    }
    const calm = await registryWith()
    expect(await runHere(args(calm))).toMatchObject({ code: 0 })
    const requests = calm.journal.entries.length
    const wanted = calm.repository('x')
    for (const at of [1, Math.floor(requests / 2), requests - 2, requests - 1]) {
      const to = await registryWith()
      const { child, ended } = start(args(to))
      to.journal.subscribe((entry) => {
        if (entry?.number === at) child.kill('SIGKILL')
      })
      await ended
      // The last request may have been all that was needed.
      expect([{}, wanted.tags()], `killed at request ${at} of ${requests}`).toContainEqual(to.repository('x').tags())
      expect(await runHere(args(to))).toMatchObject({ code: 0 })
      expect(to.repository('x').tags()).toEqual(wanted.tags())
      expect(to.repository('x').manifests()).toEqual(wanted.manifests())
      expect(new Set(to.repository('x').blobs())).toEqual(new Set(wanted.blobs()))
    }
  })
})

describe('a pipe that closes', needs(enlarged), () => {
  beforeAll(stock, 60_000)

  it.each(['oci-archive', 'docker-archive'])('ends %s:- without a word, as with any program', async (kind) => {
    const directory = await temporaryDirectory()
    const running = start(
      ['copy', '-q', '--platform', 'linux/amd64', '--root', own('store'), whole(), `${kind}:-:t/app:1`],
      {
        env: { TMPDIR: directory },
      },
    )
    running.child.stdout?.once('data', () => running.child.stdout?.destroy())
    expect(await running.ended).toMatchObject({ code: 0, stderr: '' })
    expect(await readdir(directory)).toEqual([])
  })

  it.each(
    (['oci-archive', 'docker-archive'] as const).flatMap((source) =>
      targets.map((target) => [source, target] as const),
    ),
  )('in the middle of %s:- names nothing in %s', async (source, target) => {
    const directory = await temporaryDirectory()
    await mkdir(join(directory, 'spool'))
    const to = await registryWith()
    const archive = await readFile(own(source === 'oci-archive' ? 'oci.tar' : 'docker.tar'))
    const half = archive.subarray(0, archive.length >> 1)
    const running = start(
      ['copy', '-q', '--root', rootFor(target, directory), `${source}:-`, targetText(target, directory, to.host)],
      { env: { TMPDIR: join(directory, 'spool') }, open: true },
    )
    running.child.stdin?.end(half)
    const { code, stderr } = await running.ended
    expect(code, stderr).toBe(6)
    expect(stderr).toMatch(/^lading: .*\nhint: /)
    expect(await namesAt(target, directory, to)).toBe(0)
    expect(to.repository('x').uploads()).toEqual([])
    expect(await readdir(join(directory, 'spool'))).toEqual([])
  })
})

describe('a full disk', needs('mount', 'umount', asRoot, mounting, enlarged), () => {
  beforeAll(stock, 60_000)

  it.each(pairs.filter(([source, target]) => target !== 'registry' && `${source} ${target}` !== 'store store'))(
    'under a copy from %s to %s is said, names nothing, and is done when there is room',
    async (source, target) => {
      const disk = await mkdtemp(join(tmpdir(), 'lading-disk-'))
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=400k', 'tmpfs', disk])
      onTestFinished(async () => {
        execFileSync('umount', [disk])
        await rm(disk, { recursive: true })
      })
      const to = await registryWith()
      const args = [
        'copy',
        '-q',
        '--platform',
        'linux/amd64',
        '--root',
        rootFor(target, disk),
        sourceText(source),
        targetText(target, disk, to.host),
      ]
      const { code, stderr } = await runHere(args)
      // What was to be written is no store.
      expect(code, stderr).toBe(target.endsWith('-archive') ? 1 : 7)
      expect(stderr).toMatch(/no space left|ENOSPC/)
      expect(stderr).toContain('hint: ')
      expect(await namesAt(target, disk, to)).toBe(0)
      execFileSync('mount', ['-o', 'remount,size=20m', disk])
      expect(await runHere(args)).toMatchObject({ code: 0 })
      expect(await namesAt(target, disk, to)).toBe(1)
      expect(await temporaries(disk)).toEqual([])
    },
  )
})

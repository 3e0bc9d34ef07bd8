import { cp, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openImageDirectory, openLayout } from '@lading/archive'
import { successors, type Source } from '@lading/content'
import { digestOf } from '@lading/digest/hash'
import type { Descriptor } from '@lading/manifest'
import { image, startTestRegistry, type TestRegistry } from '@lading/test-registry'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { consult } from '../../../packages/store/test/oracle.ts'
import { enlarged, needs } from '../../../test/support/needs.ts'
import { bin, start, type Ended } from './support/lading.ts'
import { runHere } from './support/run-here.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'

const seed = Number(process.env['LADING_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 32))
/** Kills of each command, all along its calls. */
const kills = 20
/** Of each copy between two kinds of places. */
const killsOfPairs = 6
const preload = fileURLToPath(new URL('support/kill-at.ts', import.meta.url))
const refName = 'org.opencontainers.image.ref.name'

const killed = (args: readonly string[], killAt: number, counted = ''): Promise<Ended & { signal: string | null }> => {
  const running = start(args, {
    node: [process.execPath, '--conditions=@lading/source', '--import', preload, bin],
    env: { LADING_TEST_KILL_AT: String(killAt), LADING_TEST_KILL_COUNT: counted },
  })
  return running.ended.then((ended) => ({ ...ended, signal: running.child.signalCode }))
}

/** Kills the command at calls all along it, each time in a place of its own, and looks at what is left. */
async function expectAllAlong<P>({
  most = kills,
  prepare,
  command,
  look,
}: {
  readonly most?: number
  readonly prepare: (directory: string) => Promise<P>
  readonly command: (place: P) => readonly string[]
  readonly look: (place: P, when: string) => Promise<void>
}): Promise<void> {
  const directory = await temporaryDirectory()
  const counted = join(directory, 'count')
  const dry = join(directory, 'dry')
  await mkdir(dry)
  expect(await killed(command(await prepare(dry)), 0, counted)).toMatchObject({ code: 0 })
  const calls = Number(await readFile(counted, 'utf8'))
  expect(calls).toBeGreaterThan(8)
  const points = Math.min(most, calls)
  const first = seed % calls
  const lane = async (from: number): Promise<void> => {
    for (let at = from; at < points; at += 2) {
      const killAt = 1 + ((first + Math.floor((at * calls) / points)) % calls)
      const own = join(directory, String(killAt))
      await mkdir(own)
      const place = await prepare(own)
      const { signal } = await killed(command(place), killAt)
      const when = `killed at call ${killAt} of ${calls}, seed ${seed}`
      // How much is written at a time is a matter of pace: the last calls may not come.
      expect(signal === 'SIGKILL' || killAt >= calls * 0.9, when).toBe(true)
      await look(place, when)
    }
  }
  await Promise.all([lane(0), lane(1)])
}

/** As an hour later. */
async function age(directory: string): Promise<void> {
  for (const name of await readdir(directory, { recursive: true })) await utimes(join(directory, name), 1, 1)
}

async function assertWhole(source: Source, target: Descriptor): Promise<void> {
  for await (const _ of source.open(target));
  const document = await source.document(target)
  for (const child of document === undefined ? [] : successors(document)) await assertWhole(source, child)
}

/** The names of a layout, each over what is whole. */
async function namesIn(layout: string): Promise<readonly string[]> {
  const source = await openLayout(layout)
  const names: string[] = []
  for await (const { name, target } of source.names()) {
    names.push(name)
    await assertWhole(source, target)
  }
  return names.toSorted()
}

const targets = ['store', 'layout', 'oci-archive', 'docker-archive', 'dir'] as const
const filesOf = async (directory: string): Promise<readonly string[]> =>
  (await readdir(directory, { recursive: true })).toSorted()

interface Copied {
  readonly directory: string
  /** What is there after a copy that nobody killed. */
  readonly wanted: string
  /** What was there before. */
  readonly template: string
  readonly when: string
}

async function expectStoreRight({ directory, when }: Copied): Promise<void> {
  const root = join(directory, 'there')
  expect(await runHere(['prune', '--force', '--min-age', '0'], { root }), when).toMatchObject({ code: 0 })
  expect(consult(root).violations, when).toEqual([])
}

/** There is what there should be, and nothing of the copy that was killed. */
async function expectFilesRight(to: string, { directory, wanted, template, when }: Copied): Promise<void> {
  // A directory whose image was replaced, and not yet rid of the old one, keeps that.
  const kept = to === 'dir' ? await filesOf(template) : []
  const [files, right] = [await filesOf(directory), await filesOf(wanted)]
  const more = files.filter((name) => !right.includes(name) && !kept.includes(name))
  expect({ more, missing: right.filter((name) => !files.includes(name)) }, when).toEqual({ more: [], missing: [] })
}

describe('a command that is killed', needs(enlarged), () => {
  let registry: TestRegistry
  let folder: string
  const at = (name: string): string => `${registry.host}/t/${name}`
  const own = (file: string): string => join(folder, file)

  beforeAll(async () => {
    registry = await startTestRegistry()
    folder = await mkdtemp(join(tmpdir(), 'lading-killed-'))
    const base = { base: 'in both' }
    for (const name of ['old', 'new'])
      await registry.seed(
        image(`t/${name}:1`)
          .layer(base)
          .randomLayer(600_000, { seed: name.length + name.charCodeAt(0) }),
      )
  })
  afterAll(async () => {
    await registry?.close()
    await rm(folder, { recursive: true, force: true })
  })

  it('has what it works with', async () => {
    for (const name of ['old', 'new']) await runHere(['pull', '-q', `${at(name)}:1`], { root: own('store') })
    await runHere(['copy', '-q', `store:${at('old')}:1`, `oci:${own('layout')}:v1`], { root: own('store') })
    for (const name of ['old', 'new'])
      for (const format of ['docker', 'both'])
        await runHere(['save', '--format', format, '-o', own(`${name}-${format}.tar`), `${at(name)}:1`], {
          root: own('store'),
        })
    expect(await namesIn(own('layout'))).toEqual(['v1'])
    for (const target of [`oci:${own('sources')}:new`, `oci-archive:${own('new.tar')}`, `dir:${own('new-dir')}`])
      expect(await runHere(['copy', '-q', `${at('new')}:1`, target])).toMatchObject({ code: 0 })
  })

  it('save leaves the archive that was there or the whole new one, and the next save nothing else', async () => {
    const whole = await readFile(own('new-both.tar'))
    const old = await readFile(own('old-both.tar'))
    const args = (out: string): readonly string[] => ['save', '--root', own('store'), '-o', out, `${at('new')}:1`]
    await expectAllAlong({
      prepare: async (directory) => {
        await cp(own('old-both.tar'), join(directory, 'out.tar'))
        return directory
      },
      command: (directory) => args(join(directory, 'out.tar')),
      async look(directory, when) {
        const now = await readFile(join(directory, 'out.tar'))
        expect(now.equals(whole) || now.equals(old), when).toBe(true)
        const others = (await readdir(directory)).filter((name) => name !== 'out.tar')
        expect(others.length, when).toBeLessThan(2)
        await age(directory)
        expect(await runHere(args(join(directory, 'out.tar'))), when).toMatchObject({ code: 0 })
        expect(await readdir(directory), when).toEqual(['out.tar'])
        expect((await readFile(join(directory, 'out.tar'))).equals(whole), when).toBe(true)
      },
    })
  })

  it('copy into a layout leaves what others wrote and names over what is whole, and the next copy nothing else', async () => {
    const args = (layout: string): readonly string[] => [
      'copy',
      '-q',
      '--root',
      own('store'),
      `store:${at('new')}:1`,
      `oci:${layout}:v2`,
    ]
    const foreign = { mediaType: 'text/plain', digest: `sha256:${'0'.repeat(64)}`, size: 1, x: { y: null } }
    await expectAllAlong({
      prepare: async (directory) => {
        const layout = join(directory, 'layout')
        await cp(own('layout'), layout, { recursive: true })
        const index = JSON.parse(await readFile(join(layout, 'index.json'), 'utf8')) as { manifests: unknown[] }
        await writeFile(
          join(layout, 'index.json'),
          JSON.stringify({ ...index, manifests: [...index.manifests, foreign], z: 1 }),
        )
        return layout
      },
      command: args,
      async look(layout, when) {
        const assertIndex = async (...names: readonly string[]): Promise<void> => {
          const index = JSON.parse(await readFile(join(layout, 'index.json'), 'utf8')) as {
            z?: number
            manifests: { annotations?: Record<string, string> }[]
          }
          expect(index.z, when).toBe(1)
          expect(index.manifests, when).toContainEqual(foreign)
          const found = index.manifests.flatMap(({ annotations = {} }) => annotations[refName] ?? [])
          expect(names, when).toContain(found.toSorted().join())
          expect((await namesIn(layout)).join(), when).toBe(found.toSorted().join())
        }
        await assertIndex('v1', 'v1,v2')
        await age(layout)
        expect(await runHere(args(layout)), when).toMatchObject({ code: 0 })
        await assertIndex('v1,v2')
        expect((await readdir(layout)).toSorted(), when).toEqual(['blobs', 'index.json', 'oci-layout'])
        // Two manifests, two configs, three layers.
        expect(await readdir(join(layout, 'blobs/sha256')), when).toHaveLength(7)
      },
    })
  })

  it.each(['docker', 'both'])(
    'load of %s moves the tag or not, and the next load and prune leave nothing',
    async (format) => {
      const name = 'registry.example/app:1'
      const args = (root: string): readonly string[] => [
        'load',
        '-q',
        '--root',
        root,
        '--name',
        name,
        '-i',
        own(`new-${format}.tar`),
      ]
      const template = own(`loaded-${format}`)
      expect(
        await runHere(['load', '-q', '--name', name, '-i', own(`old-${format}.tar`)], { root: template }),
      ).toMatchObject({ code: 0 })
      const before = consult(template).names[name]
      await expectAllAlong({
        prepare: async (directory) => {
          await cp(template, join(directory, 'root'), { recursive: true, preserveTimestamps: true })
          return join(directory, 'root')
        },
        command: args,
        async look(root, when) {
          const left = consult(root, { afterCrash: true })
          expect(left.violations, when).toEqual([])
          const moved = left.names[name]
          expect(await runHere(args(root)), when).toMatchObject({ code: 0 })
          const after = consult(root, { afterCrash: true })
          expect(after.violations, when).toEqual([])
          expect(after.names[name], when).not.toBe(before)
          expect([before, after.names[name]], when).toContain(moved)
          await age(join(root, 'lading'))
          expect(await runHere(['prune', '--force', '--min-age', '0'], { root }), when).toMatchObject({ code: 0 })
          const end = consult(root)
          expect(end.violations, when).toEqual([])
          expect(end.blobs, when).toEqual(end.reached)
        },
      })
    },
  )

  it.each([
    ...targets.map((to) => ['registry', to] as const),
    ['store', 'dir'] as const,
    ['layout', 'oci-archive'] as const,
    ['oci-archive', 'dir'] as const,
    ['docker-archive', 'layout'] as const,
    ['dir', 'store'] as const,
  ])(
    'copy from %s to %s leaves what was there or the whole new one, and the next copy nothing else',
    async (from, to) => {
      const source = {
        registry: `${at('new')}:1`,
        store: `store:${at('new')}:1`,
        layout: `oci:${own('sources')}:new`,
        'oci-archive': `oci-archive:${own('new.tar')}`,
        'docker-archive': `docker-archive:${own('new-docker.tar')}`,
        dir: `dir:${own('new-dir')}`,
      }[from]
      const target = (directory: string): string =>
        ({
          store: 'store:registry.example/app:1',
          layout: `oci:${directory}/there:v1`,
          'oci-archive': `oci-archive:${directory}/there:v1`,
          'docker-archive': `docker-archive:${directory}/there:registry.example/app:1`,
          dir: `dir:${directory}/there`,
        })[to]
      const copying = (what: string, directory: string): readonly string[] => {
        const root = to === 'store' ? join(directory, 'there') : own('store')
        return ['copy', '-q', '--platform', 'linux/amd64', '--root', root, what, target(directory)]
      }
      const state = async (directory: string): Promise<string> => {
        const root = join(directory, 'there')
        if (to === 'store') return String(consult(root, { afterCrash: true }).names['registry.example/app:1'])
        if (to.endsWith('-archive')) return digestOf(await readFile(root))
        const found = to === 'dir' ? await openImageDirectory(root) : await openLayout(root)
        for await (const { target: named } of found.names()) {
          await assertWhole(found, named)
          return named.digest
        }
        return 'nothing'
      }
      const template = own(`there-${from}-${to}`)
      await mkdir(template)
      expect(await runHere(copying(`${at('old')}:1`, template))).toMatchObject({ code: 0 })
      const wanted = own(`wanted-${from}-${to}`)
      await cp(template, wanted, { recursive: true, preserveTimestamps: true })
      const old = await state(template)
      expect(await runHere(copying(source, wanted))).toMatchObject({ code: 0 })
      const whole = await state(wanted)
      expect(whole).not.toBe(old)
      await expectAllAlong({
        most: killsOfPairs,
        prepare: async (directory) => {
          await cp(template, directory, { recursive: true, preserveTimestamps: true })
          return directory
        },
        command: (directory) => copying(source, directory),
        async look(directory, when) {
          expect([old, whole], when).toContain(await state(directory))
          await age(directory)
          expect(await runHere(copying(source, directory)), when).toMatchObject({ code: 0 })
          expect(await state(directory), when).toBe(whole)
          const copied: Copied = { directory, wanted, template, when }
          await (to === 'store' ? expectStoreRight(copied) : expectFilesRight(to, copied))
        },
      })
    },
  )

  it('two that write one layout at once leave the names of both, and a reader beside them finds nothing half', async () => {
    const layout = join(await temporaryDirectory(), 'layout')
    await cp(own('layout'), layout, { recursive: true })
    const writers = ['old', 'new'].flatMap((name) =>
      ['a', 'b'].map((tag) =>
        start(['copy', '-q', '--root', own('store'), `store:${at(name)}:1`, `oci:${layout}:${name}-${tag}`]),
      ),
    )
    const state = { isRunning: true }
    const all = Promise.all(writers.map(({ ended }) => ended)).finally(() => (state.isRunning = false))
    let looks = 0
    while (state.isRunning) {
      expect(await namesIn(layout)).toContain('v1')
      looks++
      await new Promise((resolve) => void setTimeout(resolve, 1))
    }
    for (const ended of await all) expect(ended).toMatchObject({ code: 0 })
    expect(looks).toBeGreaterThan(3)
    expect(await namesIn(layout)).toEqual(['new-a', 'new-b', 'old-a', 'old-b', 'v1'])
    expect((await readdir(layout)).toSorted()).toEqual(['blobs', 'index.json', 'oci-layout'])
  })
})

import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { image, startTestRegistry, type TestRegistry } from '@lading/test-registry'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startContainerd, type Containerd } from '../../../test/support/containerd.ts'
import { enlarged, needs, root } from '../../../test/support/needs.ts'
import { pathOf } from '../../../test/support/real-parts.ts'
import { runHere } from './support/run-here.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'

const execute = promisify(execFile)

interface Pair {
  readonly mirror: TestRegistry
  readonly upstream: TestRegistry
  /** Runs it and gives, for tags and blobs, who was asked under which name and what came of it. */
  asked(run: () => Promise<unknown>): Promise<readonly string[]>
}

async function withPair(work: (pair: Pair) => Promise<void>): Promise<void> {
  await using mirror = await startTestRegistry()
  await using upstream = await startTestRegistry()
  await work({
    mirror,
    upstream,
    async asked(run) {
      for (const { journal } of [mirror, upstream]) journal.clear()
      await run()
      const seen = Object.entries({ mirror, upstream }).flatMap(([name, { journal }]) =>
        journal.entries
          .filter(
            ({ kind, target }) => kind === 'blob' || (kind === 'manifest' && target?.startsWith('sha256:') === false),
          )
          .map(({ kind, repository, status }) => `${name} ${kind} ${repository} ${status}`),
      )
      return [...new Set(seen)].toSorted()
    },
  })
}

/** What a failure is made of is not compared: that both fail is. */
const settled =
  (run: () => Promise<unknown>): (() => Promise<unknown>) =>
  () =>
    run().catch(() => undefined)

describe('the same registries.conf', needs('skopeo', enlarged), () => {
  const conf = (pair: Pair, extra = ''): string =>
    `[[registry]]\nprefix = "registry.example/team"\nlocation = "${pair.upstream.host}/moved"\ninsecure = true\n${extra}`
  const mirror = ({ mirror: { host } }: Pair, more = ''): string =>
    `[[registry.mirror]]\nlocation = "${host}/cache"\ninsecure = true\n${more}\n`
  const app = image('moved/app:1').layer({ a: 'a' }).randomLayer(1000)
  const copy = image('cache/app:1').layer({ a: 'a' }).randomLayer(1000)
  const byTag = 'registry.example/team/app:1'
  const byDigest = `registry.example/team/app@${app.build().digest}`

  it.each<[string, { reference: string | ((pair: Pair) => string); atMirror: boolean; text: (pair: Pair) => string }]>([
    ['a mirror that has it', { reference: byTag, atMirror: true, text: (pair) => conf(pair, mirror(pair)) }],
    ['a mirror that lacks it', { reference: byTag, atMirror: false, text: (pair) => conf(pair, mirror(pair)) }],
    [
      'a mirror for digests, by tag',
      {
        reference: byTag,
        atMirror: true,
        text: (pair) => conf(pair, mirror(pair, 'pull-from-mirror = "digest-only"')),
      },
    ],
    [
      'a mirror for digests, by digest',
      {
        reference: byDigest,
        atMirror: true,
        text: (pair) => conf(pair, mirror(pair, 'pull-from-mirror = "digest-only"')),
      },
    ],
    [
      'a longer prefix without mirrors',
      {
        reference: byTag,
        atMirror: true,
        text: (pair) =>
          `${conf(pair, mirror(pair))}[[registry]]\nprefix = "registry.example/team/app"\nlocation = "${pair.upstream.host}/moved/app"\ninsecure = true\n`,
      },
    ],
    [
      'a block',
      {
        reference: ({ upstream }) => `${upstream.host}/moved/app:1`,
        atMirror: true,
        text: ({ upstream }) => `[[registry]]\nlocation = "${upstream.host}"\ninsecure = true\nblocked = true\n`,
      },
    ],
  ])('sends skopeo and lading to the same places: %s', (_what, { reference: given, atMirror, text }) =>
    withPair(async (pair) => {
      const reference = typeof given === 'string' ? given : given(pair)
      await pair.upstream.seed(app)
      if (atMirror) await pair.mirror.seed(copy)
      const home = await temporaryDirectory()
      const file = join(home, 'registries.conf')
      await writeFile(file, text(pair))
      const expected = await pair.asked(
        settled(() =>
          execute(pathOf('skopeo'), [
            '--registries-conf',
            file,
            '--insecure-policy',
            'copy',
            `docker://${reference}`,
            `dir:${join(home, 'copied')}`,
          ]),
        ),
      )
      const found = await pair.asked(() =>
        runHere(['pull', '-q', reference, '--root', join(home, 'root')], {
          variables: { HOME: home, LADING_HOSTS: 'user', CONTAINERS_REGISTRIES_CONF: file },
        }),
      )
      expect(found).toEqual(expected)
    }),
  )
})

describe('the same hosts.toml', needs('containerd', 'ctr', 'runc', root, enlarged), () => {
  let directory: string
  let containerd: Containerd
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'lading-hosts-'))
    containerd = await startContainerd(directory)
  })
  afterAll(async () => {
    await containerd?.close()
    await rm(directory, { recursive: true })
  })

  it.each<[string, { atMirror: string; text: (pair: Pair) => string }]>([
    ['a mirror that has it', { atMirror: 't/one', text: ({ mirror }) => `[host."${mirror.url}"]\n` }],
    ['a mirror that lacks it', { atMirror: 't/other', text: ({ mirror }) => `[host."${mirror.url}"]\n` }],
    [
      'a mirror for content alone',
      { atMirror: 't/three', text: ({ mirror }) => `[host."${mirror.url}"]\ncapabilities = ["pull"]\n` },
    ],
    [
      'a mirror at a path of its own',
      { atMirror: 'cache/t/four', text: ({ mirror }) => `[host."${mirror.url}/v2/cache"]\noverride_path = true\n` },
    ],
  ])('sends ctr and lading to the same places: %s', (what, { atMirror, text }) =>
    withPair(async (pair) => {
      // containerd keeps what it has pulled: each case has an image of its own.
      const name = `t/${{ 't/one': 'one', 't/three': 'three', 'cache/t/four': 'four' }[atMirror] ?? 'five'}`
      const layered = (at: string): ReturnType<typeof image> => image(`${at}:1`).layer({ a: what }).randomLayer(1000)
      await pair.upstream.seed(layered(name))
      await pair.mirror.seed(layered(atMirror))
      const folder = await temporaryDirectory()
      await mkdir(join(folder, pair.upstream.host))
      await writeFile(
        join(folder, pair.upstream.host, 'hosts.toml'),
        `server = "${pair.upstream.url}/v2"\n${text(pair)}`,
      )
      const reference = `${pair.upstream.host}/${name}:1`
      const expected = await pair.asked(() =>
        containerd.ctr('images', 'pull', '--snapshotter', 'native', '--hosts-dir', folder, reference),
      )
      const found = await pair.asked(() => runHere(['pull', '-q', reference, '--hosts-dir', folder]))
      // ctr asks a mirror for each blob of an image that it lacks; ours is not asked for what is behind a tag that it lacks.
      const served = (all: readonly string[]): readonly string[] => all.filter((line) => line.endsWith(' 200'))
      expect(served(found)).toEqual(served(expected))
    }),
  )
})

import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { machineFiles } from '../support/image/machine-files.ts'
import { smallLayers } from '../support/image/small-layers.ts'
import type { BenchImage, Compression } from '../support/image/image.ts'
import { lading, packages, type CommandLine } from '../support/lading.ts'
import type { LineShape } from '../support/line.ts'
import { megabytes } from '../support/settings.ts'
import { atOnce, contestants, type Asked, type Contestant } from './contestants.ts'

export interface Case {
  readonly what: string
  /** What is served, by tag; made once per folder. The first is what is asked for. */
  images(folder: string): Promise<Readonly<Record<string, BenchImage>>>
  readonly runs: Readonly<Record<string, Run>>
  /** What lies between, if it is not loopback. */
  readonly line?: LineShape | undefined
  readonly tls?: boolean | undefined
  /** Default 5. */
  readonly rounds?: number | undefined
  /** Why it cannot be had here. */
  readonly unable?: string | undefined
}

export interface Run {
  /** Before it, and not measured. */
  readonly before?: ((asked: Asked) => readonly CommandLine[]) | undefined
  readonly measured: (asked: Asked) => CommandLine
  readonly after?: ((asked: Asked) => CommandLine) | undefined
}

const size = megabytes(500)

const big =
  (compression: Compression = 'gzip') =>
  async (folder: string): Promise<Readonly<Record<string, BenchImage>>> => ({
    big: await machineFiles(join(folder, `${compression}-${size}`), {
      compression,
      size: { compressedBytes: size * 1e6 },
    }),
  })

const oneLayer = async (folder: string): Promise<Readonly<Record<string, BenchImage>>> => ({
  huge: await machineFiles(join(folder, `one-${megabytes(2000)}`), {
    layers: 1,
    size: { compressedBytes: megabytes(2000) * 1e6 },
  }),
})

const small =
  (layers: number, bytes: number) =>
  async (folder: string): Promise<Readonly<Record<string, BenchImage>>> => ({
    small: await smallLayers(join(folder, `small-${layers}-${bytes}`), { layers, bytes }),
  })
const many = small(60, 80_000)

const tagged = (asked: Asked, tag: string): Asked => ({
  ...asked,
  reference: asked.reference.replace(/:[^:/]+$/, `:${tag}`),
})

const ofAll = (run: (one: Contestant) => Run): Readonly<Record<string, Run>> =>
  Object.fromEntries(Object.entries(contestants).map(([name, one]) => [name, { after: one.after, ...run(one) }]))

const fresh = ofAll(({ pull }) => ({ measured: pull }))

const without = (names: readonly string[], runs: Readonly<Record<string, Run>>): Readonly<Record<string, Run>> =>
  Object.fromEntries(Object.entries(runs).filter(([name]) => !names.includes(name)))

/** They have nothing from before: files of a fixed name, and a daemon that is gone. */
const forgetful = ['curl', 'ctr']

const crowd = 50
const nameOf = (number: number): string => `crowd-${number}`
const crowdScript = fileURLToPath(new URL('crowd.ts', import.meta.url))
const references = (asked: Asked): readonly string[] =>
  Array.from({ length: crowd }, (_, number) => tagged(asked, nameOf(number)).reference)

export const cases: Readonly<Record<string, Case>> = {
  big: {
    what: `an image of at least ${size} MB gzip in 4 layers, of this machine's own files`,
    images: big(),
    runs: fresh,
  },
  zstd: { what: 'the same files in layers of zstd', images: big('zstd'), runs: fresh },
  uncompressed: { what: `${size} MB of them in layers that are not compressed`, images: big('none'), runs: fresh },
  tls: { what: 'big over TLS', images: big(), runs: fresh, tls: true },
  cold: {
    what: 'big, and nothing of it in the page cache',
    images: big(),
    runs: Object.fromEntries(
      Object.entries(fresh).map(([name, run]) => [
        name,
        { ...run, before: () => [['sh', '-c', 'sync; echo 3 >/proc/sys/vm/drop_caches'] as const] },
      ]),
    ),
    unable: process.getuid?.() === 0 ? undefined : 'only root can empty the page cache',
  },
  lossy: {
    what: 'big over connections that end after 20 MB each',
    images: big(),
    runs: fresh,
    line: { cutEveryBytes: 20e6 },
    rounds: 3,
  },
  huge: { what: `one layer of at least ${megabytes(2000)} MB`, images: oneLayer, runs: fresh, rounds: 3 },
  'huge-far': {
    what: 'the same, 50 ms away and 20 MB/s on each connection',
    images: oneLayer,
    runs: {
      ...fresh,
      'lading --ranges 8 --jobs 8': {
        measured: ({ reference, target }) =>
          lading('pull', '-q', '--ranges', '8', '--jobs', '8', '--root', target, reference),
      },
    },
    line: { roundTripMs: 50, bytesPerSecond: 20e6 },
    rounds: 1,
  },
  slow: {
    what: '20 MB in 5 layers, 100 ms away and 1 MB/s on each connection',
    images: small(5, 3_500_000),
    runs: fresh,
    line: { roundTripMs: 100, bytesPerSecond: 1e6 },
    rounds: 1,
  },
  many: { what: 'an image of 60 layers, 5 MB in all', images: many, runs: fresh },
  again: {
    what: 'the same image once more, with nothing to do',
    images: many,
    runs: without(
      forgetful,
      ofAll(({ pull }) => ({ before: (asked) => [pull(asked)], measured: pull })),
    ),
  },
  returned: {
    what: 'an image that was here before: pulled, removed and pulled',
    images: many,
    runs: Object.fromEntries(
      Object.entries(contestants)
        .filter(([name]) => name.startsWith('lading'))
        .map(([name, { pull }]) => [
          name,
          {
            before: (asked) => [pull(asked), lading('rmi', '--root', asked.target, asked.reference)],
            measured: pull,
          } satisfies Run,
        ]),
    ),
  },
  shared: {
    what: 'an image of 10 layers of 2 MB, of which 8 are here with another',
    async images(folder) {
      const before = await smallLayers(join(folder, 'shared-before'), { layers: 10, bytes: 1_800_000 })
      const after = before.layers.slice(0, 8)
      const next = await smallLayers(join(folder, 'shared'), { layers: 2, bytes: 1_800_000, after })
      return { next, before }
    },
    runs: without(
      forgetful,
      ofAll(({ pull }) => ({ before: (asked) => [pull(tagged(asked, 'before'))], measured: pull })),
    ),
  },
  crowd: {
    what: `${crowd} images of 4 layers of 1 MB at once, by one process and by ${crowd}`,
    async images(folder) {
      const made: Record<string, BenchImage> = {}
      for (let number = 0; number < crowd; number += 1)
        made[nameOf(number)] = await smallLayers(join(folder, 'crowd', String(number)), { layers: 4, bytes: 900_000 })
      return made
    },
    runs: {
      'lading, one process': {
        measured: (asked) => [process.execPath, ...packages, crowdScript, asked.target, ...references(asked)],
      },
      // Fifty daemons, and fifty that unpack, would be about something else.
      ...without(
        [...forgetful, 'podman'],
        ofAll(({ pull }) => ({
          measured: (asked) =>
            atOnce(
              references(asked).map((reference, number) =>
                // Whoever has a store keeps them in one.
                pull({ ...asked, reference, target: `${asked.target}-${number}` }),
              ),
            ),
        })),
      ),
    },
    rounds: 3,
  },
  digest: {
    what: 'the digest of a tag',
    images: many,
    runs: Object.fromEntries(
      Object.entries(contestants).flatMap(([name, { digest }]) =>
        digest === undefined ? [] : [[name, { measured: digest } satisfies Run]],
      ),
    ),
  },
  start: {
    what: 'commands that ask nobody, beside an empty Node',
    images: many,
    runs: {
      'node -e 0': { measured: () => [process.execPath, '-e', '0'] },
      'lading --version': { measured: () => lading('--version') },
      'lading images': {
        before: ({ reference, target }) => [lading('pull', '-q', '--root', target, reference)],
        measured: ({ target }) => lading('images', '--root', target),
      },
    },
  },
}

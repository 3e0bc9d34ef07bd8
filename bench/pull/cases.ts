import { join } from 'node:path'
import { contestants, lading, type CommandLine } from './contestants.ts'
import { buildImage, type BenchImage } from './image.ts'
import { smallLayers } from './small-layers.ts'

export interface Case {
  readonly what: string
  /** What is served; made once per folder. */
  image(folder: string): Promise<BenchImage>
  /** Each by its name; `target` is a directory that this round alone has. */
  readonly runs: Readonly<Record<string, Run>>
}

export interface Run {
  /** Before it, and not measured. */
  readonly before?: ((reference: string, target: string) => readonly CommandLine[]) | undefined
  readonly measured: (reference: string, target: string) => CommandLine
}

const megabytes = Number(process.env['LADING_BENCH_MB'] ?? 500)

const big = (folder: string): Promise<BenchImage> => buildImage(folder, { compressedBytes: megabytes * 1_000_000 })
const many = (folder: string): Promise<BenchImage> => smallLayers(join(folder, 'many'), 60, 160_000)

const ofAll = (run: (one: (typeof contestants)[string]) => Run): Readonly<Record<string, Run>> =>
  Object.fromEntries(Object.entries(contestants).map(([name, one]) => [name, run(one)]))

const fresh = ofAll(({ pull }) => ({ measured: pull }))

export const cases: Readonly<Record<string, Case>> = {
  big: {
    what: `an image of at least ${megabytes} MB gzip in 4 layers, of this machine's own files`,
    image: big,
    runs: fresh,
  },
  many: { what: 'an image of 60 layers, 5 MB in all', image: many, runs: fresh },
  again: {
    what: 'the same image once more, with nothing to do',
    image: many,
    runs: ofAll(({ pull }) => ({ before: (reference, target) => [pull(reference, target)], measured: pull })),
  },
  returned: {
    what: 'an image that was here before: pulled, removed and pulled',
    image: many,
    runs: Object.fromEntries(
      Object.entries(contestants)
        .filter(([name]) => name.startsWith('lading'))
        .map(([name, { pull }]) => [
          name,
          {
            before: (reference, target) => [pull(reference, target), lading('rmi', '--root', target, reference)],
            measured: pull,
          } satisfies Run,
        ]),
    ),
  },
  digest: {
    what: 'the digest of a tag',
    image: many,
    runs: Object.fromEntries(
      Object.entries(contestants).flatMap(([name, { digest }]) =>
        digest === undefined ? [] : [[name, { measured: digest } satisfies Run]],
      ),
    ),
  },
  start: {
    what: 'commands that ask nobody, beside an empty Node',
    image: many,
    runs: {
      'node -e 0': { measured: () => [process.execPath, '-e', '0'] },
      'lading --version': { measured: () => lading('--version') },
      'lading images': {
        before: (reference, target) => [lading('pull', '-q', '--root', target, reference)],
        measured: (_reference, target) => lading('images', '--root', target),
      },
    },
  },
}

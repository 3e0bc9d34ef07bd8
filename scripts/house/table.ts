/** One room of the house: a package or an app. */
export interface Room {
  /** Its folder, and below `@lading/` its name. */
  readonly name: string
  readonly floor: number
  readonly sentence: string
  /** Beside what every room may import: the lower rooms of floor 0. */
  readonly mayImport: readonly string[] | 'all below'
}

/** What every room above floor 0 may import. */
export const foundation: readonly string[] = ['clock', 'errors', 'digest', 'reference']

/** The house, from the ground up. `docs/architecture.md` is drawn from this table, and `pnpm lint` holds the code against it. */
export const rooms: readonly Room[] = [
  {
    name: 'clock',
    floor: 0,
    sentence: 'waiting that can be tested and given up: `Clock`, `sleep`, `AbortOptions`',
    mayImport: [],
  },
  {
    name: 'errors',
    floor: 0,
    sentence: 'the base class, the guard that survives duplicate copies, redaction',
    mayImport: [],
  },
  {
    name: 'digest',
    floor: 0,
    sentence: 'the text: parse, format, chainID input; the subpath `/hash` computes and verifies',
    mayImport: ['errors'],
  },
  {
    name: 'reference',
    floor: 0,
    sentence: 'the reference grammar, normalisation, familiar names; runs wherever JavaScript runs',
    mayImport: ['errors', 'digest'],
  },
  {
    name: 'home',
    floor: 0,
    sentence: 'where a user keeps files: the home directory, the XDG directories',
    mayImport: ['errors'],
  },
  {
    name: 'manifest',
    floor: 1,
    sentence: 'the schema registry: media type in, typed manifest out; image config; platform matching; strict JSON',
    mayImport: [],
  },
  {
    name: 'compression',
    floor: 1,
    sentence: 'gzip, zstd or plain in, tar bytes out: members and frames walked, bounded',
    mayImport: [],
  },
  {
    name: 'tar',
    floor: 1,
    sentence: 'tar archives read and written: chunks in, entries out, and the way back; no file system',
    mayImport: [],
  },
  {
    name: 'content',
    floor: 2,
    sentence:
      'where content comes from and goes to: `Source`, `Target`, what a document names, the graph walk, the memory form, the compliance suite',
    mayImport: ['manifest'],
  },
  {
    name: 'credentials',
    floor: 2,
    sentence:
      "who you are at a host: docker's `config.json`, containers' `auth.json`, helpers, environment, netrc; storing and forgetting it",
    mayImport: ['home'],
  },
  {
    name: 'transfer',
    floor: 2,
    sentence: 'work that runs once for many watchers: places, order, retry, progress, cancelled by the last one',
    mayImport: [],
  },
  {
    name: 'registry-client',
    floor: 3,
    sentence:
      'HTTP to a registry: endpoints, challenges, tokens, manifests, blobs, tags; origin policy on every URL; a repository as `Source` and `Target`',
    mayImport: ['home', 'manifest', 'content'],
  },
  {
    name: 'content-store',
    floor: 3,
    sentence:
      'bytes by digest on disk: ingest, commit, read, lease; the file-system port, every path and every write of every store',
    mayImport: ['content'],
  },
  {
    name: 'image-store',
    floor: 4,
    sentence: 'image ID to config and layers',
    mayImport: ['content-store', 'manifest'],
  },
  {
    name: 'reference-store',
    floor: 4,
    sentence: 'names to targets in `index.json`, saved atomically',
    mayImport: ['content-store', 'manifest'],
  },
  {
    name: 'layer-store',
    floor: 4,
    sentence: 'diffIDs and chainIDs; owns the worker threads that inflate and hash',
    mayImport: ['content-store', 'compression'],
  },
  {
    name: 'image',
    floor: 4,
    sentence: 'an image as one file system: its layers read, and their merged view, over any `Source`',
    mayImport: ['content', 'manifest', 'tar', 'compression'],
  },
  {
    name: 'store',
    floor: 5,
    sentence: 'the stores under one root: list, inspect, tag, remove; a `Source` and a `Target`',
    mayImport: [
      'home',
      'manifest',
      'compression',
      'content',
      'content-store',
      'image-store',
      'reference-store',
      'layer-store',
    ],
  },
  {
    name: 'archive',
    floor: 5,
    sentence: 'docker-archive, oci-archive and OCI layout directories as `Source` and `Target`',
    mayImport: ['manifest', 'compression', 'tar', 'content', 'content-store'],
  },
  {
    name: 'rootfs',
    floor: 5,
    sentence: 'layers unpacked to a directory, safely',
    mayImport: ['manifest', 'compression', 'tar', 'content', 'content-store', 'image'],
  },
  {
    name: 'content-store-s3',
    floor: 6,
    sentence: "the stores' contracts on an S3-compatible object store, which a fleet shares",
    mayImport: ['manifest', 'content', 'content-store', 'image-store', 'reference-store', 'layer-store', 'store'],
  },
  {
    name: 'distribution',
    floor: 6,
    sentence: 'pull, push and copy: the flow of `docker pull` and its way back',
    mayImport: 'all below',
  },
  {
    name: 'serve',
    floor: 7,
    sentence: 'a pull-through cache and read-only registry over any store: each blob leaves its upstream once',
    mayImport: 'all below',
  },
  { name: 'cli', floor: 8, sentence: 'arguments in, renderer out', mayImport: 'all below' },
  {
    name: 'test-registry',
    floor: 8,
    sentence: 'an OCI registry for tests, with faults on command; shares only floors 0 and 1 with what it tests',
    mayImport: ['manifest'],
  },
  {
    name: 'docs',
    floor: 9,
    sentence: 'the documentation site: Markdown and docstrings in, pages out; never published',
    mayImport: ['test-registry'],
  },
]

/** Tests from floor 2 up may use these too. */
export const testsMayUse: readonly string[] = ['test-registry']

/** What a room's code may import. */
export function allowedIn({ floor, mayImport }: Room): readonly string[] {
  if (mayImport === 'all below') return rooms.filter((room) => room.floor < floor).map(({ name }) => name)
  return floor === 0 ? mayImport : [...foundation, ...mayImport]
}

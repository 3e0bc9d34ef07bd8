import { familiarString, parseReference } from '@lading/reference'
import type { Store } from '../../src/index.ts'
import { documentOf, image, index, linux, type TestImage } from './image.ts'
import { fetch, publish, pull } from './pull.ts'

const app = image(['base', 'app'])
const next = image(['base', 'next'])
const zstd = image(['base', 'app'], { encoding: 'zstd' })
const arm = image(['arm'], { platform: linux('arm64') })
const both = index([
  [next, linux('amd64')],
  [arm, linux('arm64')],
])
/** What is there besides. */
export const other: TestImage = image(['base', 'other'])

/** A change of a store, and what comes of it. */
export interface Change {
  readonly title: string
  /** What is there before, besides `other:1`. */
  prepare(store: Store): Promise<unknown>
  run(store: Store): Promise<unknown>
  /** The names afterwards, besides those of `other`. */
  readonly names: Readonly<Record<string, string>>
}

const nameOf = (name: string, target: Parameters<typeof documentOf>[0]): Record<string, string> => ({
  [`docker.io/library/${name}`]: documentOf(target).descriptor.digest,
})
const digestName = (name: string, target: Parameters<typeof documentOf>[0]): Record<string, string> =>
  nameOf(`${name}@${documentOf(target).descriptor.digest}`, target)

export const changes: readonly Change[] = [
  {
    title: 'publishing into a new root',
    prepare: () => Promise.resolve(),
    run: async (store) => {
      await fetch(store, app)
      return publish(store, 'app:1', app)
    },
    names: { ...nameOf('app:1', app), ...digestName('app', app) },
  },
  {
    title: 'publishing an index over an image',
    prepare: async (store) => {
      await pull(store, 'app:1', app)
      for (const one of [next, arm]) await fetch(store, one)
    },
    run: (store) => publish(store, 'app:1', both, [next, arm]),
    names: { ...nameOf('app:1', both), ...digestName('app', both), ...digestName('app', app) },
  },
  {
    title: 'moving a tag',
    prepare: async (store) => {
      await pull(store, 'app:1', app)
      await pull(store, 'next:1', next)
    },
    run: (store) => store.tag('next:1', parseReference('app:1')),
    names: {
      ...nameOf('app:1', next),
      ...digestName('app', app),
      ...nameOf('next:1', next),
      ...digestName('next', next),
    },
  },
  {
    title: 'removing a name whose layers and config others share',
    prepare: async (store) => {
      await pull(store, 'app:1', app)
      await pull(store, 'twin:1', zstd)
    },
    run: (store) => store.remove('app:1'),
    names: { ...nameOf('twin:1', zstd), ...digestName('twin', zstd) },
  },
  {
    title: 'removing an index by the ID of one of its images',
    prepare: async (store) => {
      await pull(store, 'app:1', both, [next, arm])
      await store.tag('app:1', parseReference('app:2'))
    },
    run: (store) => store.remove(arm.id),
    names: {},
  },
  {
    title: 'pruning a name, an image without a tag, and what a pull left',
    prepare: async (store) => {
      await pull(store, 'app:1', app)
      await pull(store, 'twin:1', zstd)
      await pull(store, 'twin:1', next)
      await fetch(store, arm)
    },
    run: (store) => store.prune({ minAgeMs: 0, select: ({ reference }) => familiarString(reference) === 'app:1' }),
    names: { ...nameOf('twin:1', next), ...digestName('twin', next) },
  },
]

export const namesOfOther: Change['names'] = { ...nameOf('other:1', other), ...digestName('other', other) }

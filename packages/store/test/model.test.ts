import { parseReference, nameOf, withDefaultTag, familiarString } from '@lading/reference'
import { isLadingError } from '@lading/errors'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { atScale } from '../../../test/support/scale.ts'
import type { Store } from '../src/index.ts'
import { consult } from './oracle.ts'
import { documentOf, image, index, linux, type TestImage, type TestIndex } from './support/image.ts'
import { pull } from './support/pull.ts'
import { testRoot, type TestRoot } from './support/root.ts'

// Any sequence of changes against the simplest thing that could be right: a map from names to digests.

interface Model {
  readonly names: Map<string, string>
}

interface Real {
  readonly root: TestRoot
  store: Store
}

const app = image(['base', 'app'])
const arm = image(['arm', 'app'], { platform: linux('arm64') })
const targets: readonly { readonly target: TestImage | TestIndex; readonly images: readonly TestImage[] }[] = [
  { target: app, images: [app] },
  ...[image(['base', 'app'], { encoding: 'zstd' }), image(['base']), image([])].map((target) => ({
    target,
    images: [target],
  })),
  ...[[app], [arm], [app, arm]].map((images) => ({
    target: index([
      [app, linux('amd64')],
      [arm, linux('arm64')],
    ]),
    images,
  })),
]

const repositoryOf = (name: string): string => nameOf(parseReference(name))

function point({ names }: Model, name: string, digest: string): void {
  const before = names.get(name)
  if (before !== undefined && before !== digest) names.set(`${repositoryOf(name)}@${before}`, before)
  names.set(name, digest)
}

function drop({ names }: Model, name: string): readonly string[] {
  const digest = names.get(name)
  if (digest === undefined) return []
  names.delete(name)
  const last = `${repositoryOf(name)}@${digest}`
  const isTagged = [...names].some(
    ([other, to]) => to === digest && repositoryOf(other) === repositoryOf(name) && other !== last,
  )
  if (name === last || isTagged || !names.delete(last)) return [name]
  return [name, last]
}

function check({ names }: Model, { root }: Real): void {
  const found = consult(root.path)
  expect(found.violations).toEqual([])
  expect(found.names).toEqual(Object.fromEntries(names))
  expect(found.blobs).toEqual(found.reached)
}

const checkLines = (lines: readonly string[], names: readonly string[]): void => {
  expect(lines).toEqual(names.map((name) => familiarString(parseReference(name))))
}

const checkId = (shown: { readonly id: string }, id: string): void => {
  expect(shown.id).toBe(id)
}

type Command = fc.AsyncCommand<Model, Real, true>
const command = (title: string, run: (model: Model, real: Real) => Promise<void>): Command => ({
  check: () => Promise.resolve(true),
  async run(model, real) {
    await run(model, real)
    check(model, real)
  },
  toString: () => title,
})

const tagName = fc
  .constantFrom('app', 'app:2', 'other', 'quay.io/app:1')
  .map((text) => String(withDefaultTag(parseReference(text))))
/** A tag, or the digest name of one of the targets. */
const anyName = fc.oneof(
  tagName,
  fc
    .tuple(fc.constantFrom('app', 'other'), fc.constantFrom(...targets))
    .map(([name, { target }]) => `docker.io/library/${name}@${documentOf(target).descriptor.digest}`),
)

const commands = fc.commands<Model, Real, true>(
  [
    fc.tuple(tagName, fc.constantFrom(...targets)).map(([name, { target, images }]) =>
      command(`publish ${name} ${targets.findIndex((one) => one.target === target)}`, async (model, { store }) => {
        await pull(store, name, target, images)
        const { digest } = documentOf(target).descriptor
        point(model, name, digest)
        model.names.set(`${repositoryOf(name)}@${digest}`, digest)
      }),
    ),
    fc.tuple(anyName, tagName).map(([from, to]) =>
      command(`tag ${from} ${to}`, async (model, { store }) => {
        const digest = model.names.get(from)
        await unlessUnknown(store.tag(from, parseReference(to)), digest === undefined)
        if (digest !== undefined) point(model, to, digest)
      }),
    ),
    fc.tuple(fc.constantFrom(app.id, arm.id), tagName).map(([id, to]) =>
      command(`tag ${id} ${to}`, async (model, { store }) => {
        // An ID means the image that is shown for it, and nothing else.
        const shown = await store.inspect(id).catch(() => undefined)
        await unlessUnknown(store.tag(id, parseReference(to)), shown === undefined)
        if (shown === undefined) return
        checkId(shown, id)
        point(model, to, shown.manifest.digest)
      }),
    ),
    anyName.map((name) =>
      command(`remove ${name}`, async (model, { store }) => {
        const isUnknown = !model.names.has(name)
        const untagged = drop(model, name)
        const removal = await unlessUnknown(store.remove(name), isUnknown)
        checkLines(removal?.untagged ?? [], untagged)
      }),
    ),
    fc.constant(
      command('reopen', async (_, real) => {
        await real.store.close()
        real.store = await open(real.root)
      }),
    ),
  ],
  { maxCommands: 20 },
)

const open = (root: TestRoot): Promise<Store> => root.open()

async function unlessUnknown<T>(work: Promise<T>, isUnknown: boolean): Promise<T | undefined> {
  try {
    const result = await work
    if (isUnknown) throw new Error('a name that is not here was found')
    return result
  } catch (error) {
    if (isUnknown && isLadingError(error, 'IMAGE_UNKNOWN')) return undefined
    throw error
  }
}

describe('any sequence of changes', () => {
  it('leaves the names that a map would have, and what they reach', async () => {
    let runs = 0
    await fc.assert(
      fc.asyncProperty(commands, async (sequence) => {
        runs += 1
        const root = await testRoot()
        try {
          await fc.asyncModelRun(
            async () => ({ model: { names: new Map() }, real: { root, store: await open(root) } }),
            sequence,
          )
        } finally {
          await root.end()
        }
      }),
      { numRuns: atScale(30, 1_000) },
    )
    expect(runs).toBeGreaterThan(0)
  }, 900_000)
})

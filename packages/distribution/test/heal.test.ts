import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { layoutOf } from '@lading/content-store'
import { faultyFileSystem } from '@lading/content-store/testing'
import { image, type BuiltImage } from '@lading/test-registry'
import { describe, expect, it } from 'vitest'
import { consult } from '../../store/test/oracle.ts'
import { createPuller, type PullOptions } from '../src/index.ts'
import { scene, type Scene } from './scene.ts'
import { openTestStore } from './support/test-store.ts'

const app = image('t/app:1').layer({ base: 'base' }).randomLayer(100_000)

/** One bit in the middle of a blob's file. */
async function spoil(root: string, digest: string): Promise<void> {
  const path = layoutOf(root).blob(digest as `sha256:${string}`)
  const bytes = await readFile(path)
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1
  await chmod(path, 0o600)
  await writeFile(path, bytes)
}

const setAside = async (root: string): Promise<readonly string[]> => readdir(layoutOf(root).quarantine).catch(() => [])

async function pulled(): Promise<Scene & { readonly seeded: BuiltImage }> {
  const here = await scene()
  const seeded = await here.registry.seed(app)
  await here.pull('t/app:1')
  here.registry.journal.clear()
  return { ...here, seeded }
}

const parts: readonly (readonly [string, (seeded: BuiltImage) => string, PullOptions])[] = [
  ['manifest', ({ digest }) => digest, {}],
  ['config', ({ config }) => config.digest, {}],
  ['layer', ({ layers }) => layers[1]?.digest ?? '', { verifyStored: true }],
]

describe.each(parts)('a %s that is damaged', (_, digestOf, options) => {
  it('is fetched again alone, and the bad one set aside', async () => {
    const { seeded, root, pull, eventsOf } = await pulled()
    const digest = digestOf(seeded)
    await spoil(root, digest)
    await pull('t/app:1', options)
    expect(consult(root).violations).toEqual([])
    expect(await setAside(root)).toEqual([expect.stringContaining(digest.slice(7)) as string])
    expect(eventsOf('warning')).toMatchObject([
      { code: 'CONTENT_DAMAGED', message: expect.stringContaining(digest) as string },
    ])
  })

  it('stays where it is when the registry cannot give another one', async () => {
    const { seeded, root, pull, registry } = await pulled()
    const digest = digestOf(seeded)
    await spoil(root, digest)
    registry.addFault({ on: 'any', digest, then: { status: 404 } })
    registry.addFault({ on: 'any', target: '1', then: { status: 404 } })
    const path = layoutOf(root).blob(digest as `sha256:${string}`)
    const { ino } = await stat(path)
    await expect(pull('t/app:1', options)).rejects.toBeDefined()
    expect((await stat(path)).ino).toBe(ino)
    expect(await setAside(root)).toEqual([])
  })

  it('is fetched anew, and not accused, where it cannot be read', async () => {
    const { seeded, root, client, registry } = await pulled()
    const digest = digestOf(seeded)
    const path = new RegExp(`blobs/sha256/${digest.slice(7)}$`)
    const store = await openTestStore(root, (fs) =>
      faultyFileSystem(fs, [
        { operation: 'read', path, nth: 1, errno: 'ESTALE' },
        { operation: 'read', path, nth: 2, errno: 'ESTALE' },
      ]),
    )
    const puller = await createPuller({ store, client })
    await puller.pull(`${registry.host}/t/app:1`, { platform: 'linux/amd64', ...options })
    await puller.close()
    await store.close()
    expect(consult(root).violations).toEqual([])
  })
})

it('layers that are here are not read without being asked', async () => {
  const { seeded, root, pull } = await pulled()
  await spoil(root, seeded.layers[1]?.digest ?? '')
  expect(await pull('t/app:1')).toMatchObject({ status: 'up-to-date' })
  expect(consult(root).violations).toHaveLength(1)
})

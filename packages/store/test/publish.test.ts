import { rm, truncate, writeFile, chmod } from 'node:fs/promises'
import { parseReference } from '@lading/reference'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FileStore } from '../src/index.ts'
import { consult } from './oracle.ts'
import { image, index, linux, documentOf } from './support/image.ts'
import { fetch, publish, pull } from './support/pull.ts'
import { testRoot, type TestRoot } from './support/root.ts'

let root: TestRoot
let store: FileStore

beforeEach(async () => {
  root = await testRoot()
  store = await root.open()
})
afterEach(() => root.end())

const app = image(['base', 'app'])
const arm = image(['arm base', 'arm app'], { platform: linux('arm64') })
const both = index([
  [app, linux('amd64')],
  [arm, linux('arm64')],
])
const resolve = async (name: string): Promise<string | undefined> => (await store.resolve(parseReference(name)))?.digest

describe('publishing', () => {
  it('makes a name point to a whole image, and its digest too', async () => {
    expect(await pull(store, 'app:1', app)).toEqual({ outcome: 'published' })
    const { digest } = app.manifest.descriptor
    expect(consult(root.path)).toMatchObject({
      violations: [],
      names: { 'docker.io/library/app:1': digest, [`docker.io/library/app@${digest}`]: digest },
    })
    expect(await resolve('app:1')).toBe(digest)
    expect(await resolve(`app@${digest}`)).toBe(digest)
    expect(await resolve(`app:whatever@${digest}`)).toBe(digest)
    expect(await store.present(app.manifest.descriptor)).toBe(true)
    expect(await store.manifest(app.manifest.descriptor)).toMatchObject({
      bytes: app.manifest.bytes,
      manifest: { kind: 'manifest' },
    })
  })

  it('says what is missing, and writes nothing', async () => {
    await fetch(store, app)
    const lost = app.layers[1]?.descriptor
    if (lost === undefined) throw new Error('no layer')
    await store.contents.remove(lost.digest)
    expect(await publish(store, 'app:1', app)).toEqual({ outcome: 'missing', blobs: [lost] })
    expect(await resolve('app:1')).toBeUndefined()
    expect(await store.contents.stat(app.manifest.descriptor.digest)).toBeUndefined()
    expect(await store.present(app.manifest.descriptor)).toBe(false)
    expect(consult(root.path).violations).toEqual([])
  })

  it('says before anything is here what it would refuse', async () => {
    const delivery = await store.target().begin()
    const { descriptor } = app.manifest
    const given = { target: descriptor, names: ['app:1'], documents: [app.manifest] }
    await expect(delivery.check(given)).resolves.toBeUndefined()
    await expect(delivery.check({ ...given, documents: [] })).rejects.toMatchObject({ code: 'PUBLICATION_INVALID' })
    await expect(delivery.check({ ...given, names: ['sha256:1'] })).rejects.toMatchObject({
      code: 'REFERENCE_AMBIGUOUS',
    })
    expect(await resolve('app:1')).toBeUndefined()
    await delivery.abort()
    await expect(delivery.check(given)).rejects.toMatchObject({ code: 'DELIVERY_ENDED' })
  })

  it('takes a blob of another size for missing', async () => {
    await fetch(store, app)
    const { digest } = app.config.descriptor
    await chmod(store.contents.path(digest), 0o600)
    await truncate(store.contents.path(digest), 3)
    expect(await publish(store, 'app:1', app)).toEqual({ outcome: 'missing', blobs: [app.config.descriptor] })
  })

  it('writes a document again that was cut since the publisher read it', async () => {
    await pull(store, 'app:1', app)
    const { descriptor, bytes } = app.manifest
    const delivery = await store.target().begin()
    await chmod(store.contents.path(descriptor.digest), 0o600)
    await truncate(store.contents.path(descriptor.digest), bytes.length - 1)
    const given = { target: descriptor, names: ['app:1'], documents: [app.manifest] }
    expect(await delivery.publish(given, { allHere: true })).toEqual({ outcome: 'published' })
    await delivery.finish()
    expect(consult(root.path).violations).toEqual([])
  })

  it('believes nobody that a blob is here', async () => {
    await pull(store, 'app:1', app)
    const lost = app.layers[1]?.descriptor
    if (lost === undefined) throw new Error('no layer')
    await store.contents.remove(lost.digest)
    const delivery = await store.target().begin()
    const given = { target: app.manifest.descriptor, names: ['app:1'], documents: [app.manifest] }
    expect(await delivery.publish(given, { allHere: true })).toEqual({ outcome: 'missing', blobs: [lost] })
    await delivery.abort()
  })

  it('takes a damaged config for missing, so that it is fetched again', async () => {
    await fetch(store, app)
    const path = store.contents.path(app.config.descriptor.digest)
    await chmod(path, 0o600)
    await writeFile(path, new Uint8Array(app.config.bytes.length))
    expect(await pull(store, 'app:1', app)).toEqual({ outcome: 'published' })
    expect(consult(root.path).violations).toEqual([])
  })

  it('is unchanged the second time', async () => {
    await pull(store, 'app:1', app)
    expect(await publish(store, 'app:1', app)).toEqual({ outcome: 'unchanged' })
  })

  it('heals a manifest that went away or was damaged', async () => {
    await pull(store, 'app:1', app)
    const path = store.contents.path(app.manifest.descriptor.digest)
    await rm(path)
    expect(await publish(store, 'app:1', app)).toEqual({ outcome: 'published' })
    await chmod(path, 0o600)
    await writeFile(path, new Uint8Array(app.manifest.bytes.length))
    await expect(store.manifest(app.manifest.descriptor)).rejects.toMatchObject({ code: 'CONTENT_DAMAGED' })
    expect(await publish(store, 'app:1', app)).toEqual({ outcome: 'published' })
    expect(consult(root.path).violations).toEqual([])
  })

  it('moves a tag, and the old target stays under its digest', async () => {
    await pull(store, 'app:1', app)
    const next = image(['base', 'app 2'])
    expect(await pull(store, 'app:1', next)).toEqual({ outcome: 'published', previous: app.manifest.descriptor.digest })
    expect(await resolve('app:1')).toBe(next.manifest.descriptor.digest)
    expect(await resolve(`app@${app.manifest.descriptor.digest}`)).toBe(app.manifest.descriptor.digest)
    expect(consult(root.path).violations).toEqual([])
  })

  it('of tag and digest together leaves the tag alone', async () => {
    await pull(store, 'app:1', app)
    const next = image(['base', 'app 2'])
    await pull(store, `app:1@${next.manifest.descriptor.digest}`, next)
    expect(await resolve('app:1')).toBe(app.manifest.descriptor.digest)
    expect(await resolve(`app@${next.manifest.descriptor.digest}`)).toBe(next.manifest.descriptor.digest)
  })

  it('of an index needs one platform, and takes more later', async () => {
    expect(await pull(store, 'app:1', both, [arm])).toEqual({ outcome: 'published' })
    expect(await store.present(arm.manifest.descriptor)).toBe(true)
    expect(await store.present(app.manifest.descriptor)).toBe(false)
    expect(await store.present(both.index.descriptor)).toBe(true)
    expect(await pull(store, 'app:1', both, [app])).toEqual({ outcome: 'published' })
    expect(await store.present(app.manifest.descriptor)).toBe(true)
    expect(consult(root.path).violations).toEqual([])
  })

  it('of an index in an index needs every index', async () => {
    const other = index([[image(['other'], { platform: linux('s390x') }), linux('s390x')]])
    const nested = index([[both], [other]])
    await fetch(store, arm)
    const publication = {
      reference: parseReference('app:1'),
      target: nested.index.descriptor,
      manifests: [nested, both, arm].map(documentOf),
    }
    expect(await store.publish(publication)).toEqual({ outcome: 'missing', blobs: [other.index.descriptor] })
    expect(await publish(store, 'app:1', nested, [arm])).toEqual({ outcome: 'published' })
    expect(await store.present(nested.index.descriptor)).toBe(true)
    expect(consult(root.path).violations).toEqual([])
    await store.contents.remove(other.index.descriptor.digest)
    expect(await store.present(nested.index.descriptor)).toBe(false)
  })

  it('does not ask for a subject', async () => {
    const signed = image(['signature'], { subject: app.manifest.descriptor })
    expect(await pull(store, 'app:sig', signed)).toEqual({ outcome: 'published' })
    expect(await store.present(signed.manifest.descriptor)).toBe(true)
    expect(consult(root.path).violations).toEqual([])
  })

  it.each([
    ['without its target', { target: app.manifest.descriptor, manifests: [] }],
    ['without an image', { target: both.index.descriptor, manifests: [both.index] }],
    [
      'with an image that the target does not name',
      { target: both.index.descriptor, manifests: [both.index, image(['x']).manifest] },
    ],
  ])('%s is refused', async (_, publication) => {
    await expect(store.publish({ reference: parseReference('app:1'), ...publication })).rejects.toMatchObject({
      code: 'PUBLICATION_INVALID',
      hint: expect.any(String) as string,
    })
  })

  it('refuses bytes that are not what their descriptor says', async () => {
    await fetch(store, app)
    const manifests = [{ descriptor: app.manifest.descriptor, bytes: arm.manifest.bytes }]
    await expect(
      store.publish({ reference: parseReference('app:1'), target: app.manifest.descriptor, manifests }),
    ).rejects.toMatchObject({ code: expect.stringMatching(/MISMATCH|MANIFEST_/) as string })
    expect(await resolve('app:1')).toBeUndefined()
  })

  it('refuses the name sha256 before anything is written', async () => {
    await fetch(store, app)
    await expect(publish(store, 'sha256:1', app)).rejects.toMatchObject({ code: 'REFERENCE_AMBIGUOUS' })
    expect(await store.contents.stat(app.manifest.descriptor.digest)).toBeUndefined()
  })

  it('rejects with the reason of its signal', async () => {
    await fetch(store, app)
    const reason = new Error('enough')
    const publication = {
      reference: parseReference('app:1'),
      target: app.manifest.descriptor,
      manifests: [app.manifest],
    }
    await expect(store.publish(publication, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(consult(root.path).violations).toEqual([])
  })
})

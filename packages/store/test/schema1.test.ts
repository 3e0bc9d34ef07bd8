import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { digestOf } from '@lading/digest/hash'
import { registryDigestOf, schema1Target, type Descriptor } from '@lading/manifest'
import { parseReference } from '@lading/reference'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PublishResult, Store } from '../src/index.ts'
import { consult } from './oracle.ts'
import { image, type TestImage } from './support/image.ts'
import { fetch, pull } from './support/pull.ts'
import { testRoot, type TestRoot } from './support/root.ts'

let root: TestRoot
let store: Store

beforeEach(async () => {
  root = await testRoot()
  store = await root.open()
})
afterEach(() => root.end())

const app = image(['base', 'app'])
const next = image(['base', 'next'])
const other = image(['other'])
const text = (content: string): Uint8Array => new TextEncoder().encode(content)

/** What a puller does with a schema 1 image: the document as it came is put beside the OCI manifest that stands for it. */
async function pullSchema1(
  name: string,
  of: TestImage,
  envelope: Uint8Array,
  canonical: string,
): Promise<{ readonly target: Descriptor; readonly result: PublishResult }> {
  await fetch(store, of)
  await store.contents.put(digestOf(envelope), envelope)
  const target = schema1Target(of.manifest.descriptor, {
    digest: digestOf(text(canonical)),
    envelope: digestOf(envelope),
  })
  return {
    target,
    result: await store.publish({
      reference: parseReference(name),
      target,
      manifests: [{ descriptor: target, bytes: of.manifest.bytes }],
    }),
  }
}

const first = text('signed once')
const again = text('signed again')
const isHere = async (bytes: Uint8Array): Promise<boolean> => (await store.contents.stat(digestOf(bytes))) !== undefined

describe('an image that came as schema 1', () => {
  it('is known by the digest that its registry gives it', async () => {
    const { target, result } = await pullSchema1('app:1', app, first, 'canonical')
    const canonical = registryDigestOf(target)
    expect(result).toEqual({ outcome: 'published' })
    expect(await store.resolve(parseReference('app:1'))).toEqual(target)
    expect(await store.resolve(parseReference(`app@${canonical}`))).toEqual(target)
    expect(await store.resolve(parseReference(`app@${target.digest}`))).toBeUndefined()
    expect(await store.inspect('app:1')).toMatchObject({ id: app.id, digests: [`app@${canonical}`], manifest: target })
    expect(await store.images()).toMatchObject([{ tag: '1', id: app.id }])
    expect(consult(root.path).violations).toEqual([])
  })

  it('gets another name by its ID, and is still known by that digest', async () => {
    const { target } = await pullSchema1('app:1', app, first, 'canonical')
    await store.tag(app.id.slice(7, 19), parseReference('mine:1'))
    expect(await store.resolve(parseReference('mine:1'))).toEqual(target)
    await store.remove('app:1')
    expect(await isHere(first)).toBe(true)
    expect(consult(root.path).violations).toEqual([])
  })

  it('is stored by that digest alone when it was pulled by it', async () => {
    const canonical = digestOf(text('canonical'))
    await pullSchema1(`app@${canonical}`, app, first, 'canonical')
    expect(Object.keys(consult(root.path).names)).toEqual([`docker.io/library/app@${canonical}`])
  })

  it('keeps the document that came until its last name goes', async () => {
    await pull(store, 'other:1', other)
    await pullSchema1('app:1', app, first, 'canonical')
    await store.tag('app:1', parseReference('mine:1'))
    await store.remove('other:1')
    await store.remove('app:1')
    expect(await isHere(first)).toBe(true)
    const { untagged } = await store.remove('mine:1')
    expect(untagged).toEqual(['mine:1'])
    expect(consult(root.path)).toMatchObject({ names: {}, blobs: [] })
  })

  it('takes its digest with its last tag', async () => {
    const { target } = await pullSchema1('app:1', app, first, 'canonical')
    expect((await store.remove('app:1')).untagged).toEqual(['app:1', `app@${registryDigestOf(target)}`])
    expect(consult(root.path).blobs).toEqual([])
  })

  it('leaves nothing behind, although the record of it was lost', async () => {
    await pullSchema1('app:1', app, first, 'canonical')
    await rm(join(root.path, 'lading', 'images'), { recursive: true })
    await store.remove('app:1')
    expect(consult(root.path).blobs).toEqual([])
  })

  it('stays under that digest when its tag moves', async () => {
    const { target } = await pullSchema1('app:1', app, first, 'canonical')
    const moved = await pullSchema1('app:1', next, again, 'canonical of the next')
    expect(moved.result).toEqual({ outcome: 'published', previous: target.digest })
    expect(await store.resolve(parseReference(`app@${registryDigestOf(target)}`))).toEqual(target)
    expect([await isHere(first), await isHere(again)]).toEqual([true, true])
  })

  it('that was signed anew has the last document that came, and loses the one before with the next removal', async () => {
    await pull(store, 'other:1', other)
    await pullSchema1('app:1', app, first, 'canonical')
    expect((await pullSchema1('app:1', app, again, 'canonical')).result).toEqual({ outcome: 'unchanged' })
    await store.remove('other:1')
    expect([await isHere(first), await isHere(again)]).toEqual([false, true])
  })

  it('keeps a document for each name that has one of its own', async () => {
    await pull(store, 'other:1', other)
    await pullSchema1('app:1', app, first, 'canonical')
    await pullSchema1('quay.io/app:1', app, again, 'canonical')
    await store.remove('other:1')
    expect([await isHere(first), await isHere(again)]).toEqual([true, true])
    await store.remove('quay.io/app:1')
    expect([await isHere(first), await isHere(again)]).toEqual([true, false])
  })

  it('is no less whole for a document that is lost', async () => {
    const { target } = await pullSchema1('app:1', app, first, 'canonical')
    await store.contents.remove(digestOf(first))
    expect(await store.present(target)).toBe(true)
  })
})

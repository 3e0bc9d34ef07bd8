import { createMemoryContent, walk, type Document, type Source, type Target } from '@lading/content'
import type { Digest } from '@lading/digest'
import { image, index } from '@lading/test-registry'
import { expect, it } from 'vitest'
import { scene, temporaryFolder } from './scene.ts'
import { openTestStore } from './support/test-store.ts'

/** A whole graph from one place to another, with nothing but the contracts. */
async function bring(source: Source, name: string, to: Target, as: string): Promise<Digest> {
  const target = await source.resolve(name)
  const delivery = await to.begin()
  const documents: Document[] = []
  const { origin } = source
  for await (const visit of walk(source, target, { order: 'children-first' })) {
    if (visit.kind === 'document') documents.push(visit)
    if (visit.kind !== 'leaf') continue
    const receiver = await delivery.receive(visit.descriptor, { mount: origin === undefined ? [] : [origin] })
    if (typeof receiver === 'string') continue
    await source.send(visit.descriptor, receiver)
    await receiver.commit()
  }
  expect(await delivery.publish({ target, names: [as], documents })).toEqual({ outcome: 'published' })
  await delivery.finish()
  return target.digest
}

it('an index goes from a registry through store and memory to another repository, and is pulled from there', async () => {
  const { registry, client, pull } = await scene()
  const shared = { 'etc/motd': 'hello' }
  await registry.seed(
    index('t/app:1')
      .add(image().platform('linux/amd64').layer(shared))
      .add(image().platform('linux/arm64').layer(shared).layer({ 'bin/sh': 'x' })),
  )
  const store = await openTestStore(await temporaryFolder())
  const memory = createMemoryContent()
  const repository = (path: string) => client.repository(`${registry.host}/${path}`)

  const name = `${registry.host}/t/app:1`
  const digest = await bring(repository('t/app').source(), '1', store.target(), name)
  expect(await bring(store.source(), name, memory, 'app')).toBe(digest)
  expect(await bring(memory, 'app', repository('t/copy').target(), '2')).toBe(digest)
  expect((await pull('t/copy:2')).digest).toBe(digest)
  expect(await store.inspect(name)).toMatchObject({ target: { digest } })
  await store.close()

  registry.journal.clear()
  expect(await bring(repository('t/app').source(), '1', repository('t/near').target(), '3')).toBe(digest)
  const uploads = registry.journal.requests({ method: 'POST' })
  expect(uploads.map(({ status }) => status)).toEqual(uploads.map(() => 201))
  expect(registry.repository('t/near').tags()).toEqual({ 3: digest })
})

it('each document goes by its own media type, whatever an index or a header called it', async () => {
  const { registry, client, pull } = await scene()
  const docker = 'application/vnd.docker.distribution.manifest.v2+json'
  const oci = 'application/vnd.oci.image.manifest.v1+json'
  const list = 'application/vnd.docker.distribution.manifest.list.v2+json'
  await registry.seed(
    index('t/app:1')
      .add(image().layer({ a: 'a' }).mediaTypes('docker'), { members: { mediaType: oci } })
      .indexMembers({ mediaType: list }),
  )
  const store = await openTestStore(await temporaryFolder())
  const repository = (path: string) => client.repository(`${registry.host}/${path}`)
  const name = `${registry.host}/t/app:1`
  for (const contentType of ['text/html', 'application/vnd.oci.image.index.v1+json']) {
    registry.addFault({ on: 'manifest', method: 'HEAD', then: { headers: { 'content-type': contentType } } })
    const digest = await bring(repository('t/app').source(), '1', store.target(), name)
    expect(await store.inspect(name)).toMatchObject({
      target: { digest, mediaType: list },
      manifest: { mediaType: oci },
    })
    registry.clearFaults()
    await bring(store.source(), name, repository('t/copy').target(), '2')
    expect((await repository('t/copy').manifests.get('2')).descriptor.mediaType).toBe(list)
    expect(await pull('t/copy:2')).toMatchObject({ digest, manifest: { mediaType: docker } })
    await store.remove(name, { force: true })
    await repository('t/copy').manifests.delete(digest)
  }
  await store.close()
})

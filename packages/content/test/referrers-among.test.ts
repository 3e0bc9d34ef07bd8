import { createMemoryContent, referrersAmong } from '@lading/content'
import { digestOf } from '@lading/digest/hash'
import { DOCKER_MANIFEST, OCI_EMPTY, OCI_INDEX, OCI_MANIFEST, type Descriptor } from '@lading/manifest'
import { expect, it } from 'vitest'

const documents = new Map<string, Uint8Array>()
function descriptorOf(mediaType: string, value: object): Descriptor {
  const bytes = new TextEncoder().encode(JSON.stringify({ schemaVersion: 2, mediaType, ...value }))
  const digest = digestOf(bytes)
  documents.set(digest, bytes)
  return { mediaType, digest, size: bytes.byteLength }
}
const config = { mediaType: OCI_EMPTY, digest: digestOf(new TextEncoder().encode('{}')), size: 2 }

it('finds who has a subject among what a place has names for, reads each once, and passes over what cannot be read', async () => {
  const image = descriptorOf(OCI_MANIFEST, { config, layers: [] })
  const sbom = descriptorOf(OCI_MANIFEST, {
    config,
    layers: [],
    artifactType: 'a/sbom',
    annotations: { a: 'b' },
    subject: image,
  })
  const list = descriptorOf(OCI_INDEX, { manifests: [], subject: image })
  const other = descriptorOf(OCI_MANIFEST, { config, layers: [], subject: sbom })
  const docker = descriptorOf(DOCKER_MANIFEST, { config, layers: [] })
  const broken = descriptorOf(OCI_MANIFEST, { config: 1 })
  const gone = { ...image, digest: digestOf(new Uint8Array(3)) }
  const read: string[] = []
  const place = createMemoryContent()
  const referrers = referrersAmong(
    {
      async document(descriptor, options) {
        read.push(descriptor.digest)
        const bytes = documents.get(descriptor.digest)
        return bytes === undefined ? place.document(descriptor, options) : { descriptor, bytes }
      },
    },
    async function* targets() {
      yield* [image, sbom, list, sbom, other, docker, broken, gone]
    },
  )
  const all = async (subject: Descriptor): Promise<Descriptor[]> => {
    const found: Descriptor[] = []
    for await (const each of referrers(subject.digest)) found.push(each)
    return found
  }
  expect(await all(image)).toEqual([{ ...sbom, artifactType: 'a/sbom', annotations: { a: 'b' } }, list])
  expect(await all(sbom)).toEqual([{ ...other, artifactType: OCI_EMPTY }])
  expect(await all(other)).toEqual([])
  expect(read).toEqual([image, sbom, list, other, broken, gone].map(({ digest }) => digest))
  const reason = new Error('not now')
  await expect(referrers(image.digest, { signal: AbortSignal.abort(reason) }).next()).rejects.toBe(reason)
})

it('tells all who ask at once, and who asks after one that gave up', async () => {
  const image = descriptorOf(OCI_MANIFEST, { config, layers: [] })
  const signature = descriptorOf(OCI_MANIFEST, { config, layers: [], artifactType: 'a/signature', subject: image })
  let opened = Promise.withResolvers<void>()
  const referrers = referrersAmong(
    {
      async document(descriptor, { signal } = {}) {
        await opened.promise
        signal?.throwIfAborted()
        const bytes = documents.get(descriptor.digest)
        return bytes === undefined ? undefined : { descriptor, bytes }
      },
    },
    async function* targets() {
      yield signature
    },
  )
  const all = async (signal?: AbortSignal): Promise<string[]> => {
    const found: string[] = []
    for await (const { digest } of referrers(image.digest, { signal })) found.push(digest)
    return found
  }
  const giver = new AbortController()
  const givenUp = all(giver.signal)
  giver.abort(new Error('enough'))
  opened.resolve()
  await expect(givenUp).rejects.toThrow('enough')
  opened = Promise.withResolvers<void>()
  const both = [all(), all()]
  setImmediate(opened.resolve)
  expect(await Promise.all(both)).toEqual([[signature.digest], [signature.digest]])
})

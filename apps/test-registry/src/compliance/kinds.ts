import assert from 'node:assert/strict'
import { checksOf, type Check } from './check.ts'
import {
  configType,
  digestOf,
  emptyJson,
  emptyType,
  indexOf,
  indexType,
  layerType,
  manifestOf,
  manifestType,
  named,
  textBytes,
} from './documents.ts'
import { sameBytes, status } from './expectations.ts'
import { aConfig } from './manifests.ts'
import type { Target } from './target.ts'

const push = checksOf('push')
const empty = named(emptyType, emptyJson)

/** Pushed by tag, then pulled by tag and digest. */
async function roundTrip(target: Target, bytes: Uint8Array, type: string = manifestType): Promise<void> {
  const pushed = await target.pushManifest(bytes, { target: 'kind', type })
  status(pushed, 201)
  for (const name of ['kind', digestOf(bytes)]) {
    const answer = await target.manifest(name, { headers: { accept: type } })
    status(answer, 200)
    sameBytes(answer, bytes)
    assert.equal(answer.headers['content-type'], type)
  }
}

const layer = (text: string): Uint8Array => textBytes(`the bytes of a layer: ${text}`)

/** The documents that the official suite pushes. */
export const kindChecks: readonly Check[] = [
  push('kind: an image with layers, one of them twice', async (target) => {
    const [one, two] = [layer('one'), layer('two')]
    for (const bytes of [one, two]) await target.pushBlob(bytes)
    await roundTrip(
      target,
      manifestOf({ config: await aConfig(target), layers: [one, two, one].map((bytes) => named(layerType, bytes)) }),
    )
  }),
  push(
    'kind: an image without layers',
    async (target) => await roundTrip(target, manifestOf({ config: await aConfig(target), layers: [] })),
  ),
  push(
    'kind: an image without mediaType',
    async (target) =>
      await roundTrip(target, manifestOf({ mediaType: undefined, config: await aConfig(target), layers: [] })),
  ),
  push('kind: an image of Docker’s types', async (target) => {
    const config = textBytes('{"architecture":"amd64","os":"linux"}')
    await target.pushBlob(config)
    const type = 'application/vnd.docker.distribution.manifest.v2+json'
    await roundTrip(
      target,
      manifestOf({
        mediaType: type,
        config: named('application/vnd.docker.container.image.v1+json', config),
        layers: [],
      }),
      type,
    )
  }),
  push(
    'kind: unknown members stay',
    async (target) =>
      await roundTrip(
        target,
        manifestOf({ config: await aConfig(target), layers: [], 'x-unknown': { nested: [1, 'two', null] } }),
      ),
  ),
  push('kind: embedded data', async (target) => {
    const config = await aConfig(target)
    const bytes = layer('embedded')
    await target.pushBlob(bytes)
    await roundTrip(
      target,
      manifestOf({ config, layers: [{ ...named(layerType, bytes), data: Buffer.from(bytes).toString('base64') }] }),
    )
  }),
  push(
    'kind: a non-distributable layer need not be there',
    async (target) => {
      const foreign = { ...named('application/vnd.oci.image.layer.nondistributable.v1.tar+gzip', layer('elsewhere')) }
      await roundTrip(target, manifestOf({ config: await aConfig(target), layers: [foreign] }))
    },
    { since: '1.1' },
  ),
  push(
    'kind: near 4 MiB',
    async (target) =>
      await roundTrip(
        target,
        manifestOf({ config: await aConfig(target), layers: [], annotations: { large: 'x'.repeat(4_190_000) } }),
      ),
    { since: '1.1' },
  ),
  push(
    'kind: far too large is 413, or kept',
    async (target) => {
      const bytes = manifestOf({
        config: await aConfig(target),
        layers: [],
        annotations: { large: 'x'.repeat(12_000_000) },
      })
      status(await target.pushManifest(bytes, { target: 'large' }), 413, 201)
    },
    { since: 'dev' },
  ),
  push('kind: an index of two images', async (target) => {
    const [one, two] = [await target.pushImage(undefined, 'one'), await target.pushImage(undefined, 'two')]
    const entry = ({ mediaType, digest, size }: typeof one, architecture: string): object => ({
      mediaType,
      digest,
      size,
      platform: { os: 'linux', architecture },
    })
    await roundTrip(target, indexOf([entry(one, 'amd64'), entry(two, 'arm64')]), indexType)
  }),
  push('kind: an index without entries', async (target) => {
    await target.pushImage('one')
    await roundTrip(target, indexOf([]), indexType)
  }),
  push('kind: an index in an index', async (target) => {
    const { mediaType, digest, size } = await target.pushImage(undefined)
    const inner = indexOf([{ mediaType, digest, size }])
    status(await target.pushManifest(inner, { type: indexType }), 201)
    await roundTrip(target, indexOf([named(indexType, inner)], { annotations: { outer: 'yes' } }), indexType)
  }),
  push(
    'kind: an artifact without files',
    async (target) => {
      await target.pushBlob(emptyJson)
      await roundTrip(
        target,
        manifestOf({ artifactType: 'application/vnd.example.thing', config: empty, layers: [empty] }),
      )
    },
    { since: '1.1' },
  ),
  push(
    'kind: an artifact with a file',
    async (target) => {
      const file = textBytes('content of a file')
      await target.pushBlob(emptyJson)
      await target.pushBlob(file)
      await roundTrip(
        target,
        manifestOf({
          artifactType: 'application/vnd.example.thing',
          config: empty,
          layers: [named('text/plain', file)],
        }),
      )
    },
    { since: '1.1' },
  ),
  push(
    'kind: a config of a type of its own',
    async (target) => {
      const config = textBytes('{"anything":true}')
      await target.pushBlob(config)
      await roundTrip(target, manifestOf({ config: named('application/vnd.example.config+json', config), layers: [] }))
    },
    { since: '1.1' },
  ),
  push(
    'kind: an index of artifacts',
    async (target) => {
      await target.pushBlob(emptyJson)
      const artifact = manifestOf({ artifactType: 'application/vnd.example.thing', config: empty, layers: [empty] })
      status(await target.pushManifest(artifact), 201)
      await roundTrip(
        target,
        indexOf([{ ...named(manifestType, artifact), artifactType: 'application/vnd.example.thing' }], {
          artifactType: 'application/vnd.example.things',
        }),
        indexType,
      )
    },
    { since: '1.1' },
  ),
  push('kind: a tag of 128 characters, and none of 129', async (target) => {
    const bytes = manifestOf({ config: await aConfig(target), layers: [] })
    status(await target.pushManifest(bytes, { target: 'T_.-'.repeat(32) }), 201)
    sameBytes(await target.manifest('T_.-'.repeat(32)), bytes)
    status(await target.pushManifest(bytes, { target: 't'.repeat(129) }), 400, 404)
  }),
  push('kind: a config that names the layer as well', async (target) => {
    const both = textBytes('{"architecture":"amd64","os":"linux"}')
    await target.pushBlob(both)
    await roundTrip(target, manifestOf({ config: named(configType, both), layers: [named(layerType, both)] }))
  }),
]

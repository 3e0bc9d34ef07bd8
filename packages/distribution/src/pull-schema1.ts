import type { Digest } from '@lading/digest'
import { digestOf } from '@lading/digest/hash'
import {
  OCI_CONFIG,
  OCI_MANIFEST,
  parseImageConfig,
  platformOf,
  schema1Target,
  schemas,
  type Descriptor,
} from '@lading/manifest'
import { foldHistory, makeConfig, makeManifest } from '@lading/manifest/schema1'
import type { Reference } from '@lading/reference'
import { checkSchema1 } from './check-schema1.ts'
import { warnAboutPlatform } from './image-platform.ts'
import type { ManifestDocument, PullRepository, Schema1Document } from './ports.ts'
import type { PullJob } from './pull-job.ts'
import type { PulledContent } from './pull-schema2.ts'
import { registerLayers } from './register-layers.ts'
import { findSize, obtainSized, type FoundLayer } from './schema1-layer.ts'
import { together } from './together.ts'
import { createTurns } from './turns.ts'

export interface PulledSchema1 {
  readonly content: PulledContent
  /** The OCI manifest that stands for the image in the store; its descriptor says what the registry calls it. */
  readonly image: ManifestDocument
}

/**
 * The content of a schema 1 image (docs/decisions/schema-1.md). There is no config to fetch: it is made of the
 * manifest's history and of what the layers inflate to, so layers are inflated whatever `verify` says. The document as
 * it came is kept as a blob; an OCI manifest made of it stands for the image. Writes no manifest and no name.
 */
export async function pullSchema1(
  given: PullJob,
  repository: PullRepository,
  reference: Reference,
  document: Schema1Document,
): Promise<PulledSchema1> {
  const job: PullJob = { ...given, verify: 'full' }
  await checkSchema1(job, reference, document)
  const entries = foldHistory(document.manifest)
  const blobs = entries.filter(({ throwaway }) => !throwaway).map(({ blob }) => blob)
  job.store.layers.assertLayerCount(blobs.length, document.descriptor.digest)
  const envelope = digestOf(document.bytes)
  await job.delivery.hold([envelope, ...blobs])

  const found = await obtainAll(job, repository, [...new Set(blobs)])
  const layers = await Promise.all(blobs.map(async (digest) => layerOf(await found.get(digest))))

  const configBytes = makeConfig(
    entries,
    layers.map(({ diffId }) => diffId),
  )
  const config = parseImageConfig(configBytes)
  const configDescriptor = describe(OCI_CONFIG, configBytes)
  const bytes = makeManifest({ config: configDescriptor, layers, digest: document.descriptor.digest })
  const descriptor = schema1Target(describe(OCI_MANIFEST, bytes), { digest: document.descriptor.digest, envelope })
  const manifest = schemas.unmarshal(OCI_MANIFEST, bytes)
  const image: ManifestDocument = { descriptor, bytes, manifest }
  await job.delivery.hold([configDescriptor.digest, descriptor.digest])
  await job.store.contents.put(envelope, document.bytes, { signal: job.signal })
  await job.store.contents.put(configDescriptor.digest, configBytes, { signal: job.signal })
  await registerLayers(job, image, manifest, config, found, false)
  warnAboutPlatform(job, config, document.descriptor, false)
  return { image, content: { id: configDescriptor.digest, config, platform: platformOf(config), layers } }
}

/** All sizes first: so the layers are told, and waited for, from the base up. */
async function obtainAll(
  job: PullJob,
  repository: PullRepository,
  digests: readonly Digest[],
): Promise<ReadonlyMap<Digest, Promise<FoundLayer>>> {
  const sizes = together(job.signal)
  const sized = digests.map((digest) => sizes.next(() => findSize(job, repository, digest, sizes.signal)))
  await sizes.settle()
  const group = together(job.signal)
  const turns = createTurns()
  const found = new Map(
    (await Promise.all(sized)).map((layer) => [
      layer.digest,
      group.next(() => obtainSized(job, repository, layer, { turn: turns(), signal: group.signal })),
    ]),
  )
  await group.settle()
  return found
}

function layerOf(found: FoundLayer | undefined): Descriptor & { readonly diffId: Digest } {
  // Every layer was obtained, and with `verify: 'full'` its inside is known.
  const { layer, inside } = found as FoundLayer
  return { ...layer, diffId: (inside as NonNullable<FoundLayer['inside']>).diffId }
}

const describe = (mediaType: string, bytes: Uint8Array): Descriptor => ({
  mediaType,
  digest: digestOf(bytes),
  size: bytes.length,
})

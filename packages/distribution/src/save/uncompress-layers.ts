import { decompress } from '@lading/compression'
import { embeddedDocument, type Delivery, type Source } from '@lading/content'
import { algorithmOf, type Digest } from '@lading/digest'
import { createHasher, digestOf } from '@lading/digest/hash'
import {
  imageProblem,
  isAttestation,
  isForeignLayerType,
  OCI_CONFIG,
  OCI_INDEX,
  OCI_LAYER,
  OCI_MANIFEST,
  parseImageConfig,
  platformJson,
  schemas,
  type Descriptor,
  type ImageManifest,
} from '@lading/manifest'
import type { Work } from '@lading/transfer'
import { PullError } from '../pull-error.ts'
import type { BlobOutcome, BlobProgress } from '../copy/copy-blob.ts'
import { retryBlob } from '../retry-policy.ts'
import { repeated } from './deliver-blobs.ts'
import type { SaveOptions } from './save-image.ts'
import { notWhole, type DocumentToSave, type Selected } from './select-documents.ts'

/**
 * The same images over layers that are not compressed: each is inflated into the delivery and held against the diffID
 * in the config, which stays as it is, and so does the image ID. Manifests and indexes are made anew, of what goes.
 * Attestations speak of manifests that are not there any more, and stay behind; an artifact goes as it is.
 *
 * @throws PullError `DIFF_ID_MISMATCH`; DigestError for a config in the manifest that is another; CompressionError; what source and delivery throw
 */
export async function uncompressLayers(
  source: Source,
  { target, documents }: Selected,
  delivery: Delivery,
  options: SaveOptions,
): Promise<Selected> {
  const inflated = new Map<Digest, Descriptor>()
  const made = new Map<Digest, DocumentToSave>()
  for (const document of documents) {
    const { descriptor, manifest } = document
    if (manifest.kind === 'manifest')
      made.set(descriptor.digest, imageProblem(manifest) === undefined ? await image(descriptor, manifest) : document)
    else {
      const children = manifest.manifests.flatMap((child) => {
        const now = isAttestation(child) ? undefined : made.get(child.digest)?.descriptor
        return now === undefined ? [] : [entry(child, now)]
      })
      const { annotations } = manifest
      made.set(
        descriptor.digest,
        documentOf(
          OCI_INDEX,
          { manifests: children, ...(annotations === undefined ? {} : { annotations }) },
          descriptor,
        ),
      )
    }
  }
  const attestations = new Set(
    documents.flatMap(({ manifest }) =>
      manifest.kind === 'index' ? manifest.manifests.filter(isAttestation).map(({ digest }) => digest) : [],
    ),
  )
  const kept = [...made].filter(([digest]) => digest === target.digest || !attestations.has(digest))
  return { target: made.get(target.digest)?.descriptor ?? target, documents: kept.map(([, document]) => document) }

  async function image(descriptor: Descriptor, manifest: ImageManifest): Promise<DocumentToSave> {
    const { config, annotations } = manifest
    const document = embeddedDocument(config) ?? (await source.document(config, options))
    if (document === undefined) throw notWhole(descriptor, [config])
    const { diffIds } = parseImageConfig(document.bytes).rootfs
    const layers: Descriptor[] = []
    for (const [at, layer] of manifest.layers.entries())
      layers.push(isForeignLayerType(layer.mediaType) ? layer : await inflate(layer, diffIds[at]))
    const { digest, size } = config
    return documentOf(
      OCI_MANIFEST,
      {
        config: { mediaType: OCI_CONFIG, digest, size },
        layers: layers.map(plain),
        ...(annotations === undefined ? {} : { annotations }),
      },
      descriptor,
    )
  }

  async function inflate(layer: Descriptor, diffId: Digest | undefined): Promise<Descriptor> {
    const known = inflated.get(layer.digest)
    if (known !== undefined) return known
    let done: Descriptor | undefined
    const once = async (signal: AbortSignal): Promise<BlobOutcome> => {
      const receiver = await delivery.receive({ mediaType: OCI_LAYER }, { signal })
      if (typeof receiver === 'string') return { outcome: 'here' }
      try {
        const hasher = createHasher(diffId === undefined ? undefined : algorithmOf(diffId))
        await receiver.begin({ start: 0, source: 'its compressed layer' })
        for await (const chunk of decompress(source.open(layer, { signal }), { inputLength: layer.size, signal })) {
          hasher.update(chunk)
          await receiver.write(chunk)
        }
        const actual = hasher.digest()
        if (diffId !== undefined && actual !== diffId) throw otherLayer(layer, diffId, actual)
        done = await receiver.commit({ signal })
        return { outcome: 'sent' }
      } finally {
        await receiver.discard()
      }
    }
    const work: Work<BlobOutcome, BlobProgress> = async ({ started, attempt, report }) => {
      await started
      // Each attempt is a whole one.
      return attempt(once, {
        position: () => 0,
        retry: retryBlob,
        onRetry: (event) => report({ phase: 'retry', event }),
      })
    }
    await repeated(layer, work, options)
    if (done === undefined) throw notWhole(layer, [layer])
    inflated.set(layer.digest, done)
    return done
  }
}

const plain = ({ mediaType, digest, size, urls }: Descriptor): object => ({
  mediaType,
  digest,
  size,
  ...(urls === undefined ? {} : { urls }),
})

function entry({ platform, annotations }: Descriptor, { mediaType, digest, size }: Descriptor): object {
  return {
    mediaType,
    digest,
    size,
    ...(platform === undefined ? {} : { platform: platformJson(platform) }),
    ...(annotations === undefined ? {} : { annotations }),
  }
}

function documentOf(mediaType: string, members: object, { platform, annotations }: Descriptor): DocumentToSave {
  const bytes = new TextEncoder().encode(JSON.stringify({ schemaVersion: 2, mediaType, ...members }))
  const descriptor: Descriptor = {
    mediaType,
    digest: digestOf(bytes),
    size: bytes.byteLength,
    ...(platform === undefined ? {} : { platform }),
    ...(annotations === undefined ? {} : { annotations }),
  }
  return { descriptor, bytes, manifest: schemas.unmarshal(mediaType, bytes) }
}

function otherLayer({ digest }: Descriptor, expected: Digest, actual: Digest): PullError {
  return new PullError('DIFF_ID_MISMATCH', `${digest} decompresses to ${actual} instead of ${expected}`, {
    digest,
    expected,
    actual,
    hint: 'the image was built incorrectly; save it without --uncompressed',
  })
}

import type { Digest } from '@lading/digest'
import { digestOf } from '@lading/digest/hash'
import {
  convertDocument,
  isAttestation,
  isIndexType,
  isManifestType,
  schemas,
  type Descriptor,
  type ImageFormat,
  type ImageIndex,
  type ReplacedLayer,
  type Replacement,
} from '@lading/manifest'
import { CopyError } from './copy-error.ts'
import type { CopyEvent } from './copy-event.ts'
import type { ReadDocument } from '../read-document.ts'
import type { Selection } from './select.ts'

export interface ConvertSelectionOptions {
  readonly format?: ImageFormat | undefined
  /** Layers that are in another compression now, by what they were. */
  readonly layers?: ReadonlyMap<Digest, ReplacedLayer> | undefined
  readonly preserveDigests?: boolean | undefined
  readonly emit: (event: CopyEvent) => void
}

/**
 * The documents of a selection in another format, or over other layers: what names something that has another digest now
 * has one, too. Attestations speak of manifests that are not there any more, and stay behind.
 *
 * @throws CopyError `DIGESTS_WOULD_CHANGE`, `INDEX_INCOMPLETE`; ManifestError `FORMAT_UNSUITABLE`
 */
export function convertSelection(selection: Selection, options: ConvertSelectionOptions): Selection {
  const { format, layers = new Map<Digest, ReplacedLayer>(), preserveDigests = false, emit } = options
  const attestations = new Set(
    selection.documents.flatMap(({ manifest }) =>
      manifest.kind === 'index' ? manifest.manifests.filter(isAttestation).map(({ digest }) => digest) : [],
    ),
  )
  const converted = new Map<Digest, ReadDocument>()
  const left = new Set<Digest>()
  for (const document of selection.documents) {
    const { digest } = document.descriptor
    if (attestations.has(digest) && digest !== selection.target.digest) {
      converted.set(digest, document)
      continue
    }
    converted.set(digest, convert(document))
  }
  if (left.size > 0)
    emit({
      type: 'warning',
      code: 'ATTESTATIONS_LEFT',
      message: `${left.size === 1 ? 'an attestation is' : `${left.size} attestations are`} left out, since the manifest that ${left.size === 1 ? 'it is' : 'they are'} about has another digest now (${[...left][0]})`,
    })
  const documents = [...converted].filter(([digest]) => !left.has(digest)).map(([, document]) => document)
  const target = converted.get(selection.target.digest)?.descriptor ?? selection.target
  return { ...selection, target, documents, made: selection.made || target.digest !== selection.target.digest }

  function convert({ descriptor, bytes, manifest }: ReadDocument): ReadDocument {
    const replaced: ReadonlyMap<Digest, Replacement> = manifest.kind === 'index' ? childrenOf(manifest) : layers
    const result = convertDocument(bytes, manifest, { format, replaced })
    if (result.bytes === bytes) return { descriptor, bytes, manifest }
    const { mediaType } = result
    const digest = digestOf(result.bytes)
    if (preserveDigests) throw wouldChange(descriptor.digest, digest)
    const { data: _data, ...rest } = descriptor
    const now: Descriptor = { ...rest, mediaType, digest, size: result.bytes.byteLength }
    emit({ type: 'converted', from: descriptor.digest, digest, mediaType, size: now.size })
    if (result.lost.length > 0)
      emit({
        type: 'warning',
        code: 'FORMAT_LOSES',
        message: `Docker's format has no ${result.lost.join(', ')}: those of ${descriptor.digest} are left out`,
      })
    return { descriptor: now, bytes: result.bytes, manifest: schemas.unmarshal(mediaType, result.bytes) }
  }

  function childrenOf({ manifests, mediaType }: ImageIndex): ReadonlyMap<Digest, Replacement> {
    const replaced = new Map<Digest, Replacement>()
    for (const entry of manifests) {
      const now = converted.get(entry.digest)?.descriptor
      if (attestations.has(entry.digest)) {
        const about = entry.annotations?.['vnd.docker.reference.digest'] as Digest | undefined
        const isTrue = about !== undefined && converted.get(about)?.descriptor.digest === about
        if (isTrue && (format === undefined || isIndexOf(format, mediaType))) continue
        replaced.set(entry.digest, 'left out')
        left.add(entry.digest)
      } else if (now === undefined && (isManifestType(entry.mediaType) || isIndexType(entry.mediaType))) {
        throw new CopyError('INDEX_INCOMPLETE', `${entry.digest} is not there, and cannot be converted`, {
          digest: entry.digest,
          hint: 'fetch it first, take one image by --platform, or what is there by --only-present',
        })
      } else if (now !== undefined && now.digest !== entry.digest) {
        replaced.set(entry.digest, { mediaType: now.mediaType, digest: now.digest, size: now.size })
      }
    }
    return replaced
  }
}

const isIndexOf = (format: ImageFormat, mediaType: string): boolean =>
  mediaType.startsWith('application/vnd.docker.') === (format === 'docker')

export function wouldChange(from: Digest, to?: Digest): CopyError {
  return new CopyError(
    'DIGESTS_WOULD_CHANGE',
    `${from} would become ${to ?? 'content of another digest'}, but digests must be preserved`,
    {
      digest: from,
      ...(to === undefined ? {} : { actual: to }),
      hint: 'copy it as it is, without --format and --compression; or name the target by a tag, so that digests may change',
    },
  )
}

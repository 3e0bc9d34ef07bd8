import { printable } from '@lading/errors'
import type { Descriptor } from '../descriptor.ts'
import { imageProblem } from '../image-problem.ts'
import type { JsonObject } from '../json/json-value.ts'
import type { ImageManifest } from '../manifest.ts'
import { DOCKER_CONFIG, DOCKER_MANIFEST, OCI_CONFIG, OCI_MANIFEST } from '../media-types.ts'
import { dockerDescriptor, objectsIn, says, unsuitable, type Conversion } from './conversion.ts'
import type { Rewritten } from './convert-document.ts'
import { formatOf } from './image-format.ts'
import { layerTypeIn, saidCompression, type LayerCompression } from './layer-type.ts'

/** Annotations of layers that can be read in parts: after another compression they would lie. */
const ofTheBytes =
  /^(?:containerd\.io\/snapshot\/stargz|io\.containers\.estargz|io\.github\.containers\.zstd-chunked)\b/

export function convertManifest(
  text: JsonObject,
  manifest: ImageManifest,
  conversion: Conversion,
): Rewritten | undefined {
  const { given, format } = conversion
  const own = formatOf(manifest.mediaType)
  const problem = imageProblem(manifest)
  if (problem !== undefined) {
    if (own === format) return undefined
    throw unsuitable(
      `${problem.what} cannot be said in ${format === 'docker' ? "Docker's" : "OCI's"} format`,
      'copy it as it is, without --format',
    )
  }
  if (format === 'docker' && manifest.subject !== undefined)
    throw unsuitable(
      `a manifest with a subject cannot be said in Docker's format`,
      'it is about another image, which would be lost: copy it as it is, without --format',
    )
  const layers = manifest.layers.map((layer) => layerIn(layer, conversion))
  const config = given === undefined ? manifest.config.mediaType : format === 'oci' ? OCI_CONFIG : DOCKER_CONFIG
  const isSame =
    own === format &&
    config === manifest.config.mediaType &&
    layers.every(({ mediaType, digest }, at) => {
      const before = manifest.layers[at]
      return before?.mediaType === mediaType && before.digest === digest
    })
  if (isSame) return undefined
  const written = objectsIn(text, 'layers')
  const configText = text['config'] as JsonObject
  const named = { mediaType: config, digest: manifest.config.digest, size: manifest.config.size }
  if (format === 'oci') {
    const members = {
      ...text,
      mediaType: OCI_MANIFEST,
      config: { ...configText, mediaType: config },
      layers: layers.map((layer, at) => ociLayer(written[at] ?? {}, layer, manifest.layers[at])),
    }
    return { mediaType: OCI_MANIFEST, members, lost: [] }
  }
  const lost = [text, configText, ...written].some((each) => says(each, 'annotations')) ? ['annotations'] : []
  const members = {
    schemaVersion: 2,
    mediaType: DOCKER_MANIFEST,
    config: dockerDescriptor({}, named),
    layers: layers.map((layer, at) => dockerDescriptor(written[at] ?? {}, layer)),
  }
  return { mediaType: DOCKER_MANIFEST, members, lost }
}

type Layer = Pick<Descriptor, 'mediaType' | 'digest' | 'size'>

function layerIn(layer: Descriptor, { given, format, replaced }: Conversion): Layer {
  const { mediaType, digest, size } = layer
  const by = replaced.get(digest)
  if (by !== undefined && by !== 'left out' && 'compression' in by)
    return { mediaType: typed(mediaType, by.compression, format), digest: by.digest, size: by.size }
  if (given === undefined) return { mediaType, digest, size }
  const compression = saidCompression(mediaType)
  if (compression === undefined)
    throw unsuitable(
      `a layer of type "${printable(mediaType, 100)}" has no counterpart in the other format`,
      'copy it as it is, without --format',
    )
  return { mediaType: typed(mediaType, compression, format), digest, size }
}

function typed(mediaType: string, compression: LayerCompression, format: Conversion['format']): string {
  const type = layerTypeIn(format, { mediaType, compression })
  if (type !== undefined) return type
  throw unsuitable(
    `a layer in ${compression === 'none' ? 'no compression' : compression} ("${printable(mediaType, 100)}") cannot be said in Docker's format`,
    compression === 'zstd' ? 'have it compressed anew: --compression gzip' : 'copy it as it is, without --format',
  )
}

function ociLayer(written: JsonObject, { mediaType, digest, size }: Layer, before: Descriptor | undefined): JsonObject {
  if (before?.digest === digest) return { ...written, mediaType }
  const { data: _data, annotations, ...rest } = written
  const kept = Object.entries((annotations ?? {}) as JsonObject).filter(([name]) => !ofTheBytes.test(name))
  return {
    ...rest,
    mediaType,
    digest,
    size,
    ...(kept.length === 0 ? {} : { annotations: Object.fromEntries(kept) }),
  }
}

import type { AbortOptions } from '@lading/clock'
import type { Document } from '@lading/content'
import type { Digest } from '@lading/digest'
import { digestOf } from '@lading/digest/hash'
import { printable } from '@lading/errors'
import { OCI_CONFIG, parseImageConfig, type Descriptor } from '@lading/manifest'
import { ArchiveError } from '../archive-error.ts'
import type { DockerManifestItem } from '../docker-manifest.ts'
import { digestOfPath, DOCKER_MANIFEST_FILE } from '../file-names.ts'
import type { Described } from './describe.ts'
import { layerDescriptor, makeManifest } from './make-manifest.ts'
import { documentLimit, type FoundLayer, type Members } from './members.ts'
import { incomplete } from './refusals.ts'

/**
 * The images that `manifest.json` names. A docker-archive keeps no manifests: an OCI manifest is made of each, over the
 * layers as they are in there, so that the image ID stays.
 *
 * @throws ArchiveError `ARCHIVE_INVALID`, `ARCHIVE_INCOMPLETE`; what decoding a config throws
 */
export async function describeDocker(
  members: Members,
  items: readonly DockerManifestItem[],
  options: AbortOptions,
): Promise<Described> {
  const images = new Map<Digest, { readonly names: string[]; readonly target: Descriptor }>()
  const made = new Map<Digest, Document>()
  const places = new Map<Digest, string>()
  for (const { Config: path, RepoTags: names, Layers: paths } of items) {
    const bytes = await members.document(path, { maxBytes: documentLimit, signal: options.signal })
    if (bytes === undefined) throw incomplete(path, 'the config of an image')
    const config: Descriptor = { mediaType: OCI_CONFIG, digest: digestOf(bytes), size: bytes.byteLength }
    assertName(path, config.digest)
    const layers = await layersOf(members, paths, parseImageConfig(bytes).rootfs.diffIds, options)
    const manifest = makeManifest(config, layers.map(layerDescriptor))
    made.set(manifest.descriptor.digest, manifest)
    places.set(config.digest, path)
    for (const layer of layers) places.set(layer.digest, layer.path)
    const image = images.get(manifest.descriptor.digest) ?? { names: [], target: manifest.descriptor }
    images.set(manifest.descriptor.digest, image)
    for (const name of names ?? []) if (!image.names.includes(name)) image.names.push(name)
  }
  return { images: [...images.values()], manifests: 'made', made, places }
}

async function layersOf(
  members: Members,
  paths: readonly string[],
  diffIds: readonly Digest[],
  { signal }: AbortOptions,
): Promise<readonly FoundLayer[]> {
  if (paths.length !== diffIds.length) {
    throw new ArchiveError(
      'ARCHIVE_INVALID',
      `${DOCKER_MANIFEST_FILE} names ${paths.length} layers of an image, and its config ${diffIds.length}`,
      {
        path: DOCKER_MANIFEST_FILE,
        expected: diffIds.length,
        actual: paths.length,
        hint: 'have the archive written again',
      },
    )
  }
  const layers: FoundLayer[] = []
  for (const [at, path] of paths.entries()) {
    const layer = await members.layer(path, { diffId: diffIds[at], signal })
    if (layer === undefined) throw incomplete(path, 'a layer of an image')
    layers.push(layer)
  }
  return layers
}

/** A path in `blobs/` promises a digest. Elsewhere a name is only a name. */
function assertName(path: string, actual: Digest): void {
  const promised = digestOfPath(path)
  if (promised === undefined || promised === actual || !promised.startsWith('sha256:')) return
  throw new ArchiveError('ARCHIVE_INVALID', `what lies at ${printable(path, 300)} is ${actual}`, {
    path: printable(path, 300),
    expected: promised,
    actual,
    hint: 'it was damaged or tampered with: have it written again',
  })
}

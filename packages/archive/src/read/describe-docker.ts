import type { AbortOptions } from '@lading/clock'
import type { Document } from '@lading/content'
import { algorithmOf, type Digest } from '@lading/digest'
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
 * The images in `manifest.json`. A docker-archive contains no manifests: an OCI manifest is generated for each, with the
 * layers as they are in the archive, so that the image ID does not change.
 *
 * @throws ArchiveError `ARCHIVE_INVALID`, `ARCHIVE_INCOMPLETE`; what decoding a config throws
 */
export async function describeDocker(
  members: Members,
  items: readonly DockerManifestItem[],
  options: AbortOptions,
): Promise<Described> {
  const images = new Map<Digest, { readonly names: Set<string>; readonly target: Descriptor }>()
  const made = new Map<Digest, Document>()
  const places = new Map<Digest, string>()
  // A list may repeat an entry a million times: each is read once.
  const configs = new Map<string, FoundConfig>()
  const known = new Map<string, FoundLayer>()
  for (const { Config: path, RepoTags: names, Layers: paths } of items) {
    const found = configs.get(path) ?? (await configAt(members, path, options))
    configs.set(path, found)
    const { config } = found
    const layers = await layersOf(members, paths, { ...options, diffIds: found.diffIds, known })
    const manifest = makeManifest(config, layers.map(layerDescriptor))
    made.set(manifest.descriptor.digest, manifest)
    places.set(config.digest, path)
    for (const layer of layers) places.set(layer.digest, layer.path)
    const image = images.get(manifest.descriptor.digest) ?? { names: new Set(), target: manifest.descriptor }
    images.set(manifest.descriptor.digest, image)
    for (const name of names ?? []) image.names.add(name)
  }
  return {
    images: [...images.values()].map(({ names, target }) => ({ names: [...names], target })),
    manifests: 'made',
    made,
    places,
  }
}

interface FoundConfig {
  readonly config: Descriptor
  readonly diffIds: readonly Digest[]
}

async function configAt(members: Members, path: string, { signal }: AbortOptions): Promise<FoundConfig> {
  const bytes = await members.document(path, { maxBytes: documentLimit, signal })
  if (bytes === undefined) throw incomplete(path, 'the config of an image')
  const config: Descriptor = { mediaType: OCI_CONFIG, digest: digestOf(bytes), size: bytes.byteLength }
  // Only a path in `blobs/` states a digest.
  assertIs(path, { promised: digestOfPath(path), actual: config.digest })
  return { config, diffIds: parseImageConfig(bytes).rootfs.diffIds }
}

async function layersOf(
  members: Members,
  paths: readonly string[],
  {
    diffIds,
    known,
    signal,
  }: AbortOptions & { readonly diffIds: readonly Digest[]; readonly known: Map<string, FoundLayer> },
): Promise<readonly FoundLayer[]> {
  if (paths.length !== diffIds.length) {
    throw new ArchiveError(
      'ARCHIVE_INVALID',
      `${DOCKER_MANIFEST_FILE} names ${paths.length} layers of an image, but its config has ${diffIds.length}`,
      {
        path: DOCKER_MANIFEST_FILE,
        expected: diffIds.length,
        actual: paths.length,
        hint: 'write the archive again',
      },
    )
  }
  const layers: FoundLayer[] = []
  for (const [at, path] of paths.entries()) {
    const diffId = diffIds[at]
    const key = `${diffId} ${path}`
    const layer = known.get(key) ?? (await members.layer(path, { diffId, signal }))
    if (layer === undefined) throw incomplete(path, 'a layer of an image')
    if (layer.compression === 'none') assertIs(layer.path, { promised: diffId, actual: layer.digest })
    known.set(key, layer)
    layers.push(layer)
  }
  return layers
}

/** Digests of other algorithms are compared when the bytes are read. */
function assertIs(
  path: string,
  { promised, actual }: { readonly promised: Digest | undefined; readonly actual: Digest },
): void {
  if (promised === undefined || promised === actual || algorithmOf(promised) !== algorithmOf(actual)) return
  throw new ArchiveError(
    'ARCHIVE_INVALID',
    `the content of ${printable(path, 300)} has the digest ${actual}, not ${promised}`,
    {
      path: printable(path, 300),
      expected: promised,
      actual,
      hint: 'it is damaged or was tampered with: write the archive again',
    },
  )
}

import { createMemoryContent } from '@lading/content'
import { digestOf } from '@lading/digest/hash'
import { OCI_CONFIG, OCI_LAYER, OCI_MANIFEST, type ContainerConfig } from '@lading/manifest'
import type { ImageToUnpack } from '@lading/rootfs'

const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value))

const asKeys = (names: readonly string[] | undefined) => names && Object.fromEntries(names.map((name) => [name, {}]))

/** An image of these archives, in memory, that says how it is to be run. */
export function imageOf(
  layers: readonly Uint8Array[],
  { Volumes, ExposedPorts, ...config }: ContainerConfig = {},
  os = 'linux',
): ImageToUnpack {
  const source = createMemoryContent()
  const descriptors = layers.map((layer) => source.put(OCI_LAYER, layer))
  const document = {
    architecture: 'amd64',
    os,
    config: { ...config, Volumes: asKeys(Volumes), ExposedPorts: asKeys(ExposedPorts) },
    rootfs: { type: 'layers', diff_ids: layers.map((layer) => digestOf(layer)) },
  }
  const manifest = {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: source.put(OCI_CONFIG, json(document)),
    layers: descriptors,
  }
  return { source, manifest: source.put(OCI_MANIFEST, json(manifest)) }
}

import { gunzipSync } from 'node:zlib'
import { hexOf, type Digest } from '@lading/digest'
import { digestOf } from '@lading/digest/hash'
import { OCI_CONFIG, OCI_INDEX, OCI_LAYER, OCI_LAYER_GZIP, OCI_MANIFEST, type Platform } from '@lading/manifest'
import { CONTAINERD_NAME, REF_NAME } from '../../src/annotations.ts'
import { blobPath } from '../../src/file-names.ts'
import { jsonBytes, textBytes, type SomeFiles } from './some-files.ts'

/** An image as any archive may have it. */
export interface TestImage {
  readonly config: Uint8Array
  readonly layers: readonly Uint8Array[]
  /** The OCI manifest over them. */
  readonly manifest: Uint8Array
  readonly id: Digest
  readonly platform: Platform
}

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b

/** @param layers plain or gzip, base first; any bytes, for nobody unpacks them here */
export function testImage(
  label: string,
  layers: readonly (Uint8Array | string)[] = [`${label}: a layer`, `${label}: another layer`],
  platform: Platform = { os: 'linux', architecture: 'amd64' },
): TestImage {
  const blobs = layers.map((layer) => (typeof layer === 'string' ? textBytes(layer) : layer))
  const config = jsonBytes({
    architecture: platform.architecture,
    os: platform.os,
    ...(platform.variant === undefined ? {} : { variant: platform.variant }),
    config: { Labels: { label } },
    rootfs: {
      type: 'layers',
      diff_ids: blobs.map((layer) => digestOf(isGzip(layer) ? new Uint8Array(gunzipSync(layer)) : layer)),
    },
  })
  const manifest = jsonBytes({
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: descriptorOf(config, OCI_CONFIG),
    layers: blobs.map((layer) => descriptorOf(layer, isGzip(layer) ? OCI_LAYER_GZIP : OCI_LAYER)),
  })
  return { config, layers: blobs, manifest, id: digestOf(config), platform }
}

export const descriptorOf = (
  bytes: Uint8Array,
  mediaType: string,
): { mediaType: string; digest: Digest; size: number } => ({
  mediaType,
  digest: digestOf(bytes),
  size: bytes.byteLength,
})

/** As docker wrote them from 1.10 to 24: a directory for each layer. */
export function dockerArchive(
  ...images: readonly (readonly [TestImage, ...names: string[]])[]
): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>()
  for (const [{ config, layers }] of images) {
    files.set(`${hexOf(digestOf(config))}.json`, config)
    for (const layer of layers) files.set(`${hexOf(digestOf(layer))}/layer.tar`, layer)
  }
  return files.set(
    'manifest.json',
    jsonBytes(
      images.map(([{ config, layers }, ...names]) => ({
        Config: `${hexOf(digestOf(config))}.json`,
        RepoTags: names.length === 0 ? null : names,
        Layers: layers.map((layer) => `${hexOf(digestOf(layer))}/layer.tar`),
      })),
    ),
  )
}

export function indexOf(...images: readonly TestImage[]): Uint8Array {
  return jsonBytes({
    schemaVersion: 2,
    mediaType: OCI_INDEX,
    manifests: images.map(({ manifest, platform }) => ({ ...descriptorOf(manifest, OCI_MANIFEST), platform })),
  })
}

/** As a layout: the blobs of images, and an entry for each target. */
export function ociArchive(
  images: readonly TestImage[],
  targets: readonly { readonly bytes: Uint8Array; readonly name?: string; readonly fullName?: string }[],
): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>([['oci-layout', jsonBytes({ imageLayoutVersion: '1.0.0' })]])
  const put = (bytes: Uint8Array): void => void files.set(blobPath(digestOf(bytes)), bytes)
  for (const { config, layers, manifest } of images) for (const blob of [config, ...layers, manifest]) put(blob)
  const manifests = targets.map(({ bytes, name, fullName }) => {
    put(bytes)
    const isIndex = 'manifests' in (JSON.parse(new TextDecoder().decode(bytes)) as object)
    return {
      ...descriptorOf(bytes, isIndex ? OCI_INDEX : OCI_MANIFEST),
      annotations: {
        ...(name === undefined ? {} : { [REF_NAME]: name }),
        ...(fullName === undefined ? {} : { [CONTAINERD_NAME]: fullName }),
      },
    }
  })
  return files.set('index.json', jsonBytes({ schemaVersion: 2, manifests }))
}

/** As docker wrote them before 1.10, with IDs that nobody computes. */
export function legacyArchive(
  given: readonly (Uint8Array | string)[],
  names: Readonly<Record<string, Record<string, number>>>,
): {
  readonly files: Map<string, Uint8Array>
  readonly ids: readonly string[]
} {
  const layers = given.map((layer) => (typeof layer === 'string' ? textBytes(layer) : layer))
  const ids = layers.map((layer, at) => hexOf(digestOf(textBytes(`image ${at} ${digestOf(layer)}`))))
  const files = new Map<string, Uint8Array>()
  for (const [at, layer] of layers.entries()) {
    const id = ids[at] ?? ''
    files.set(`${id}/VERSION`, textBytes('1.0'))
    files.set(
      `${id}/json`,
      jsonBytes({
        id,
        ...(at === 0 ? {} : { parent: ids[at - 1] }),
        created: '2014-10-01T20:46:08.914288461Z',
        container_config: { Cmd: ['/bin/sh', '-c', `#(nop) ADD layer ${at}`] },
        docker_version: '1.2.0',
        architecture: 'amd64',
        os: 'linux',
      }),
    )
    files.set(`${id}/layer.tar`, layer)
  }
  const repositories = Object.entries(names).map(([name, tags]) => [
    name,
    Object.fromEntries(Object.entries(tags).map(([tag, at]) => [tag, ids[at]])),
  ])
  return { files: files.set('repositories', jsonBytes(Object.fromEntries(repositories))), ids }
}

export type { SomeFiles }

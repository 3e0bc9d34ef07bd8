import type { Digest } from '@lading/digest'
import { digestOf } from '@lading/digest/hash'
import type { Descriptor, Platform } from '@lading/manifest'

/** Bytes and what names them. */
export interface Content {
  readonly descriptor: Descriptor
  readonly bytes: Uint8Array
}

export interface TestImage {
  readonly manifest: Content
  readonly config: Content
  readonly layers: readonly Content[]
  readonly diffIds: readonly Digest[]
  /** Image ID. */
  readonly id: Digest
}

export interface TestIndex {
  readonly index: Content
  readonly children: readonly (TestImage | TestIndex)[]
}

const oci = 'application/vnd.oci.image'
const types = {
  oci: {
    manifest: `${oci}.manifest.v1+json`,
    config: `${oci}.config.v1+json`,
    layer: `${oci}.layer.v1.tar+gzip`,
    index: `${oci}.index.v1+json`,
  },
  docker: {
    manifest: 'application/vnd.docker.distribution.manifest.v2+json',
    config: 'application/vnd.docker.container.image.v1+json',
    layer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
    index: 'application/vnd.docker.distribution.manifest.list.v2+json',
  },
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
const json = (value: unknown): Uint8Array => utf8(JSON.stringify(value))

export function content(mediaType: string, bytes: Uint8Array): Content {
  return { descriptor: { mediaType, digest: digestOf(bytes), size: bytes.length }, bytes }
}

/** What a layer's text uncompresses to, as far as these tests care. */
export const diffIdOf = (layer: string): Digest => digestOf(utf8(`tar of ${layer}`))

/**
 * An image whose layers are told apart by their text. Two with the same layers and another `encoding` are twins: one
 * config, other blobs.
 */
export function image(
  layers: readonly string[],
  {
    family = 'oci',
    encoding = 'gzip',
    platform = { os: 'linux', architecture: 'amd64' },
    subject,
  }: {
    readonly family?: keyof typeof types
    readonly encoding?: string
    readonly platform?: Platform
    readonly subject?: Descriptor
  } = {},
): TestImage {
  const type = types[family]
  const diffIds = layers.map(diffIdOf)
  const config = content(
    type.config,
    json({
      ...platform,
      created: '2026-11-24T00:00:00Z',
      config: { Cmd: ['sh'] },
      rootfs: { type: 'layers', diff_ids: diffIds },
    }),
  )
  const blobs = layers.map((layer) => content(type.layer, utf8(`${encoding} of ${layer}`)))
  const document = {
    schemaVersion: 2,
    mediaType: type.manifest,
    config: config.descriptor,
    layers: blobs.map(({ descriptor }) => descriptor),
    ...(subject === undefined ? {} : { subject }),
  }
  return {
    manifest: content(type.manifest, json(document)),
    config,
    layers: blobs,
    diffIds,
    id: config.descriptor.digest,
  }
}

/** An index of images for platforms, or of further indexes. */
export function index(
  children: readonly (readonly [TestImage | TestIndex, Platform?])[],
  { family = 'oci' }: { readonly family?: keyof typeof types } = {},
): TestIndex {
  const manifests = children.map(([child, platform]) => ({
    ...documentOf(child).descriptor,
    ...(platform === undefined ? {} : { platform }),
  }))
  return {
    index: content(types[family].index, json({ schemaVersion: 2, mediaType: types[family].index, manifests })),
    children: children.map(([child]) => child),
  }
}

/** The document that a name would point to. */
export const documentOf = (target: TestImage | TestIndex): Content =>
  'index' in target ? target.index : target.manifest

export const linux = (architecture: string, variant?: string): Platform => ({
  os: 'linux',
  architecture,
  ...(variant === undefined ? {} : { variant }),
})

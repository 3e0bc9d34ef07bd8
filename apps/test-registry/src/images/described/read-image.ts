import type { Digest } from '@lading/digest'
import type { Descriptor, Platform } from '@lading/manifest'
import { artifact } from '../artifact.ts'
import type { BuiltImage, BuiltIndex } from '../built.ts'
import { image, type ImageBuilder } from '../image.ts'
import type { EntryOptions } from '../index.ts'
import type { Flavour } from '../layer.ts'
import {
  anyRecord,
  bytes,
  flag,
  invalid,
  listOf,
  members,
  oneOf,
  recordOf,
  text,
  whole,
  type Decode,
  type Shape,
} from './decode.ts'
import { digest, readLayer, type Allowance } from './read-layer.ts'

/** What a document has described so far, by name. */
export interface Reading {
  readonly allowance: Allowance
  readonly named: Map<string, BuiltImage | BuiltIndex>
}

export const platform: Decode<string | Platform> = (value, path) => {
  if (typeof value === 'string') return value
  const { os, architecture, ...rest } = members<Required<Platform>>({
    os: text,
    architecture: text,
    variant: text,
    osVersion: text,
    osFeatures: listOf(text),
  })(value, path)
  if (os === undefined || architecture === undefined) throw invalid(path, 'a platform has os and architecture')
  return { os, architecture, ...rest }
}

const entry: Decode<EntryOptions> = members<Required<EntryOptions>>({
  platform: (value, path) => (value === null ? null : platform(value, path)),
  annotations: recordOf(text),
  stored: flag,
  members: anyRecord,
})

const descriptor: Decode<Descriptor> = (value, path) => {
  const {
    mediaType,
    digest: named,
    size,
  } = members<{ mediaType: string; digest: Digest; size: number }>({
    mediaType: text,
    digest,
    size: whole(0, Number.MAX_SAFE_INTEGER),
  })(value, path)
  if (mediaType === undefined || named === undefined || size === undefined)
    throw invalid(path, 'a descriptor has mediaType, digest and size')
  return { mediaType, digest: named, size }
}

export interface CommonMembers {
  name: string
  annotations: Readonly<Record<string, string>>
  subject: string | Descriptor
  mediaTypes: Flavour
  withoutMediaType: boolean
  entry: EntryOptions
}

export const commonShape: Shape<CommonMembers> = {
  name: text,
  annotations: recordOf(text),
  subject: (value, path) => (typeof value === 'string' ? value : descriptor(value, path)),
  mediaTypes: oneOf('oci', 'docker'),
  withoutMediaType: flag,
  entry,
}

/** What the common members say, for either builder. */
export function applyCommon<
  Builder extends {
    mediaTypes(flavour: Flavour): Builder
    withoutMediaType(): Builder
    annotations(all: Readonly<Record<string, string>>): Builder
    subject(subject: Descriptor): Builder
  },
>(
  builder: Builder,
  given: { readonly [Member in keyof CommonMembers]?: CommonMembers[Member] | undefined },
  reading: Reading,
  path: string,
): Builder {
  let built = builder
  if (given.mediaTypes !== undefined) built = built.mediaTypes(given.mediaTypes)
  if (given.withoutMediaType === true) built = built.withoutMediaType()
  if (given.annotations !== undefined) built = built.annotations(given.annotations)
  if (given.subject !== undefined)
    built = built.subject(
      typeof given.subject === 'string' ? subjectOf(given.subject, reading, `${path}.subject`) : given.subject,
    )
  return built
}

function subjectOf(name: string, { named }: Reading, path: string): Descriptor {
  const found = named.get(name)
  if (found === undefined) throw invalid(path, 'nothing of that name was described before it')
  return found.descriptor
}

interface ImageMembers extends CommonMembers {
  layers: readonly ((builder: ImageBuilder) => ImageBuilder)[]
  blobs: readonly { readonly mediaType: string; readonly bytes: Uint8Array; readonly title?: string | undefined }[]
  platform: string | Platform
  config: Record<string, unknown>
  configMembers: Record<string, unknown>
  rawConfig: { readonly content?: Uint8Array | undefined; readonly mediaType?: string | undefined }
  history: readonly Record<string, unknown>[]
  artifactType: string
  diffIds: readonly Digest[]
  manifestMembers: Record<string, unknown>
}

const artifactBlob: Decode<ImageMembers['blobs'][number]> = (value, path) => {
  const { mediaType, content, title } = members<{ mediaType: string; content: Uint8Array; title: string }>({
    mediaType: text,
    content: bytes,
    title: text,
  })(value, path)
  if (mediaType === undefined || content === undefined) throw invalid(path, 'a blob has mediaType and content')
  return { mediaType, bytes: content, title }
}

/** An image, or with `blobs` an artifact. */
export function readImage(
  value: unknown,
  path: string,
  reading: Reading,
): { readonly built: BuiltImage; readonly entry: EntryOptions | undefined } {
  const given = members<ImageMembers>({
    ...commonShape,
    layers: listOf((layer, at) => readLayer(layer, at, reading.allowance)),
    blobs: listOf(artifactBlob),
    platform,
    config: anyRecord,
    configMembers: anyRecord,
    rawConfig: members<{ content: Uint8Array; mediaType: string }>({ content: bytes, mediaType: text }),
    history: listOf(anyRecord),
    artifactType: text,
    diffIds: listOf(digest),
    manifestMembers: anyRecord,
  })(value, path)
  if (
    given.blobs !== undefined &&
    (given.layers !== undefined || given.rawConfig !== undefined || given.artifactType === undefined)
  )
    throw invalid(path, 'an artifact has artifactType and blobs, and neither layers nor rawConfig')
  if (
    given.rawConfig !== undefined &&
    (given.rawConfig.content === undefined || given.rawConfig.mediaType === undefined)
  )
    throw invalid(`${path}.rawConfig`, 'it has content and mediaType')
  let builder =
    given.blobs === undefined ? image(given.name) : artifact(given.name, given.artifactType ?? '', given.blobs)
  if (given.platform !== undefined) builder = builder.platform(given.platform)
  if (given.config !== undefined) builder = builder.config(given.config)
  if (given.configMembers !== undefined) builder = builder.configMembers(given.configMembers)
  if (given.rawConfig?.content !== undefined)
    builder = builder.rawConfig(given.rawConfig.content, given.rawConfig.mediaType ?? '')
  if (given.history !== undefined) builder = builder.history(given.history)
  if (given.artifactType !== undefined) builder = builder.artifactType(given.artifactType)
  if (given.diffIds !== undefined) builder = builder.diffIds(given.diffIds)
  if (given.manifestMembers !== undefined) builder = builder.manifestMembers(given.manifestMembers)
  for (const step of given.layers ?? []) builder = step(builder)
  return { built: applyCommon(builder, given, reading, path).build(), entry: given.entry }
}

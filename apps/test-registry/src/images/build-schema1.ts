import { DOCKER_SCHEMA1, DOCKER_SCHEMA1_SIGNED, type Platform } from '@lading/manifest'
import { digestOf } from '../hash.ts'
import { docker } from '../media-types.ts'
import type { ImageName } from '../names.ts'
import type { BuiltLayer, BuiltSchema1 } from './built.ts'
import type { ImageBuilder } from './image.ts'
import { defined } from './json.ts'
import { signSchema1 } from './sign-schema1.ts'

export type V1Members = Readonly<Record<string, unknown>>

/** What a schema 1 builder has gathered. */
export interface Schema1Parts {
  readonly name: ImageName
  /** The layers that have files. */
  readonly content: ImageBuilder
  /** One for each step, base first. */
  readonly images: readonly { readonly throwaway: boolean; readonly members: V1Members | undefined }[]
  readonly platform: Platform
  readonly container?: V1Members | undefined
  readonly members?: V1Members | undefined
  readonly signed: boolean
  readonly broken?: boolean | undefined
  readonly beside?: V1Members | undefined
}

const created = '1970-01-01T00:00:00Z'

/** The gzipped empty archive that Docker names wherever a step changed no files: its bytes are part of the format. */
const emptyLayer = Buffer.from('H4sIAAAJbogA/2IYBaNgFIxYAAgAAP//Lq+17wAEAAA=', 'base64')
const emptyTar = new Uint8Array(1024)

export function buildSchema1(parts: Schema1Parts): BuiltSchema1 {
  const { name, platform } = parts
  const layers = layersOf(parts)
  const payload = new TextEncoder().encode(JSON.stringify(document(parts, layers), undefined, 3))
  const bytes = parts.signed ? signSchema1(payload, parts) : payload
  const mediaType = parts.signed ? DOCKER_SCHEMA1_SIGNED : DOCKER_SCHEMA1
  const digest = digestOf(payload)
  return {
    kind: 'schema1',
    repository: name.repository,
    tag: name.tag,
    bytes,
    payload,
    digest,
    size: bytes.length,
    mediaType,
    descriptor: { mediaType, digest, size: bytes.length },
    document: JSON.parse(new TextDecoder().decode(bytes)) as BuiltSchema1['document'],
    layers,
    platform,
  }
}

function layersOf({ content, images }: Schema1Parts): readonly BuiltLayer[] {
  const withFiles = content.build().layers[Symbol.iterator]()
  return images.map(({ throwaway }) => (throwaway ? undefined : withFiles.next().value) ?? emptyOne())
}

function emptyOne(): BuiltLayer {
  const digest = digestOf(emptyLayer)
  const mediaType = docker.layer.gzip
  return {
    bytes: emptyLayer,
    digest,
    size: emptyLayer.length,
    mediaType,
    descriptor: { mediaType, digest, size: emptyLayer.length },
    diffId: digestOf(emptyTar),
    tar: emptyTar,
    stored: true,
  }
}

function document(
  { name, images, platform, container, members }: Schema1Parts,
  layers: readonly BuiltLayer[],
): Record<string, unknown> {
  const history: string[] = []
  let parent: string | undefined
  for (const [step, { throwaway, members: own }] of images.entries()) {
    const last = step === images.length - 1
    const facts = {
      parent,
      created,
      container_config: { Cmd: [`step ${step + 1} of a test image`] },
      ...(last
        ? { architecture: platform.architecture, os: platform.os, docker_version: '1.10.3', config: container ?? {} }
        : {}),
      ...(throwaway ? { throwaway: true } : {}),
      ...own,
    }
    const id = digestOf(
      new TextEncoder().encode(`${layers[step]?.digest ?? ''} ${JSON.stringify(defined(facts))}`),
    ).slice('sha256:'.length)
    history.push(JSON.stringify(defined({ id, ...facts })))
    parent = id
  }
  return defined({
    schemaVersion: 1,
    name: name.repository,
    tag: name.tag,
    architecture: platform.architecture,
    fsLayers: layers.map(({ descriptor }) => ({ blobSum: descriptor.digest })).toReversed(),
    history: history.map((v1Compatibility) => ({ v1Compatibility })).toReversed(),
    ...members,
  })
}

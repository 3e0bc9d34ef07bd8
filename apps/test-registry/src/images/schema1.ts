import type { Platform } from '@lading/manifest'
import { parseImageName } from '../names.ts'
import type { Buildable, BuiltSchema1 } from './built.ts'
import { buildSchema1, type Schema1Parts, type V1Members } from './build-schema1.ts'
import { image, type ImageBuilder } from './image.ts'
import type { LayerOptions } from './layer.ts'
import { toPlatform } from './platform.ts'
import type { TarFiles } from './tar.ts'

export interface Schema1LayerOptions extends LayerOptions {
  /** Members of the layer's own image JSON (`v1Compatibility`), in place of what is there. `undefined` removes. */
  readonly image?: V1Members | undefined
}

/** Immutable, like the image builder. Of a layer's options only those have a meaning that a schema 1 manifest can carry. */
export interface Schema1Builder extends Buildable<BuiltSchema1> {
  /** Files, or the bytes of a tar archive. Base first, as everywhere; the document has them the other way round. */
  layer(content: TarFiles | Uint8Array, options?: Schema1LayerOptions): Schema1Builder
  /** As of an image. */
  randomLayer(bytes: number, options?: Schema1LayerOptions & { readonly seed?: number | undefined }): Schema1Builder
  /** As of an image. */
  rawLayer(blob: Uint8Array, options?: Schema1LayerOptions & { readonly tar?: Uint8Array | undefined }): Schema1Builder
  /** A step that changed no files: Docker's empty layer, marked as one to throw away. */
  throwaway(image?: V1Members): Schema1Builder
  /** Default `linux/amd64`. */
  platform(platform: string | Platform): Schema1Builder
  /** The container part of the topmost image's JSON: `{ Cmd: ['sh'], Env: […] }`. */
  config(container: V1Members): Schema1Builder
  /** Without a signature, as `…manifest.v1+json`. Default: signed, as `…manifest.v1+prettyjws`. */
  unsigned(): Schema1Builder
  /** Members of the document, in place of what is there, before it is signed. `undefined` removes. */
  members(members: Readonly<Record<string, unknown>>): Schema1Builder
  /** Hostile: members that are put in after the signature was made, which so does not cover them (CVE-2014-8179). */
  membersBesideSigned(members: Readonly<Record<string, unknown>>): Schema1Builder
  /** Hostile: one bit of the signature is wrong. */
  brokenSignature(): Schema1Builder
}

/**
 * A Docker image manifest of version 2, schema 1 (distribution manifest-v2-1.md), signed with a key that everybody has.
 * Its digest is that of what was signed.
 *
 * @param name as for `image`; needed, since the document says it.
 * @throws TestRegistryError `NAME_INVALID`
 */
export function schema1(name: string): Schema1Builder {
  return builder({
    name: parseImageName(name),
    content: image().mediaTypes('docker'),
    images: [],
    platform: { os: 'linux', architecture: 'amd64' },
    signed: true,
  })
}

function builder(parts: Schema1Parts): Schema1Builder {
  const withParts = (more: Partial<Schema1Parts>): Schema1Builder => builder({ ...parts, ...more })
  const add = (content: ImageBuilder, members: V1Members | undefined): Schema1Builder =>
    withParts({ content, images: [...parts.images, { throwaway: false, members }] })
  return {
    layer: (content, { image: members, ...options } = {}) => add(parts.content.layer(content, options), members),
    randomLayer: (bytes, { image: members, ...options } = {}) =>
      add(parts.content.randomLayer(bytes, options), members),
    rawLayer: (blob, { image: members, ...options } = {}) => add(parts.content.rawLayer(blob, options), members),
    throwaway: (members) => withParts({ images: [...parts.images, { throwaway: true, members }] }),
    platform: (platform) => withParts({ platform: toPlatform(platform) }),
    config: (container) => withParts({ container: { ...parts.container, ...container } }),
    unsigned: () => withParts({ signed: false }),
    members: (members) => withParts({ members: { ...parts.members, ...members } }),
    membersBesideSigned: (members) => withParts({ beside: { ...parts.beside, ...members } }),
    brokenSignature: () => withParts({ broken: true }),
    build: () => buildSchema1(parts),
  }
}

import type { Digest } from '@lading/digest'
import { OCI_INDEX, platformJson, type Descriptor, type JsonObject } from '@lading/manifest'
import { familiarString, isLayoutRefName, isNameOnly, tryParseReference } from '@lading/reference'
import { CONTAINERD_NAME, REF_NAME } from '../annotations.ts'
import type { DockerManifestItem } from '../docker-manifest.ts'
import { blobPath } from '../file-names.ts'
import type { ArchiveRoot } from './archive-names.ts'

/** `oci-layout` (image-spec, image-layout.md). */
export const layoutMarker: Uint8Array = new TextEncoder().encode('{"imageLayoutVersion":"1.0.0"}')

/** `index.json`: an entry for each name. */
export function ociIndexOf(roots: readonly ArchiveRoot[]): Uint8Array {
  const manifests = roots.map(({ name, reference, target }) =>
    layoutEntry(target, name === undefined || isOfOther(reference?.digest, target) ? {} : layoutName(name)),
  )
  return jsonOf({ schemaVersion: 2, mediaType: OCI_INDEX, manifests })
}

/** A schema 1 image has another digest in its registry than the manifest that stands for it. */
const isOfOther = (digest: Digest | undefined, target: Descriptor): boolean =>
  digest !== undefined && digest !== target.digest

/**
 * A full reference is written where containerd and docker since 25 look for it, and where OCI tools look if their grammar
 * allows it. Any other name is written only there, if the grammar allows it.
 */
export function layoutName(name: string): LayoutName {
  const isRefName = isLayoutRefName(name)
  const reference = tryParseReference(name)
  const isFull = reference !== undefined && !isNameOnly(reference) && String(reference) === name
  return { refName: isRefName ? name : undefined, fullName: isFull || !isRefName ? name : undefined }
}

export interface LayoutName {
  /** `org.opencontainers.image.ref.name` */
  readonly refName?: string | undefined
  /** `io.containerd.image.name` */
  readonly fullName?: string | undefined
}

/** The descriptor of a target in the index of a layout. */
export function layoutEntry(target: Descriptor, { refName, fullName }: LayoutName): JsonObject {
  const { mediaType, digest, size, artifactType, platform, annotations = {} } = target
  const kept = Object.entries(annotations).filter(
    ([key]) => key !== REF_NAME && key !== CONTAINERD_NAME && !key.startsWith('io.github.lading.'),
  )
  const all = {
    ...Object.fromEntries(kept),
    ...(fullName === undefined ? {} : { [CONTAINERD_NAME]: fullName }),
    ...(refName === undefined ? {} : { [REF_NAME]: refName }),
  }
  return {
    mediaType,
    digest,
    size,
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(platform === undefined ? {} : { platform: platformJson(platform) }),
    ...(Object.keys(all).length === 0 ? {} : { annotations: all }),
  }
}

/** `manifest.json`: an item for each image ID, with all its tags. A digest is no tag. */
export function dockerManifestOf(roots: readonly ArchiveRoot[]): Uint8Array {
  const items = new Map<Digest, DockerManifestItem & { readonly tags: string[] }>()
  for (const { reference, image } of roots) {
    if (image === undefined) continue
    const { config, layers } = image
    const item = items.get(config) ?? {
      Config: blobPath(config),
      RepoTags: null,
      Layers: layers.map(blobPath),
      tags: [],
    }
    items.set(config, item)
    if (reference !== undefined && reference.digest === undefined) item.tags.push(familiarString(reference))
  }
  return jsonOf(
    [...items.values()].map(({ Config, tags, Layers }) => ({
      Config,
      RepoTags: tags.length === 0 ? null : tags,
      Layers,
    })),
  )
}

const jsonOf = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))

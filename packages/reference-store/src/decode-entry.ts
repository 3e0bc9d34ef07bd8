import { isDigest } from '@lading/digest'
import { registryDigestOf, type Descriptor } from '@lading/manifest'
import { isLayoutRefName, tryParseReference, type Reference } from '@lading/reference'
import { imageNameKey, refNameKey } from './annotation-keys.ts'
import type { NamedTarget } from './reference-store.ts'
import { storedName } from './stored-name.ts'

/** What an entry of `index.json` is: any descriptor at all, and one of ours. */
export function decodeEntry(value: unknown): {
  readonly target?: Descriptor | undefined
  readonly named?: NamedTarget | undefined
} {
  const target = decodeDescriptor(value)
  if (target === undefined) return {}
  const { [imageNameKey]: name, [refNameKey]: refName, ...rest } = target.annotations ?? {}
  const reference = name === undefined ? undefined : namedReference(name)
  const annotated: Descriptor = withAnnotations(target, rest)
  if (name === undefined || reference === undefined) return { target: annotated }
  if (refName !== (isLayoutRefName(name) ? name : undefined)) return { target: annotated }
  if (reference.digest !== undefined && reference.digest !== registryDigestOf(target)) return { target: annotated }
  return { target: annotated, named: { name, reference, target: annotated } }
}

/** The entry's JSON. The name goes where containerd looks, and where OCI tools look if their grammar has it. */
export function encodeEntry(name: string, target: Descriptor): string {
  return JSON.stringify({
    mediaType: target.mediaType,
    digest: target.digest,
    size: target.size,
    ...(target.artifactType === undefined ? {} : { artifactType: target.artifactType }),
    annotations: {
      ...target.annotations,
      [imageNameKey]: name,
      ...(isLayoutRefName(name) ? { [refNameKey]: name } : {}),
    },
  })
}

/** The name as a reference, if it is written exactly as we write it. */
function namedReference(name: string): Reference | undefined {
  const reference = tryParseReference(name)
  return reference !== undefined && storedName(reference) === name ? reference : undefined
}

function decodeDescriptor(value: unknown): Descriptor | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const members = value as Readonly<Record<string, unknown>>
  const { mediaType, digest, size } = members
  // Go's tools write `null` for what is empty.
  const artifactType = members['artifactType'] ?? undefined
  const annotations = members['annotations'] ?? {}
  if (typeof mediaType !== 'string' || !isDigest(digest) || !Number.isSafeInteger(size) || (size as number) < 0)
    return undefined
  if (artifactType !== undefined && typeof artifactType !== 'string') return undefined
  if (
    typeof annotations !== 'object' ||
    Object.values(annotations).some((text) => text !== null && typeof text !== 'string')
  )
    return undefined
  return {
    mediaType,
    digest,
    size: size as number,
    ...(artifactType === undefined ? {} : { artifactType }),
    annotations: Object.fromEntries(
      Object.entries(annotations).map(([key, text]: [string, string | null]) => [key, text ?? '']),
    ),
  }
}

function withAnnotations(
  { mediaType, digest, size, artifactType }: Descriptor,
  annotations: Readonly<Record<string, string>>,
): Descriptor {
  return {
    mediaType,
    digest,
    size,
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
  }
}

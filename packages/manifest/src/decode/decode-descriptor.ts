import { parseDigest, type Digest } from '@lading/digest'
import type { Descriptor } from '../descriptor.ts'
import type { Platform } from '../platform.ts'
import { base64Length, decodeBase64 } from './decode-base64.ts'
import { knownNames } from './known-names.ts'
import { readMembers, type Members } from './members.ts'

const descriptorMembers = knownNames(
  'mediaType',
  'digest',
  'size',
  'urls',
  'annotations',
  'data',
  'artifactType',
  'platform',
)
const platformMembers = knownNames('os', 'architecture', 'variant', 'os.version', 'os.features', 'features')

/** @param untyped tolerate a missing `mediaType`, as Docker's own manifests had for a while: it becomes `''` */
export function decodeDescriptor(value: unknown, path: string, untyped = false): Descriptor {
  const members = readMembers(value, path, 'MANIFEST_INVALID', descriptorMembers)
  const mediaType = members.optionalText('mediaType') ?? ''
  if (mediaType === '' && !untyped) members.fail('mediaType', 'is missing')
  const size = members.count('size')
  return {
    mediaType,
    digest: readDigest(members, 'digest'),
    size,
    ...optional('urls', members.optionalTexts('urls')),
    ...optional('annotations', members.optionalMap('annotations')),
    ...optional('data', readData(members, size)),
    ...optional('artifactType', members.optionalText('artifactType')),
    ...optional('platform', readPlatform(members)),
  }
}

/** An absent member stays absent, instead of one that says `undefined` in every log. */
export function optional<Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): { readonly [N in Name]?: Value } {
  return (value === undefined ? {} : { [name]: value }) as { readonly [N in Name]?: Value }
}

/** @throws ManifestError of the structure that is read, with the DigestError as cause */
export function readDigest(members: Members, name: string): Digest {
  const text = members.text(name)
  try {
    return parseDigest(text)
  } catch (cause) {
    return members.fail(name, `cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}

function readData(members: Members, size: number): Uint8Array | undefined {
  const text = members.optionalText('data')
  if (text === undefined) return undefined
  const length = base64Length(text)
  if (length === undefined) return members.fail('data', 'is not base64')
  if (length !== size) return members.fail('data', `has ${length} bytes where size says ${size}`)
  return decodeBase64(text)
}

function readPlatform(descriptor: Members): Platform | undefined {
  const value = descriptor.value('platform')
  if (value === undefined) return undefined
  const members = readMembers(value, descriptor.pathOf('platform'), 'MANIFEST_INVALID', platformMembers)
  const os = members.optionalText('os') ?? ''
  const architecture = members.optionalText('architecture') ?? ''
  // Go writers serialise a platform nobody filled in as two empty strings: that says nothing, so it is none.
  if (os === '' && architecture === '') return undefined
  return {
    os,
    architecture,
    ...optional('variant', members.optionalText('variant') || undefined),
    ...optional('osVersion', members.optionalText('os.version') || undefined),
    ...optional('osFeatures', members.optionalTexts('os.features')),
  }
}

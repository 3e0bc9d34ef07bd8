import { ContentError } from '@lading/content-store'
import { hexOf, isDigest } from '@lading/digest'
import { digestOf } from '@lading/digest/hash'
import type { Descriptor } from '@lading/manifest'
import { parseReference } from '@lading/reference'
import type { NameChange } from '@lading/reference-store'
import { newNonce } from '../nonce.ts'

/** What the versions of a name are kept under. */
export const keyOfName = (name: string): string => hexOf(digestOf(new TextEncoder().encode(name)))

/** One line of JSON in ASCII. Without a target: the name is removed. */
export function formatVersion({ name, target }: Pick<NameChange, 'name' | 'target'>): string {
  const json = JSON.stringify({ version: 1, name, target, nonce: newNonce() })
  return json.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** @throws `CONTENT_DAMAGED` for what is none: nobody may take it for a name that is not there */
export function parseVersion(body: string, key: string): NameChange {
  try {
    const { version, name, target } = JSON.parse(body) as Record<string, unknown>
    if (version === 1 && typeof name === 'string') {
      const reference = parseReference(name)
      const isRight = String(reference) === name && key.includes(keyOfName(name))
      if (isRight && target === undefined) return { name, reference }
      if (isRight && isDescriptor(target)) return { name, reference, target }
    }
  } catch {
    // Said below.
  }
  throw new ContentError('CONTENT_DAMAGED', `the object ${key} is not a version of a name`, {
    hint: 'another program or a newer Lading wrote it: remove that object if nobody needs it',
  })
}

/** Of those that `formatVersion` was given. */
function isDescriptor(value: unknown): value is Descriptor {
  if (typeof value !== 'object' || value === null) return false
  const { mediaType, digest, size, artifactType, annotations } = value as Readonly<Record<string, unknown>>
  return (
    typeof mediaType === 'string' &&
    isDigest(digest) &&
    Number.isSafeInteger(size) &&
    (artifactType === undefined || typeof artifactType === 'string') &&
    (annotations === undefined || areTexts(annotations))
  )
}

const areTexts = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.values(value).every((text) => typeof text === 'string')

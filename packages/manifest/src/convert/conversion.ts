import type { Digest } from '@lading/digest'
import { ManifestError } from '../manifest-error.ts'
import type { JsonObject, JsonValue } from '../json/json-value.ts'
import type { Replacement } from './convert-document.ts'
import type { ImageFormat } from './image-format.ts'

/** What one document is converted by. */
export interface Conversion {
  /** Absent: the family stays, and with it every type that is not of what was replaced. */
  readonly given: ImageFormat | undefined
  readonly format: ImageFormat
  readonly replaced: ReadonlyMap<Digest, Replacement>
}

export const unsuitable = (message: string, hint: string): ManifestError =>
  new ManifestError('FORMAT_UNSUITABLE', message, { hint })

/** The members of a document that are objects in a list, as they were written. */
export const objectsIn = (text: JsonObject, member: string): readonly JsonObject[] =>
  (text[member] ?? []) as readonly JsonObject[]

/** Whether there is something of this name that says anything. */
export function says(value: JsonObject, member: string): boolean {
  const found: JsonValue | undefined = value[member]
  if (found === undefined || found === null) return false
  return typeof found !== 'object' || Object.keys(found).length > 0
}

/** A descriptor as Docker's format has it, and nothing else. */
export function dockerDescriptor(
  { urls, platform }: JsonObject,
  { mediaType, digest, size }: { readonly mediaType: string; readonly digest: string; readonly size: number },
): JsonObject {
  return {
    mediaType,
    digest,
    size,
    ...(urls === undefined ? {} : { urls }),
    ...(platform === undefined ? {} : { platform }),
  }
}

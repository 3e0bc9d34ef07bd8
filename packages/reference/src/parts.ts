import { cursorOn, end, peek } from './cursor.ts'
import { ImageReferenceError, refuse } from './reference-error.ts'
import { maxPathLength, scanPath } from './scan-path.ts'
import { scanTag } from './scan-tag.ts'

/**
 * The text as a tag.
 *
 * @throws ImageReferenceError `TAG_INVALID`, `TAG_TOO_LONG`; `facts.offset` counts within the tag
 */
export function parseTag(text: string): string {
  const cursor = cursorOn(text)
  scanTag(cursor)
  if (peek(cursor) !== end)
    refuse(text, 'TAG_INVALID', cursor.at, 'the tag has "@" where it cannot be', {
      hint: 'a tag and a digest are two parts',
    })
  return text
}

function scans(scan: () => void): boolean {
  try {
    scan()
    return true
  } catch (error) {
    if (error instanceof ImageReferenceError) return false
    throw error
  }
}

/** Whether the text is a tag: one to 128 characters, as a registry's tag list should hold (OCI distribution-spec, "Pulling manifests"). */
export function isTag(text: string): boolean {
  return scans(() => parseTag(text))
}

/**
 * Whether the text is a repository's path, as `<name>` stands in a registry's URLs (OCI distribution-spec, "Pulling
 * manifests"), of at most 255 characters. Nothing is normalised.
 */
export function isRepositoryPath(text: string): boolean {
  if (text.length > maxPathLength) return false
  const cursor = cursorOn(text)
  return scans(() => scanPath(cursor)) && peek(cursor) === end
}

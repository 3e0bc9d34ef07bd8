import { printable } from '@lading/errors'
import { ContentError } from './content-error.ts'

const segment = /^[a-z0-9_-][a-z0-9._-]{0,199}$/
const temporary = /\.[0-9a-f]{16}\.tmp$/

/** Whether a name may be a segment of a key, and with that a file's name. */
export const isNoteSegment = (name: string): boolean => segment.test(name) && !temporary.test(name)

/** @throws `KEY_INVALID` */
export function noteSegments(key: string): readonly string[] {
  const segments = key.split('/')
  if (segments.every(isNoteSegment)) return segments
  throw new ContentError('KEY_INVALID', `${printable(key, 300)} is not the key of a note`, {
    hint: 'segments of a-z, 0-9, dots, underscores and hyphens that do not begin with a dot, parted by slashes',
  })
}

/** `noteSegments` of what may be empty. @throws `KEY_INVALID` */
export const prefixSegments = (prefix: string): readonly string[] => (prefix === '' ? [] : noteSegments(prefix))

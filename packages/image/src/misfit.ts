import { isLadingError } from '@lading/errors'
import { ImageError } from './image-error.ts'

/** Why a table of contents is not used. Callers never see this error: the whole layer is read instead. */
export const misfit = (why: string): ImageError =>
  new ImageError('LAYER_UNREADABLE', `the table of contents cannot be used: ${why}`, { hint: 'read the whole layer' })

const ofFormats: ReadonlySet<string> = new Set([
  'ImageError',
  'CompressionError',
  'TarError',
  'ManifestError',
  'DigestError',
])

/** Whether an error is caused by the bytes, and not by their transport. */
export function isMisfit(error: unknown): boolean {
  if (!isLadingError(error)) return false
  return ofFormats.has(error.name) || (error.name === 'SinkError' && isMisfit(error.cause))
}

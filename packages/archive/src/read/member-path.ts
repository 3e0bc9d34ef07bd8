import { printable } from '@lading/errors'
import { ArchiveError } from '../archive-error.ts'

/**
 * The path of a member without redundant parts: `./`, doubled slashes, a slash at the end. `''` for the archive's own
 * directory.
 *
 * @throws ArchiveError `ARCHIVE_INVALID` for a path that points outside
 */
export function memberPath(written: string): string {
  const parts = written.split('/').filter((part) => part !== '' && part !== '.')
  if (!written.startsWith('/') && !parts.includes('..')) return parts.join('/')
  throw new ArchiveError('ARCHIVE_INVALID', `the archive has a path outside of itself: ${printable(written, 300)}`, {
    path: printable(written, 300),
    hint: 'ordinary tools do not write such archives: do not trust it',
  })
}

/** The target of a link, resolved from its directory; `undefined`: outside. */
export function linkedPath(from: string, to: string): string | undefined {
  if (to.startsWith('/')) return undefined
  const parts = from.split('/').slice(0, -1)
  for (const part of to.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) return undefined
  }
  return parts.join('/')
}

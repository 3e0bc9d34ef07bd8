import { printable } from '@lading/errors'
import { ArchiveError } from '../archive-error.ts'

/** @throws ArchiveError `ARCHIVE_UNSUPPORTED` for a version of the directory transport that is not known */
export function assertVersion(bytes: Uint8Array, path: string): void {
  const text = new TextDecoder().decode(bytes)
  if (/^Directory Transport Version: 1\.[01]\s*$/.test(text)) return
  throw new ArchiveError(
    'ARCHIVE_UNSUPPORTED',
    `${printable(path, 300)} has the unknown version "${printable(text.trim(), 80)}"`,
    {
      path,
      expected: 'Directory Transport Version: 1.1',
      actual: printable(text.trim(), 80),
      hint: 'a newer tool may have written it: write an OCI image layout with it, or choose another directory',
    },
  )
}

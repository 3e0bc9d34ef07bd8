import { printable } from '@lading/errors'
import { parseStrictJson } from '@lading/manifest'
import { ArchiveError } from './archive-error.ts'
import { INDEX_FILE, LAYOUT_FILE } from './file-names.ts'

/** The layout version that we write (image-spec, image-layout.md, "oci-layout file"). */
const own = '1.0.0'
/** The image-spec uses semantic versioning: what version 1.0 defines is valid in every 1.x. */
const readable = /^1\.(?:0|[1-9][0-9]*)\.(?:0|[1-9][0-9]*)(?:[-+][0-9A-Za-z.+-]+)?$/

/**
 * A later 1.x is read: it has what 1.0.0 has, and perhaps more, which is ignored.
 *
 * @throws ArchiveError `ARCHIVE_UNSUPPORTED`; ManifestError `JSON_INVALID`
 */
export function assertReadable(bytes: Uint8Array): void {
  const version = versionOf(parseStrictJson(bytes))
  if (typeof version === 'string' && readable.test(version)) return
  throw new ArchiveError('ARCHIVE_UNSUPPORTED', `${LAYOUT_FILE} does not have version 1 of the image layout`, {
    path: LAYOUT_FILE,
    expected: own,
    actual: printable(JSON.stringify(version) ?? 'nothing', 40),
    hint: `a newer tool may have written it, or ${INDEX_FILE} beside it is something else`,
  })
}

/**
 * A later 1.x is not changed: it may have parts that must be kept consistent, and we do not know them.
 *
 * @throws ArchiveError `ARCHIVE_UNSUPPORTED`
 */
export function assertWritable(bytes: Uint8Array, path: string): void {
  const version = versionOf(tolerantJson(bytes))
  if (version === own) return
  const text = printable(String(version), 40)
  const later = typeof version === 'string' && readable.test(version)
  throw new ArchiveError(
    'ARCHIVE_UNSUPPORTED',
    later
      ? `${printable(path, 300)} has image layout version ${text}, which may have parts that ${own} does not know, so it is not changed`
      : `${printable(path, 300)} has image layout version ${text}`,
    {
      path,
      expected: own,
      actual: text,
      hint: later ? `it can be read: copy its images to a new directory` : 'choose another directory',
    },
  )
}

const versionOf = (layout: unknown): unknown =>
  typeof layout === 'object' && layout !== null && 'imageLayoutVersion' in layout
    ? layout.imageLayoutVersion
    : undefined

function tolerantJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return undefined
  }
}

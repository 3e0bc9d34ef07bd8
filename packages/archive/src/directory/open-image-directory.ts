import { resolve } from 'node:path'
import type { AbortOptions } from '@lading/clock'
import { nodeFileSystem } from '@lading/content-store'
import { algorithmOf } from '@lading/digest'
import { digestOf } from '@lading/digest/hash'
import { printable } from '@lading/errors'
import { schemas, type Descriptor } from '@lading/manifest'
import { noDirectory } from '../read/no-directory.ts'
import { ArchiveError } from '../archive-error.ts'
import { digestOfPath } from '../file-names.ts'
import type { ArchiveSource } from '../read/archive-source.ts'
import type { Described } from '../read/describe.ts'
import { directoryFiles } from '../read/directory-files.ts'
import { fileSource } from '../read/file-source.ts'
import { readWhole, type Files, type StoredFile } from '../read/files.ts'
import { documentLimit } from '../read/members.ts'
import type { OpenLayoutOptions } from '../read/open-layout.ts'
import { assertVersion } from './assert-version.ts'
import { blobName, documentName, ROOT_FILE, VERSION_FILE } from './directory-places.ts'

/**
 * A directory as `skopeo copy … dir:DIRECTORY` writes it, as a source. It has one image, whose name is the empty string.
 *
 * @throws ArchiveError `ARCHIVE_UNREADABLE` if there is no directory, `ARCHIVE_UNKNOWN` for one without `manifest.json`,
 *   `ARCHIVE_UNSUPPORTED`
 */
export async function openImageDirectory(
  directory: string,
  { fs = nodeFileSystem(), signal }: OpenLayoutOptions = {},
): Promise<ArchiveSource> {
  signal?.throwIfAborted()
  const root = resolve(directory)
  const plain = directoryFiles(fs, root)
  const version = await plain.find(VERSION_FILE)
  if (version !== undefined)
    assertVersion(await readWhole(version, { maxBytes: 64 * 1024, signal }), printable(directory, 300))
  else if ((await plain.find(ROOT_FILE)) === undefined)
    throw (await noDirectory(fs, { directory, root })) ?? noImage(directory)

  const rootBytes = async (options?: AbortOptions): Promise<Uint8Array | undefined> => {
    const file = await plain.find(ROOT_FILE)
    return file === undefined ? undefined : readWhole(file, { maxBytes: documentLimit, signal: options?.signal })
  }
  const files: Files = {
    ...plain,
    async find(path): Promise<StoredFile | undefined> {
      const digest = digestOfPath(path)
      if (digest === undefined) return undefined
      const file = (await plain.find(blobName(digest))) ?? (await plain.find(documentName(digest)))
      if (file !== undefined) return file
      const bytes = await rootBytes()
      return bytes !== undefined && digestOf(bytes, algorithmOf(digest)) === digest ? plain.find(ROOT_FILE) : undefined
    },
  }
  const described = async (options?: AbortOptions): Promise<Described> => {
    const bytes = await rootBytes(options)
    const images = bytes === undefined ? [] : [{ names: [''], target: targetOf(bytes) }]
    return { images, manifests: 'kept', made: new Map(), places: new Map() }
  }
  return fileSource({ files, described, name: root })
}

function targetOf(bytes: Uint8Array): Descriptor {
  const { mediaType } = schemas.identify(undefined, bytes)
  return { mediaType, digest: digestOf(bytes), size: bytes.byteLength }
}

function noImage(directory: string): ArchiveError {
  return new ArchiveError('ARCHIVE_UNKNOWN', `${printable(directory, 300)} is not a dir: directory`, {
    path: directory,
    hint: `it has neither ${VERSION_FILE} nor ${ROOT_FILE}; for an OCI image layout use oci:`,
  })
}

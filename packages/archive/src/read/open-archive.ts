import { realpath } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { AbortOptions } from '@lading/clock'
import { sniff, type Bounds } from '@lading/compression'
import { fileSystemError, nodeFileSystem, type FileHandle, type FileSystem } from '@lading/content-store'
import { printable } from '@lading/errors'
import { ArchiveError } from '../archive-error.ts'
import type { ArchiveSource } from './archive-source.ts'
import { describe } from './describe.ts'
import { fileChunks } from './file-chunks.ts'
import { fileSource } from './file-source.ts'
import type { Files } from './files.ts'
import { membersOf } from './members-of-files.ts'
import { openLayout } from './open-layout.ts'
import { readHandle } from './read-handle.ts'
import { unreadable } from './refusals.ts'
import { spool } from './spool.ts'
import { tarFiles } from './tar-files.ts'
import { unpacked } from './unpacked.ts'

/** Reported while an archive is opened. */
export type ArchiveEvent = {
  /** The archive does not support random access: it is written, decompressed, to a temporary file in `directory`. */
  readonly type: 'spooling'
  readonly because: 'compressed' | 'stream'
  readonly directory: string
}

export interface OpenArchiveOptions extends AbortOptions {
  /** Directory for the temporary file of an archive that is compressed or a stream. Only needed for those. */
  readonly spoolDirectory?: string | undefined
  /** How far a compressed archive may expand. Defaults as for `decompress`: 256 GiB, and 100 times its size if it is more than 1 GiB. */
  readonly bounds?: Bounds | undefined
  readonly onEvent?: ((event: ArchiveEvent) => void) | undefined
  /** Default: this machine's. */
  readonly fs?: FileSystem | undefined
}

/**
 * Opens an archive as a source: what `docker save` of any version writes, an OCI layout in an archive, or both in one; plain, or
 * compressed with gzip or zstd as a whole. A path to a directory opens it as a layout. Everything that refers to content is
 * read and checked before this resolves; content is verified when it is read. Call `close` when you are done.
 *
 * @param from a path; or the archive's bytes, which are written to a temporary file
 * @throws ArchiveError; TarError; CompressionError; ContentError of the file system; what `from` throws
 */
export async function openArchive(
  from: string | AsyncIterable<Uint8Array>,
  options: OpenArchiveOptions = {},
): Promise<ArchiveSource> {
  const { fs = nodeFileSystem(), signal } = options
  signal?.throwIfAborted()
  const path = typeof from === 'string' ? await realPath(from) : undefined
  const found = path === undefined ? undefined : await fs.stat(path)
  if (path !== undefined && found?.kind === 'directory') return openLayout(path, { fs, signal })
  const handle =
    path !== undefined && found?.kind === 'file'
      ? await plainFile(fs, path, options)
      : await spooled(
          fs,
          path === undefined ? (from as AsyncIterable<Uint8Array>) : fileChunks(path, { signal }),
          'stream',
          options,
        )
  try {
    const files = await tarFiles(handle, { signal })
    return await archiveSource(files, typeof from === 'string' ? resolve(from) : 'the archive', { signal })
  } catch (error) {
    await handle.close()
    throw error
  }
}

async function archiveSource(files: Files, name: string, options: AbortOptions): Promise<ArchiveSource> {
  const described = await describe(membersOf(files), options)
  const source = fileSource({ files, described: async () => described, name })
  return described.manifests === 'kept' ? source : { ...source, makesManifests: true }
}

async function realPath(given: string): Promise<string> {
  try {
    return await realpath(given)
  } catch (error) {
    throw unreadable(given, fileSystemError(error, 'open', given))
  }
}

/** The file itself if it is a plain archive; of a compressed one the decompressed file. */
async function plainFile(fs: FileSystem, path: string, options: OpenArchiveOptions): Promise<FileHandle> {
  const handle = await fs.open(path, 'r').catch((error: unknown) => {
    throw unreadable(path, error as Error)
  })
  let kept = false
  try {
    const start = new Uint8Array(16)
    const count = await handle.read(start, 0)
    const kind = sniff(start.subarray(0, count)) ?? 'none'
    if (kind === 'none') {
      kept = true
      return handle
    }
    const { size } = await handle.stat()
    const { signal } = options
    return await spooled(fs, readHandle(handle, { path, from: 0, to: size }, { signal }), 'compressed', {
      ...options,
      bounds: { inputLength: size, ...options.bounds },
    })
  } finally {
    if (!kept) await handle.close()
  }
}

async function spooled(
  fs: FileSystem,
  chunks: AsyncIterable<Uint8Array>,
  because: ArchiveEvent['because'],
  { spoolDirectory: directory, bounds, onEvent, signal }: OpenArchiveOptions,
): Promise<FileHandle> {
  if (directory === undefined) {
    const what = because === 'stream' ? 'comes as a stream' : 'is compressed as a whole'
    throw new ArchiveError(
      'ARCHIVE_SPOOL_NEEDED',
      `the archive ${what}, and no directory is given to decompress it to`,
      {
        hint: 'set spoolDirectory to a directory with enough space',
      },
    )
  }
  onEvent?.({ type: 'spooling', because, directory: printable(directory) })
  return spool(fs, directory, unpacked(chunks, { ...bounds, signal }), { signal })
}

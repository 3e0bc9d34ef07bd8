import type { AbortOptions } from '@lading/clock'
import { tooLarge } from './refusals.ts'

/** One file of an archive or a layout. */
export interface StoredFile {
  readonly path: string
  /** In bytes. */
  readonly size: number
  /** The bytes from `from` up to `to`, exclusive. The receiver may keep the chunks, unless it provides the `memory` for them. */
  read(
    from: number,
    to: number,
    options?: AbortOptions & { readonly memory?: (() => Uint8Array) | undefined },
  ): AsyncIterable<Uint8Array>
}

/** The files of an archive or a layout by path: relative, with slashes. */
export interface Files {
  /**
   * @param options.follow whether links to other files of the same archive are followed
   * @throws ArchiveError `ARCHIVE_INVALID` if it is not a file, or there twice
   */
  find(path: string, options?: { readonly follow?: boolean | undefined }): Promise<StoredFile | undefined>
  /** All paths. Absent: they cannot be listed. */
  readonly paths?: (() => Iterable<string>) | undefined
  close(): Promise<void>
}

/** @throws ArchiveError `ARCHIVE_TOO_LARGE` */
export async function readWhole(
  file: StoredFile,
  { maxBytes, signal }: AbortOptions & { readonly maxBytes: number },
): Promise<Uint8Array> {
  if (file.size > maxBytes) throw tooLarge(file, maxBytes)
  const bytes = new Uint8Array(file.size)
  let at = 0
  for await (const chunk of file.read(0, file.size, { signal })) {
    bytes.set(chunk, at)
    at += chunk.byteLength
  }
  return bytes
}

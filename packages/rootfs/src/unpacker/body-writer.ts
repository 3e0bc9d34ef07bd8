import type { TarEntry } from '@lading/tar'
import type { Limits } from '../limits.ts'
import { beyondLimit } from '../rootfs-error.ts'
import { systemError } from '../system-error.ts'
import { shownPath, type DirectoryNode, type Metadata, type NameBytes } from '../tree/node.ts'
import { createFileWriter } from './file-writer.ts'
import type { NewFiles } from './probe.ts'

/** Writes files one after the other, with their bodies, within the limit for all bytes. */
export interface BodyWriter {
  /** Of all files. */
  readonly bytes: number
  /** @param place the open directory, and what it is. @throws RootfsError */
  begin(
    place: { readonly directory: number; readonly parent: DirectoryNode; readonly name: NameBytes },
    entry: TarEntry,
    metadata: Metadata,
  ): void
  /** Does nothing if no file was begun. @throws RootfsError */
  write(chunk: Uint8Array): void
  /** @throws RootfsError */
  end(): void
  /** Closes a file that is incomplete. */
  close(): void
}

export function createBodyWriter(newFiles: NewFiles, { maxBytes }: Pick<Limits, 'maxBytes'>): BodyWriter {
  const files = createFileWriter(newFiles)
  let bytes = 0
  let writing: { readonly parent: DirectoryNode; readonly name: NameBytes } | undefined
  return {
    get bytes() {
      return bytes
    },
    begin({ directory, parent, name }, entry, metadata) {
      try {
        files.begin(directory, name, entry, metadata)
      } catch (error) {
        throw systemError(error, shownPath(parent, name))
      }
      writing = { parent, name }
    },
    write(chunk) {
      if (writing === undefined) return
      bytes += chunk.length
      const { parent, name } = writing
      if (bytes > maxBytes)
        throw beyondLimit('maxBytes', maxBytes, shownPath(parent, name), `it brings the total to ${bytes} bytes`)
      try {
        files.write(chunk)
      } catch (error) {
        throw systemError(error, shownPath(parent, name))
      }
    },
    end() {
      if (writing === undefined) return
      const { parent, name } = writing
      writing = undefined
      try {
        files.end()
      } catch (error) {
        throw systemError(error, shownPath(parent, name))
      }
    },
    close: () => files.close(),
  }
}

import { closeSync, constants, openSync } from 'node:fs'
import type { TarEntry } from '@lading/tar'
import { at } from '../descriptors/at.ts'
import type { Metadata, NameBytes } from '../tree/node.ts'
import { applyMetadata } from './metadata.ts'
import type { NewFiles } from './probe.ts'
import { createSparseWriter, type SparseWriter } from './sparse-writer.ts'
import { writeAll } from '../descriptors/write-all.ts'

const flags = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | (constants.O_NOFOLLOW ?? 0)

/** One file at a time, from its beginning to its metadata. */
export interface FileWriter {
  /** @throws the system's error */
  begin(directory: number, name: NameBytes, entry: TarEntry, metadata: Metadata): void
  /** @throws the system's error */
  write(bytes: Uint8Array): void
  /** @throws the system's error */
  end(): void
  /** Closes a file that is incomplete. */
  close(): void
}

export function createFileWriter({ uid, gid, modeMask }: NewFiles): FileWriter {
  let descriptor = -1
  let sparse: SparseWriter | undefined
  let made = 0
  let metadata: Metadata | undefined

  function close(): void {
    if (descriptor === -1) return
    const closing = descriptor
    descriptor = -1
    closeSync(closing)
  }

  return {
    begin(directory, name, entry, given) {
      made = given.mode & modeMask
      metadata = given
      descriptor = openSync(at(directory, name), flags, made)
      sparse = entry.sparse === undefined ? undefined : createSparseWriter(descriptor, entry.sparse)
    },
    write(bytes) {
      if (sparse === undefined) writeAll(descriptor, bytes, null)
      else sparse.write(bytes)
    },
    end() {
      sparse?.end()
      applyMetadata(descriptor, metadata as Metadata, { uid, gid, mode: made })
      close()
    },
    close,
  }
}

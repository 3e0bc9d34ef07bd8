import { randomUUID } from 'node:crypto'
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { copyFile, link, mkdir, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Digest } from '@lading/digest'
import type { Storage, StoredBlob } from '../storage.ts'
import { fileBlob } from './file-blob.ts'
import { fileReceiver } from './file-receiver.ts'
import { indexWriter } from './index-writer.ts'
import type { IndexEntry } from './layout-index.ts'
import { blobPath, layoutOf, uploadsOf } from './layout-paths.ts'

/** Keeps each repository as an OCI image layout below `root`. */
export function directoryStorage(root: string, before: ReadonlyMap<string, readonly IndexEntry[]>): Storage {
  const indexes = indexWriter(root, before)

  function write(repository: string, digest: Digest, bytes: Uint8Array): string {
    const place = blobPath(layoutOf(root, repository), digest)
    const temporary = `${place}.${randomUUID()}`
    mkdirSync(dirname(place), { recursive: true })
    writeFileSync(temporary, bytes)
    renameSync(temporary, place)
    return place
  }

  return {
    put: (repository, digest, bytes) => fileBlob(write(repository, digest, bytes)),
    receive: (algorithm) => fileReceiver(root, algorithm, (repository) => layoutOf(root, repository)),
    async share(blob, repository, digest) {
      if (blob.path === undefined) return fileBlob(write(repository, digest, blob.bytes()))
      const place = blobPath(layoutOf(root, repository), digest)
      await mkdir(dirname(place), { recursive: true })
      await sameFile(blob.path, place)
      return fileBlob(place)
    },
    remove: (blob: StoredBlob) => {
      if (blob.path !== undefined) rmSync(blob.path, { force: true })
    },
    hasRoom: () => true,
    putManifest(repository, { digest, bytes }) {
      write(repository.name, digest, bytes)
      indexes.changed(repository)
    },
    removeManifest(repository, { digest }) {
      if (!repository.blobs.has(digest)) rmSync(blobPath(layoutOf(root, repository.name), digest), { force: true })
      indexes.changed(repository)
    },
    changed: (repository) => indexes.changed(repository),
    settled: () => indexes.settled(),
    async close() {
      await indexes.settled()
      await rm(uploadsOf(root), { recursive: true, force: true })
    },
  }
}

/** A blob never changes, so two names for one file will do where the file system allows it. */
async function sameFile(from: string, to: string): Promise<void> {
  try {
    await link(from, to)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return
    await copyFile(from, to)
  }
}

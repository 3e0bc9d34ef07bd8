import { resolve } from 'node:path'
import type { Target } from '@lading/content'
import { nodeFileSystem, type FileSystem, type Waiting } from '@lading/content-store'
import { layoutBlobs } from './layout-blobs.ts'
import { layoutDelivery } from './layout-delivery.ts'
import { layoutPlaces, prepareLayout } from './prepare-layout.ts'

export interface CreateLayoutOptions {
  /** Default: this machine's. */
  readonly fs?: FileSystem | undefined
  /** How long another process that holds the lock may show no sign of life before waiting for it fails with `LOCK_TIMEOUT`, in milliseconds. Default 30 000. */
  readonly lockTimeoutMs?: number | undefined
  /** Called when another process is waited for. */
  readonly onWaiting?: ((waiting: Waiting) => void) | undefined
}

/**
 * A target that writes an OCI image layout directory (image-spec, image-layout.md), and creates it if needed. Blobs are verified
 * and on the disk before they get their names; documents follow, children first, and `index.json` last of all, in one
 * step: a reader never finds incomplete content, not even after a power cut. Entries of others stay. Two of us
 * take turns; if a program without our lock writes between our reading and our writing, the file is read again. A blob that is
 * there already is read and verified before it counts; a damaged one is requested again, and replaced.
 *
 * Names are values of `org.opencontainers.image.ref.name`, or any other text, which is then stored in
 * `io.containerd.image.name` alone. Foreign layers may be missing.
 *
 * @throws from its deliveries: ArchiveError `ARCHIVE_UNKNOWN` (a directory with other files), `ARCHIVE_INVALID` (an
 *   invalid `index.json`, which is not changed), `ARCHIVE_UNSUPPORTED`; DeliveryError; ContentError for what the
 *   file system refuses, `LOCK_TIMEOUT`, `LOCK_LOST`
 */
export function createLayout(directory: string, options: CreateLayoutOptions = {}): Target {
  const { fs = nodeFileSystem() } = options
  const places = layoutPlaces(resolve(directory))
  const blobs = layoutBlobs(fs, places.blob)
  return {
    traits: { partialIndex: true, rewinds: true, parallel: Number.POSITIVE_INFINITY, foreignOptional: true },
    async begin({ signal } = {}) {
      signal?.throwIfAborted()
      const lock = await prepareLayout(fs, places, { ...options, signal })
      return layoutDelivery({ fs, places, blobs, lock })
    },
  }
}

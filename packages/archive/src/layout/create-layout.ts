import { resolve } from 'node:path'
import type { Target } from '@lading/content'
import { nodeFileSystem, type FileSystem, type Waiting } from '@lading/content-store'
import { layoutBlobs } from './layout-blobs.ts'
import { layoutDelivery } from './layout-delivery.ts'
import { layoutPlaces, prepareLayout } from './prepare-layout.ts'

export interface CreateLayoutOptions {
  /** Default: this machine's. */
  readonly fs?: FileSystem | undefined
  /** How long another process that writes the layout may give no sign of life before waiting for it ends with `LOCK_TIMEOUT`, in milliseconds. Default 30 000. */
  readonly lockTimeoutMs?: number | undefined
  /** Told when another process is waited for. */
  readonly onWaiting?: ((waiting: Waiting) => void) | undefined
}

/**
 * An OCI image layout directory as a target (image-spec, image-layout.md), made when it is not there. Blobs are verified
 * and on the disk before they have their names; documents follow, children first, and `index.json` last of all, in one
 * step: a reader finds nothing that is not whole, nor does anybody after a power cut. Entries of others stay. Two of us
 * take turns; of a program that takes none, what it wrote between our reading and our writing is read again. A blob that is
 * there already is read and verified before it counts; one that is damaged is asked for, and replaced.
 *
 * Names are what `org.opencontainers.image.ref.name` may be, or any other text, which then stands in
 * `io.containerd.image.name` alone. Foreign layers may be missing.
 *
 * @throws by its deliveries: ArchiveError `ARCHIVE_UNKNOWN` (somebody else's directory), `ARCHIVE_INVALID` (an
 *   `index.json` that is none, which is left as it is), `ARCHIVE_UNSUPPORTED`; DeliveryError; ContentError for what the
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

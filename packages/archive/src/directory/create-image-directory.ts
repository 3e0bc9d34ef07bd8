import { resolve } from 'node:path'
import type { Target } from '@lading/content'
import { nodeFileSystem } from '@lading/content-store'
import type { CreateLayoutOptions } from '../layout/create-layout.ts'
import { layoutBlobs } from '../layout/layout-blobs.ts'
import { directoryDelivery } from './directory-delivery.ts'
import { directoryPlaces } from './directory-places.ts'
import { prepareDirectory } from './prepare-directory.ts'

/**
 * A target that writes a directory with one image, as `skopeo copy … dir:DIRECTORY` does: `manifest.json`, blobs under their hex
 * digits, children of an index as `<hex>.manifest.json`. It is created if needed; an existing image is replaced when
 * the new one is complete, and `manifest.json` changes in one step. It has no names: those of a publication are
 * ignored. Foreign layers may be missing.
 *
 * @throws from its deliveries: ArchiveError `ARCHIVE_UNKNOWN` (a directory with other files), `ARCHIVE_UNSUPPORTED`;
 *   DeliveryError; ContentError for what the file system refuses, `LOCK_TIMEOUT`, `LOCK_LOST`
 */
export function createImageDirectory(directory: string, options: CreateLayoutOptions = {}): Target {
  const { fs = nodeFileSystem() } = options
  const places = directoryPlaces(resolve(directory))
  const blobs = layoutBlobs(fs, places.blob)
  return {
    traits: {
      partialIndex: true,
      rewinds: true,
      parallel: Number.POSITIVE_INFINITY,
      foreignOptional: true,
      single: true,
    },
    async begin({ signal } = {}) {
      signal?.throwIfAborted()
      const lock = await prepareDirectory(fs, places, { ...options, signal })
      return directoryDelivery({ fs, places, blobs, lock })
    },
  }
}

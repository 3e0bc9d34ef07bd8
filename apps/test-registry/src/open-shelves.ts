import type { Clock } from './clock.ts'
import type { Built } from './images/built.ts'
import { loadLayout } from './load-layout.ts'
import type { Shelves } from './routes/handle.ts'
import { seed } from './seed.ts'
import { openStorage } from './state/open-storage.ts'
import { createUploads } from './state/uploads.ts'
import type { TestRegistryOptions } from './test-registry.ts'

const mebibyte = 1024 * 1024

/**
 * What the registry has to begin with, and how it keeps more.
 *
 * @throws TestRegistryError `STORAGE_INVALID`, `NAME_INVALID`
 */
export async function openShelves(options: TestRegistryOptions, clock: Clock): Promise<Shelves> {
  const state = await openStorage(options)
  for (const [name, directory] of Object.entries(options.layouts ?? {})) await loadLayout(state, directory, name)
  for (const image of options.images ?? []) seed<Built>(state, image)
  await state.storage.settled()
  return {
    state,
    uploads: createUploads(state.storage, {
      now: clock.now,
      expiresInMs: (options.uploadExpiresInSeconds ?? 3600) * 1000,
      most: options.maxUploads ?? 1000,
    }),
    quirks: options.quirks ?? {},
    limits: {
      manifestBytes: options.maxManifestBytes ?? 4 * mebibyte,
      blobBytes: options.maxBlobBytes ?? 1024 * mebibyte,
    },
    referrers: options.referrers ?? true,
  }
}

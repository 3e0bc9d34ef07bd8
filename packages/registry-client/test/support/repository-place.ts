import type { ContentPlace } from '@lading/content/compliance'
import { digestOf } from '@lading/digest/hash'
import { createRegistryClient } from '../../src/index.ts'
import { virtualClock } from './virtual-clock.ts'

let places = 0

/** A repository of its own at a registry, as the compliance suite of content wants it. */
export function repositoryPlace(
  host: string,
  { chunkSize, dispose }: { readonly chunkSize?: number; readonly dispose?: () => Promise<void> } = {},
): ContentPlace {
  const path = `team/place-${++places}`
  const client = createRegistryClient({ clock: virtualClock() })
  const repository = client.repository(`${host}/${path}`)
  return {
    source: repository.source(),
    target: repository.target({ chunkSize }),
    async again() {
      const other = client.repository(`${host}/${path}`)
      return { source: other.source(), target: other.target() }
    },
    async elsewhere(bytes) {
      const other = `${path}-elsewhere`
      const digest = digestOf(bytes)
      await client
        .repository(`${host}/${other}`)
        .blobs.upload({ mediaType: 'application/octet-stream', digest, size: bytes.byteLength }, bytes)
      return { host, repository: other }
    },
    async dispose() {
      await client.close()
      await dispose?.()
    },
  }
}

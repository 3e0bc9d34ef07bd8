import type { Digest } from '@lading/digest'
import { algorithmOf } from '../names.ts'
import { ensureRepository, storeBlob, type RepositoryState } from '../state/repository-state.ts'
import type { RouteContext } from './context.ts'
import { readManifest } from './manifest-document.ts'

/**
 * True when the blob is the repository's now. Without `from` any repository will do, the spec's automatic content
 * discovery; in any case only one that the caller may read.
 */
export async function mount(context: RouteContext, digest: Digest, from: string | null): Promise<boolean> {
  const { state, quirks } = context
  const kind = quirks.mounts ?? 'any'
  if (kind === 'none' || (from === null && kind !== 'any')) return false
  const candidates = from === null ? state.repositories.values() : [state.repositories.get(from)]
  for (const repository of candidates) {
    const blob = repository?.blobs.get(digest)
    if (repository === undefined || blob === undefined || !context.caller.mayRead(repository.name)) continue
    if (kind === 'referenced' && !isReferenced(repository, digest)) continue
    // Docker's registry links what it then looks for under its sha256, and finds under neither name.
    const lost = quirks.digestHeader === 'sha256' && algorithmOf(digest) !== 'sha256'
    if (repository.name !== context.repository && !lost) {
      const here = ensureRepository(state, context.repository)
      storeBlob(state, here, digest, await state.storage.share(blob, here.name, digest))
      state.storage.changed(here)
      await state.storage.settled()
    }
    return true
  }
  return false
}

function isReferenced(repository: RepositoryState, digest: Digest): boolean {
  return [...repository.manifests.values()].some(({ bytes }) => {
    const document = readManifest(bytes)
    return typeof document === 'object' && document.blobs.some((blob) => blob.digest === digest)
  })
}

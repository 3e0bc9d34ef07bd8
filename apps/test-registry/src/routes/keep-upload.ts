import type { Digest } from '@lading/digest'
import { algorithmOf } from '../names.ts'
import { ensureRepository, storeBlob } from '../state/repository-state.ts'
import type { Upload } from '../state/uploads.ts'
import type { RouteContext } from './context.ts'

/** The upload is a blob from now on. Where every blob has its sha256 as well (Docker's registry), that one is the result. */
export async function keepUpload(
  { state, uploads, quirks, repository }: RouteContext,
  upload: Upload,
  digest: Digest,
): Promise<Digest | undefined> {
  const twin =
    quirks.digestHeader === 'sha256' && algorithmOf(digest) !== 'sha256'
      ? await upload.receiver.digest('sha256')
      : undefined
  uploads.done(upload.id)
  const blob = await upload.receiver.keep(repository, digest)
  storeBlob(state, ensureRepository(state, repository), digest, blob)
  if (twin !== undefined)
    storeBlob(state, ensureRepository(state, repository), twin, await state.storage.share(blob, repository, twin))
  state.storage.changed(ensureRepository(state, repository))
  await state.storage.settled()
  return twin
}

import type { AbortOptions } from '@lading/clock'
import type { Origin, ReceiveOptions } from '@lading/content'
import type { Digest } from '@lading/digest'
import type { Site } from '../../site/site.ts'
import { originOf } from '../origin-of.ts'
import { openOrMount } from '../upload/mount-blob.ts'
import { cancelUpload, type UploadSession } from '../upload/upload-session.ts'

/** Each one that is refused costs a request, and soon an upload costs less. */
const mostMounts = 3

/** Mounts the blob from the first origin of this registry that has it (`undefined`), or opens an upload. */
export async function openFromOrigins(
  site: Site,
  digest: Digest,
  origins: readonly Origin[],
  { signal, onMount }: AbortOptions & Pick<ReceiveOptions, 'onMount'>,
): Promise<UploadSession | undefined> {
  const own = originOf(site.name)
  const near = origins
    .filter(({ host, repository }) => host === own.host && repository !== own.repository)
    .slice(0, mostMounts)
  for (const [at, origin] of near.entries()) {
    const session = await openOrMount(site, digest, { mount: { from: origin.repository }, signal })
    if (session === undefined) onMount?.(origin)
    if (session === undefined || at === near.length - 1) return session
    await cancelUpload(site, session, digest)
  }
  return openOrMount(site, digest, { signal })
}

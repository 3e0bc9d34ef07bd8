import type { AbortOptions } from '@lading/clock'
import type { Digest } from '@lading/digest'
import { isLadingError, printable } from '@lading/errors'
import { RegistryError } from '../../errors/registry-error.ts'
import type { Site } from '../../site/site.ts'
import { cancelUpload, openUpload, type OpenOptions, type UploadSession } from './upload-session.ts'

const pathForm = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/
/** What a registry says of a repository that we may not read, or that is not there: no reason not to push. */
const ofTheOther: ReadonlySet<string> = new Set([
  'UNAUTHORIZED',
  'DENIED',
  'TOKEN_FAILED',
  'NAME_UNKNOWN',
  'BLOB_UNKNOWN',
  'NOT_FOUND',
  'UNSUPPORTED',
  'NAME_INVALID',
])

/** Mounts the blob (`undefined`), or opens an upload: where mounting is refused, as though nobody had asked for it. */
export async function openOrMount(
  site: Site,
  digest: Digest,
  { mount, signal }: OpenOptions,
): Promise<UploadSession | undefined> {
  if (mount === undefined) return openUpload(site, digest, { signal })
  const from = mount.from === undefined ? undefined : pathAt(site, mount.from)
  try {
    return await openUpload(site, digest, { mount: { from }, signal })
  } catch (error) {
    signal?.throwIfAborted()
    if (!isLadingError(error) || !ofTheOther.has(error.code)) throw error
    return openUpload(site, digest, { signal })
  }
}

/** True when the blob is the repository's now; false when the registry would rather have it uploaded. */
export async function mountBlob(
  site: Site,
  digest: Digest,
  { from, signal }: AbortOptions & { readonly from?: string | undefined },
): Promise<boolean> {
  const session = await openOrMount(site, digest, { mount: { from }, signal })
  if (session === undefined) return true
  await cancelUpload(site, session, digest)
  return false
}

/** A repository of the same registry: its path, or its full name. */
function pathAt({ name, path }: Site, from: string): string {
  const domain = name.slice(0, name.length - path.length)
  const own = from.startsWith(domain) ? from.slice(domain.length) : from
  if (pathForm.test(own)) return own
  throw new RegistryError('OPTION_INVALID', `"${printable(from, 200)}" is not a repository that can be mounted from`, {
    repository: name,
    hint: 'write its path on the same registry, like team/base',
  })
}

import type { AbortOptions } from '@lading/clock'
import { repositoryUrl } from '../site/api-url.ts'
import { isDigest, parseDigest, tryParseDigest, type Digest } from '@lading/digest'
import { isLadingError } from '@lading/errors'
import { schemas } from '@lading/manifest'
import { deleteScope } from '../auth/scopes.ts'
import { RegistryError } from '../errors/registry-error.ts'
import { TransportError } from '../errors/transport-error.ts'
import { answerHead } from '../site/answer-head.ts'
import type { Site } from '../site/site.ts'
import { repeatAt } from '../site/repeat-at.ts'
import { removeFromFallback } from './fallback-referrers.ts'
import { fetchManifest, manifestUrl } from './manifests.ts'

/** Status of a deletion that is off: the specification's, and what docker-registry answers for a tag. */
const switchedOff = 'deletion is turned off at this registry; its operator can turn it on'

/**
 * DELETE of a manifest by tag or digest (distribution-spec end-9). By digest it goes from the fallback tag of its
 * subject too, where there is one.
 */
export async function deleteManifest(site: Site, target: string, options: AbortOptions): Promise<void> {
  const url = manifestUrl(site, target)
  const digest = tryParseDigest(target)
  const subject = digest === undefined ? undefined : await subjectOf(site, digest, options)
  await remove(site, url, { subject: 'manifest', digest }, options)
  if (digest === undefined || subject === undefined) return
  try {
    await removeFromFallback(site, subject, digest, options)
  } catch (error) {
    options.signal?.throwIfAborted()
    if (!isLadingError(error)) throw error
    throw new RegistryError(
      'REFERRERS_CONFLICT',
      `${digest} is deleted, but still listed among the referrers of ${subject}: ${error.message}`,
      {
        host: url.host,
        repository: site.name,
        digest,
        cause: error,
        hint: 'somebody who can push there can correct the list',
      },
    )
  }
}

/** DELETE of a blob (distribution-spec end-10). */
export function deleteBlob(site: Site, digest: Digest, options: AbortOptions): Promise<void> {
  const url = repositoryUrl(site, `blobs/${parseDigest(digest)}`)
  return remove(site, url, { subject: 'blob', digest }, options)
}

/** What is not there after an answer was lost is what the lost answer did. */
async function remove(
  site: Site,
  url: URL,
  about: { readonly subject: 'manifest' | 'blob'; readonly digest: Digest | undefined },
  options: AbortOptions,
): Promise<void> {
  let lost = false
  const question = { method: 'DELETE', url, headers: {}, moves: true } as const
  try {
    await repeatAt(
      site,
      url,
      async (at) => {
        try {
          await answerHead(at, question, {
            ...options,
            scope: deleteScope(site.path),
            about,
            expects: [202, 200, 204],
          })
        } catch (error) {
          options.signal?.throwIfAborted()
          if (lost && isLadingError(error) && error.facts.status === 404) return
          lost ||= error instanceof TransportError && (error.code === 'CONNECTION_LOST' || error.code === 'TIMEOUT')
          throw error
        }
      },
      options,
    )
  } catch (error) {
    throw explained(error, url)
  }
}

function explained(error: unknown, url: URL): unknown {
  if (!(error instanceof RegistryError)) return error
  const { status } = error.facts
  // docker-registry answers the deletion of a tag with 400 and a word about digests.
  const off = status === 405 || (status === 400 && !isDigest(url.pathname.slice(url.pathname.lastIndexOf('/') + 1)))
  if (!off) return error
  const { message, facts, repository, reported, retryAfterMs } = error
  const hint =
    status === 405 ? switchedOff : 'this registry does not delete tags; delete the digest that the tag points to'
  return new RegistryError('UNSUPPORTED', message, { ...facts, repository, reported, retryAfterMs, cause: error, hint })
}

async function subjectOf(site: Site, digest: Digest, options: AbortOptions): Promise<Digest | undefined> {
  try {
    const found = await fetchManifest(site, schemas, digest, undefined, options)
    return found === 'not-modified' ? undefined : found.manifest.subject?.digest
  } catch (error) {
    options.signal?.throwIfAborted()
    // What cannot be read can be deleted all the same.
    if (isLadingError(error)) return undefined
    throw error
  }
}

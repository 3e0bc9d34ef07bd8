import type { AbortOptions } from '@lading/clock'
import { algorithmOf, type Digest } from '@lading/digest'
import type { Site } from '../../site/site.ts'
import { cancelUpload, openUpload, uploadStatus, type UploadSession } from './upload-session.ts'
import { countedBytes, createHashedBytes, type HashedBytes } from './hashed-bytes.ts'

/** An upload at a registry, with what we know of its bytes. It outlives the receiver that fills it. */
export interface OpenUpload {
  readonly site: Site
  readonly digest: Digest | undefined
  readonly session: UploadSession
  readonly hashed: HashedBytes
  /** What comes is known to be right, and is not hashed here. */
  readonly verified: boolean
  /** Bytes that the registry has. */
  readonly offset: number
  /** Its last request was ended by us: the registry may still be taking bytes of it. */
  readonly brokenOff: boolean
  /** Where it said that it stands, it took nothing: what it says is not believed again. */
  readonly miscounts?: boolean | undefined
}

/** How often the registry is asked for bytes that it may still be taking. */
const mostStatuses = 4

export function newUpload(
  site: Site,
  digest: Digest | undefined,
  session: UploadSession,
  { verified = false }: { readonly verified?: boolean | undefined } = {},
): OpenUpload {
  const hashed =
    digest !== undefined && verified
      ? countedBytes(digest)
      : createHashedBytes(digest === undefined ? undefined : algorithmOf(digest))
  return { site, digest, session, hashed, verified, offset: 0, brokenOff: false }
}

/**
 * The upload where the registry says that it is (distribution-spec, "Pushing a blob in chunks"). One that the registry
 * does not know any more, or counts otherwise than we do, is given up for a new one; `here` when it ended well and only
 * the answer was lost.
 */
export async function goOnWith(
  upload: OpenUpload,
  {
    size,
    verified,
    isThere,
    signal,
  }: AbortOptions & {
    readonly size: number
    readonly verified: boolean
    readonly isThere: () => Promise<boolean>
  },
): Promise<OpenUpload | 'here'> {
  const { site, digest, session, hashed } = upload
  if (digest === undefined || upload.miscounts === true) return startOver({ ...upload, verified }, { signal })
  const has = await settledStatus(upload, digest, { signal })
  if (has === undefined && hashed.length === size && (await isThere())) return 'here'
  // What nobody hashed and what has to be hashed make no digest together.
  const mixed = upload.verified !== verified && has !== 0
  if (has === undefined || has > hashed.length || mixed) return startOver({ ...upload, verified }, { signal })
  // From the start, it may be another source: what was hashed of the one before says nothing.
  return has === 0 ? newUpload(site, digest, session, { verified }) : { ...upload, offset: has, brokenOff: false }
}

/** How many bytes the registry has, once it has no more than a moment ago. */
async function settledStatus(
  { site, session, brokenOff }: OpenUpload,
  digest: Digest,
  options: AbortOptions,
): Promise<number | undefined> {
  let has = await uploadStatus(site, session, digest, options)
  if (!brokenOff) return has
  for (let asked = 1; asked < mostStatuses; asked++) {
    const before = has
    has = await uploadStatus(site, session, digest, options)
    if (has === before) break
  }
  return has
}

/** A new upload in place of one. */
export async function startOver(
  { site, digest, session, verified }: OpenUpload,
  options: AbortOptions,
): Promise<OpenUpload> {
  await cancelUpload(site, session, digest)
  const next = await openUpload(site, digest, options)
  // Only a mount is answered without a session.
  return newUpload(site, digest, next as UploadSession, { verified })
}

export const giveUp = ({ site, session, digest }: OpenUpload): Promise<void> =>
  site.wire.closed() ? Promise.resolve() : cancelUpload(site, session, digest)

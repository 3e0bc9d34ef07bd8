import { failure } from '../http/registry-errors.ts'
import { json, type Reply } from '../http/message.ts'
import { oci } from '../media-types.ts'
import { isDigest } from '../names.ts'
import type { StoredManifest } from '../state/repository-state.ts'
import type { RouteContext } from './context.ts'

/** Distribution spec, "Listing Referrers": an empty index for what nobody refers to, never 404. */
export function referrers({ request, state, repository, target, referrers: enabled, quirks }: RouteContext): Reply {
  if (!enabled) return failure('UNSUPPORTED', undefined, { status: 404 })
  if (!isDigest(target)) return failure('DIGEST_INVALID', { digest: target })
  const wanted = request.query.get('artifactType')
  const last = request.query.get('last')
  const found = [...(state.repositories.get(repository)?.manifests.values() ?? [])]
    .flatMap((manifest) => referring(manifest) ?? [])
    .filter(
      ({ subject, descriptor }) =>
        subject === target &&
        (wanted === null || descriptor.artifactType === wanted) &&
        (last === null || descriptor.digest > last),
    )
    .map(({ descriptor }) => descriptor)
    .toSorted((left, right) => (left.digest < right.digest ? -1 : 1))
  const manifests = found.slice(0, quirks.maxPageSize ?? found.length)
  const next = manifests.length < found.length ? manifests.at(-1)?.digest : undefined
  return json(
    200,
    { schemaVersion: 2, mediaType: oci.index, manifests },
    {
      'content-type': oci.index,
      ...(wanted === null ? {} : { 'oci-filters-applied': 'artifactType' }),
      ...(next === undefined
        ? {}
        : {
            link: `</v2/${repository}/referrers/${target}?${new URLSearchParams({ ...(wanted === null ? {} : { artifactType: wanted }), last: next }).toString()}>; rel="next"`,
          }),
    },
  )
}

interface Referring {
  readonly subject: string
  readonly descriptor: {
    readonly mediaType: string
    readonly digest: string
    readonly size: number
    readonly artifactType?: string | undefined
    readonly annotations?: unknown
  }
}

// A manifest never changes, and there may be thousands: each is parsed once.
const parsed = new WeakMap<StoredManifest, Referring | null>()

function referring(manifest: StoredManifest): Referring | null {
  let known = parsed.get(manifest)
  if (known === undefined) {
    known = read(manifest)
    parsed.set(manifest, known)
  }
  return known
}

/** `null` for what refers to nothing, and for what is no JSON: seeded manifests may be anything. */
function read({ bytes, mediaType, digest }: StoredManifest): Referring | null {
  let document: {
    readonly subject?: { readonly digest?: string }
    readonly artifactType?: string
    readonly config?: { readonly mediaType?: string }
    readonly annotations?: unknown
  } | null
  try {
    document = JSON.parse(new TextDecoder().decode(bytes)) as typeof document
  } catch {
    return null
  }
  const subject = document?.subject?.digest
  if (typeof subject !== 'string') return null
  const artifactType = document?.artifactType ?? document?.config?.mediaType
  const annotations = document?.annotations ?? undefined
  return {
    subject,
    descriptor: {
      mediaType,
      digest,
      size: bytes.length,
      ...(artifactType === undefined ? {} : { artifactType }),
      ...(annotations === undefined ? {} : { annotations }),
    },
  }
}

import { namesContent } from '@lading/content'
import type { Descriptor } from '@lading/manifest'
import type { Documents, FoundDocument } from '../cache/documents.ts'
import type { Proofs } from '../cache/proofs.ts'
import type { TagAnswer, Tags } from '../cache/tags.ts'
import type { Ask } from '../request/parse-ask.ts'
import { isKnown } from '../request/is-known.ts'
import type { RequestHeaders } from '../request/request-head.ts'
import type { Absences } from '../upstream/absences.ts'
import { assertPassable } from '../upstream/assert-passable.ts'
import type { AskUpstream, Asker } from '../upstream/ask-upstream.ts'
import { notThere } from '../upstream/error-answer.ts'
import { isMissing } from '../upstream/judge-failure.ts'
import { ageHeaders, contentHeaders, placeHeaders } from './common-headers.ts'
import type { Response } from './response.ts'

export interface ManifestParts {
  readonly documents: Documents
  readonly proofs: Proofs
  readonly tags: Tags
  readonly absences: Absences
  readonly ask: AskUpstream
  readonly now: () => number
  readonly offline: boolean
}

type ManifestAsk = Extract<Ask, { readonly kind: 'manifest' }>

interface Found {
  readonly descriptor: Descriptor
  readonly document?: FoundDocument | undefined
  readonly tag?: TagAnswer | undefined
}

/** GET and HEAD of a manifest (distribution-spec, "Pulling manifests"). */
export async function answerManifest(
  parts: ManifestParts,
  { place, target }: ManifestAsk,
  {
    response,
    headers,
    asker,
  }: { readonly response: Response; readonly headers: RequestHeaders; readonly asker: Asker },
): Promise<'cache' | 'upstream'> {
  const find = 'tag' in target ? byTag : byDigest
  const { descriptor, document, tag } = await find()
  const answer = {
    ...placeHeaders(place),
    ...contentHeaders(descriptor.digest),
    ...(tag === undefined ? {} : ageHeaders(tag, parts.now())),
  }
  if (isKnown(headers, descriptor.digest)) response.send(304, answer, new Uint8Array())
  else if (document === undefined) {
    response.begin(200, { ...answer, 'content-type': descriptor.mediaType, 'content-length': descriptor.size })
    response.end()
  } else response.send(200, { ...answer, 'content-type': descriptor.mediaType }, document.bytes)
  return document?.from ?? 'cache'

  /** Of a HEAD, or of what the client has, the bytes are not fetched. */
  async function documentOf(of: Descriptor): Promise<FoundDocument | undefined> {
    if (response.isHead || isKnown(headers, of.digest)) return undefined
    return parts.documents.get(place, of, asker)
  }

  async function byTag(): Promise<Found> {
    const name = 'tag' in target ? target.tag : ''
    const found = await parts.tags.resolve(place, name, asker)
    assertPassable(place, found.descriptor)
    try {
      const got = await documentOf(found.descriptor)
      if (got !== undefined) await parts.tags.settle(place, name, found)
      return { descriptor: found.descriptor, document: got, tag: found }
    } catch (error) {
      // It moved, and what it is now cannot be had.
      const before = await parts.tags.instead(place, name, error)
      if (before === undefined || before.descriptor.digest === found.descriptor.digest) throw error
      return { descriptor: before.descriptor, document: await documentOf(before.descriptor), tag: before }
    }
  }

  async function byDigest(): Promise<Found> {
    const digest = 'digest' in target ? target.digest : undefined
    if (digest === undefined) throw notThere('manifest', place)
    const proved = await parts.proofs.of(place, 'manifests', digest)
    if (proved !== undefined && namesContent(proved)) return { descriptor: proved, document: await documentOf(proved) }
    if (parts.offline) throw notThere('manifest', place, 'it is not in the cache, and this server is offline')
    const key = JSON.stringify(['manifest', place.upstream.host, place.repository, digest])
    if (parts.absences.has(key)) throw notThere('manifest', place)
    const found = await parts
      .ask(
        place,
        {
          need: 'resolve',
          what: digest,
          async put(source, options) {
            const resolved = await source.resolve(digest, options)
            await parts.proofs.add(place, 'manifests', resolved)
            return resolved
          },
        },
        asker,
      )
      .catch((error: unknown) => {
        if (isMissing(error)) parts.absences.add(key)
        throw error
      })
    assertPassable(place, found)
    return { descriptor: found, document: await documentOf(found) }
  }
}

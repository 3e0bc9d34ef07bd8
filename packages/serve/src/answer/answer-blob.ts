import type { BlobSink } from '@lading/content'
import { isAbsence } from '@lading/content'
import type { Digest } from '@lading/digest'
import { isLadingError } from '@lading/errors'
import type { ByteRange, Content, Downloads } from '../contracts.ts'
import type { Keep } from '../cache/keep.ts'
import type { Proofs } from '../cache/proofs.ts'
import { byteRange } from '../request/byte-range.ts'
import type { Place } from '../request/choose-upstream.ts'
import { isKnown, rangeHolds } from '../request/is-known.ts'
import type { Ask } from '../request/parse-ask.ts'
import { onlyLine, type RequestHeaders } from '../request/request-head.ts'
import { ServeError } from '../serve-error.ts'
import type { OnServeEvent } from '../serve-event.ts'
import type { Absences } from '../upstream/absences.ts'
import type { AskUpstream, Asker } from '../upstream/ask-upstream.ts'
import { notThere } from '../upstream/error-answer.ts'
import { isMissing } from '../upstream/judge-failure.ts'
import { contentHeaders, placeHeaders } from './common-headers.ts'
import type { Response } from './response.ts'

export interface BlobParts {
  readonly content: Content
  readonly downloads: Downloads
  readonly keep: Keep
  readonly proofs: Proofs
  readonly absences: Absences
  readonly ask: AskUpstream
  readonly assertRate: (client: string) => void
  readonly offline: boolean
  readonly onEvent: OnServeEvent
}

type BlobAsk = Extract<Ask, { readonly kind: 'blob' }>

interface Request {
  readonly response: Response
  readonly headers: RequestHeaders
  readonly asker: Asker
}

const mediaType = 'application/octet-stream'

/** GET and HEAD of a blob (distribution-spec, "Pulling blobs"), with one range (RFC 9110 14). */
export async function answerBlob(
  parts: BlobParts,
  { place, digest }: BlobAsk,
  { response, headers, asker }: Request,
): Promise<'cache' | 'download'> {
  const size = await provedSize(parts, { place, digest, asker })
  const answer = { ...placeHeaders(place), ...contentHeaders(digest), 'accept-ranges': 'bytes' }
  if (isKnown(headers, digest)) {
    response.send(304, answer, new Uint8Array())
    return 'cache'
  }
  const whole = { start: 0, end: size }
  const asked =
    response.isHead || !rangeHolds(headers, digest) ? undefined : byteRange(onlyLine(headers, 'range'), size)
  if (asked === 'unsatisfiable')
    throw new ServeError('RANGE_INVALID', `the blob has ${size} bytes`, {
      status: 416,
      headers: { 'content-range': `bytes */${size}` },
    })
  const range = asked ?? whole
  const begin = (): void =>
    response.begin(asked === undefined ? 200 : 206, {
      ...answer,
      'content-type': mediaType,
      'content-length': range.end - range.start,
      ...(asked === undefined ? {} : { 'content-range': `bytes ${range.start}-${range.end - 1}/${size}` }),
    })
  if (response.isHead) {
    begin()
    response.end()
    return 'cache'
  }
  const told = { kind: 'blob', host: place.upstream.host, repository: place.repository } as const
  if (await sendFromHere(parts.content, { digest, size, range, begin, response, signal: asker.signal })) {
    parts.onEvent({ type: 'hit', ...told, digest, size: range.end - range.start })
    response.end()
    return 'cache'
  }
  if (parts.offline) throw notThere('blob', place, 'it is not in the cache, and this server is offline')
  parts.onEvent({ type: 'miss', ...told, what: digest })
  await sendFromDownload(parts, { place, digest, size, range, begin, response, asker })
  response.end()
  return 'download'
}

/** In bytes. @throws what says that it is not at this place */
async function provedSize(
  { proofs, ask, absences, offline }: BlobParts,
  { place, digest, asker }: { readonly place: Place; readonly digest: Digest; readonly asker: Asker },
): Promise<number> {
  const proved = await proofs.of(place, 'blobs', digest)
  if (proved !== undefined) return proved.size
  if (offline) throw notThere('blob', place, 'it is not in the cache, and this server is offline')
  const key = JSON.stringify(['blob', place.upstream.host, place.repository, digest])
  if (absences.has(key)) throw notThere('blob', place)
  try {
    return await ask(
      place,
      {
        need: 'stat',
        what: digest,
        async put(source, options) {
          const found = await source.stat(digest, options)
          if (found === undefined) throw notThere('blob', place)
          await proofs.add(place, 'blobs', { mediaType, digest, size: found.size })
          return found.size
        },
      },
      asker,
    )
  } catch (error) {
    if (isMissing(error)) absences.add(key)
    throw error
  }
}

interface Sending {
  readonly digest: Digest
  readonly size: number
  readonly range: ByteRange
  /** Writes the head. */
  readonly begin: () => void
  readonly response: Response
}

/** `false`: it is not here, and nothing was sent. */
async function sendFromHere(
  { source }: Content,
  { digest, size, range, begin, response, signal }: Sending & { readonly signal: AbortSignal },
): Promise<boolean> {
  const sink: BlobSink = {
    offset: range.start,
    end: range.end,
    begin,
    write: (chunk, giveBack) => response.write(chunk, giveBack),
  }
  try {
    await source.send({ mediaType, digest, size }, sink, { signal })
  } catch (error) {
    // Or something else is in its place, which a download finds out.
    if (!response.begun && (isAbsence(error) || isLadingError(error, 'SIZE_MISMATCH'))) return false
    throw error
  }
  if (!response.begun) begin()
  return true
}

async function sendFromDownload(
  { downloads, keep, assertRate }: BlobParts,
  { place, digest, size, range, begin, response, asker }: Sending & { readonly place: Place; readonly asker: Asker },
): Promise<void> {
  const { upstream, repository } = place
  const { signal } = asker
  if (!downloads.onTheWay().some((state) => state.digest === digest)) assertRate(asker.client)
  await keep({ mediaType, digest, size }, place)
  const from = (): ReturnType<typeof upstream.repository> => upstream.repository(repository)
  for (;;) {
    const shared = await downloads.open({ digest, size, from, host: upstream.host, repository }, { signal })
    try {
      for await (const chunk of shared.read(range, { signal })) {
        if (!response.begun) begin()
        await response.write(chunk)
      }
      if (!response.begun) begin()
      return
    } catch (error) {
      // What came was wrong or is lost, and comes again; this client has none of it.
      if (response.begun || !isLadingError(error, 'DOWNLOAD_RESTARTED')) throw error
    } finally {
      shared.close()
    }
  }
}

import { orAbort, sleep, type AbortOptions } from '@lading/clock'
import { isLadingError } from '@lading/errors'
import type { Descriptor } from '@lading/manifest'
import type { ByteRange, Content } from '../contracts.ts'
import { DownloadError } from './download-error.ts'
import type { DownloadView } from './progress.ts'
import { pullFromSource } from './pull-from-source.ts'

/** Of each blob, in bytes: given only when its digest is right. A whole config fits, and so does what ends a gzip stream. */
const heldBack = 64 * 1024
/** Of what another process brings nobody tells when it can be read again, in milliseconds. */
const lookAgainMs = 250

/**
 * A range of a blob on its way, at the reader's pace: from what is written while it comes, and from the store once it is
 * there.
 */
export async function* readDownload(
  download: DownloadView,
  blob: Descriptor,
  { content, start, end, signal }: ByteRange & AbortOptions & { readonly content: Content },
): AsyncGenerator<Uint8Array, void, undefined> {
  const { digest, size } = blob
  const early = Math.min(end, Math.max(0, size - heldBack))
  let at = start
  /** Of what was given. */
  let given: number | undefined
  /** Another process brought what was given, and has not ended with it. */
  let unproved = false
  for (;;) {
    signal?.throwIfAborted()
    const { outcome, open, elsewhere, generation } = download
    if (outcome !== undefined && 'error' in outcome) throw outcome.error
    const stale = given !== undefined && given !== generation
    // Until it is there or comes again it may yet say why it ends.
    if (stale && (open || outcome !== undefined)) throw restarted(blob)
    if (unproved && outcome !== undefined) throw restarted(blob)
    if (outcome !== undefined) {
      yield* pullFromSource(content.source, blob, { start: at, end, signal })
      return
    }
    if (at >= end && end <= early) return
    const changed = download.changed()
    if (open && !stale && at < early) {
      try {
        const either = signal === undefined ? download.failed : AbortSignal.any([signal, download.failed])
        // That there is no byte behind the last is said only once all of it is there, which nobody else would tell.
        const range = { start: at, end: elsewhere && end > early ? size + 1 : early }
        for await (const piece of content.arriving.read(digest, range, { signal: either })) {
          if (download.generation !== generation) break
          const shown = piece.subarray(0, Math.max(0, early - at))
          if (shown.byteLength === 0) continue
          given = generation
          unproved = elsewhere && end > early
          at += shown.byteLength
          yield shown
        }
        continue
      } catch (error) {
        signal?.throwIfAborted()
        if (download.failed.aborted) continue
        if (elsewhere && isLadingError(error, 'SIZE_MISMATCH') && error.facts.actual === size) {
          unproved = false
          continue
        }
        // It ended, one way or the other, and will say how.
        if (!isLadingError(error, 'INGEST_CLOSED') && !isLadingError(error, 'CONTENT_UNKNOWN')) throw error
        // The other says nothing, and whoever goes on may go on from other bytes.
        if (elsewhere && given === download.generation && isLadingError(error, 'INGEST_CLOSED')) throw restarted(blob)
      }
    }
    await orAbort(elsewhere && at < early ? Promise.race([changed, sleep(lookAgainMs, { signal })]) : changed, {
      signal,
    })
  }
}

const restarted = ({ digest }: Descriptor): DownloadError =>
  new DownloadError('DOWNLOAD_RESTARTED', `the download of ${digest} starts again from the beginning`, {
    digest,
    hint: 'discard what was read, and request it again',
  })

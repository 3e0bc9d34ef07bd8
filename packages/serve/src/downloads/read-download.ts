import { orAbort, type AbortOptions } from '@lading/clock'
import { isLadingError } from '@lading/errors'
import type { Descriptor } from '@lading/manifest'
import type { ByteRange, Content } from '../contracts.ts'
import { DownloadError } from './download-error.ts'
import type { DownloadView } from './progress.ts'
import { pullFromSource } from './pull-from-source.ts'

/** Of each blob, in bytes: given only when its digest is right. A whole config fits, and so does what ends a gzip stream. */
const heldBack = 64 * 1024

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
  for (;;) {
    signal?.throwIfAborted()
    const { outcome, open, generation } = download
    if (outcome !== undefined && 'error' in outcome) throw outcome.error
    const stale = given !== undefined && given !== generation
    // Until it is there or comes again it may yet say why it ends.
    if (stale && (open || outcome !== undefined)) throw restarted(blob)
    if (outcome !== undefined) {
      yield* pullFromSource(content.source, blob, { start: at, end, signal })
      return
    }
    if (at >= end && end <= early) return
    const changed = download.changed()
    if (open && !stale && at < early) {
      try {
        for await (const piece of content.arriving.read(digest, { start: at, end: early }, { signal })) {
          if (download.generation !== generation) break
          given = generation
          at += piece.byteLength
          yield piece
        }
        continue
      } catch (error) {
        signal?.throwIfAborted()
        // It ended, one way or the other, and will say how.
        if (!isLadingError(error, 'INGEST_CLOSED') && !isLadingError(error, 'CONTENT_UNKNOWN')) throw error
      }
    }
    await orAbort(changed, { signal })
  }
}

const restarted = ({ digest }: Descriptor): DownloadError =>
  new DownloadError('DOWNLOAD_RESTARTED', `what came of ${digest} counts no more: it comes again from its start`, {
    digest,
    hint: 'throw away what was read, and ask for it again',
  })

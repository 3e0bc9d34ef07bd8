import { orAbort, systemClock, type Clock } from '@lading/clock'
import { DeliveryError } from '@lading/content'
import type { Digest } from '@lading/digest'
import type { Descriptor } from '@lading/manifest'
import { createTransfers } from '@lading/transfer'
import type { Content, Downloads, SharedBlob, WantedBlob } from '../contracts.ts'
import type { OnServeEvent } from '../serve-event.ts'
import { startDownload, type Download } from './download.ts'
import { DownloadError } from './download-error.ts'
import { readDownload } from './read-download.ts'

export interface DownloadsOptions {
  readonly content: Content
  /** How many downloads run at once; others wait, in the order of asking. At least 1. Default 16. */
  readonly limit?: number | undefined
  /** For how long a download goes on that nobody watches, in milliseconds. Default 30 000. */
  readonly lingerMs?: number | undefined
  /** Default: the system's. */
  readonly clock?: Clock | undefined
  readonly onEvent?: OnServeEvent | undefined
}

/**
 * Downloads that are shared by whoever asks for the same blob.
 *
 * @throws `TRANSFER_OPTION_INVALID`
 */
export function createDownloads({
  content,
  limit = 16,
  lingerMs = 30_000,
  clock = systemClock,
  onEvent = () => {},
}: DownloadsOptions): Downloads {
  const transfers = createTransfers({ limit, clock })
  const underWay = new Map<Digest, Download>()
  /** Also those that have ended and are still read. */
  const all = new Set<Download>()
  let closed = false

  function start(wanted: WantedBlob): Download {
    const { digest } = wanted
    const download: Download = startDownload(wanted, {
      content,
      transfers,
      clock,
      lingerMs,
      onEvent,
      onEnd() {
        if (underWay.get(digest) === download) underWay.delete(digest)
      },
    })
    underWay.set(digest, download)
    all.add(download)
    void download.retired.then(() => all.delete(download))
    return download
  }

  const shared = (download: Download, blob: Descriptor, leave: () => void): SharedBlob => ({
    size: blob.size,
    read(range, { signal } = {}) {
      assertWithin(range, blob)
      return readDownload(download.view, blob, { content, ...range, signal })
    },
    close: leave,
  })

  return {
    async open(wanted, { signal } = {}) {
      for (;;) {
        signal?.throwIfAborted()
        if (closed) throw closedError()
        const present = underWay.get(wanted.digest)
        const download = present ?? start(wanted)
        const leave = download.enter()
        try {
          await orAbort(download.answered, { signal })
        } catch (error) {
          leave()
          signal?.throwIfAborted()
          // Another's may fail for reasons of its own: its registry, its credentials, its manifest.
          if (present === undefined || isSamePlace(present.wanted, wanted)) throw error
          continue
        }
        const { blob } = download.view
        if (blob !== undefined && blob.size === (wanted.size ?? blob.size)) {
          if (present !== undefined || download.view.elsewhere) tellJoined(wanted, blob.size)
          return shared(download, blob, leave)
        }
        leave()
        // Of two that say different sizes one is wrong, which the end of the download tells.
        const { view } = download
        while (view.outcome === undefined) await orAbort(view.changed(), { signal })
        if ('here' in view.outcome) throw wrongSize(wanted, blob?.size)
      }
    },
    onTheWay: () =>
      [...underWay.values()]
        .filter(({ view }) => view.outcome === undefined)
        .map(({ wanted, view, written, watchers, startedAt }) => ({
          digest: wanted.digest,
          host: wanted.host,
          repository: wanted.repository,
          size: view.blob?.size ?? wanted.size ?? 0,
          written,
          elsewhere: view.elsewhere,
          watchers,
          startedAt,
        })),
    async close() {
      closed = true
      await Promise.all([...all].map((download) => download.stop('closed')))
      await transfers.close()
    },
  }

  function tellJoined({ digest, host, repository }: WantedBlob, size: number): void {
    try {
      onEvent({ type: 'download:joined', digest, size, host, repository })
    } catch {
      // Its listener's business.
    }
  }
}

const isSamePlace = (one: WantedBlob, other: WantedBlob): boolean =>
  one.host === other.host && one.repository === other.repository && one.size === other.size

function assertWithin({ start, end }: { readonly start: number; readonly end: number }, blob: Descriptor): void {
  if (Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && start <= end && end <= blob.size) return
  throw new DownloadError('DOWNLOAD_RANGE_INVALID', `${blob.digest} has ${blob.size} bytes, not ${start} to ${end}`, {
    digest: blob.digest,
    expected: blob.size,
    actual: end,
    hint: 'request a range within the blob',
  })
}

const closedError = (): DownloadError =>
  new DownloadError('DOWNLOAD_STOPPED', 'the server is stopping', {
    hint: 'try again when it is running: what has arrived is kept',
  })

const wrongSize = ({ digest, size }: WantedBlob, actual: number | undefined): DeliveryError =>
  new DeliveryError('SIZE_MISMATCH', `${digest} has ${actual} bytes, not the ${size} that its manifest says`, {
    digest,
    expected: size,
    actual,
    hint: 'the manifest states a wrong size',
  })

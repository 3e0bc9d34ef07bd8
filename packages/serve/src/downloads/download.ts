import type { Clock } from '@lading/clock'
import { DeliveryError, type Delivery } from '@lading/content'
import { copyBlob, type BlobOutcome, type BlobProgress } from '@lading/distribution'
import { isLadingError } from '@lading/errors'
import type { Descriptor } from '@lading/manifest'
import type { Transfers, Work } from '@lading/transfer'
import type { Content, WantedBlob } from '../contracts.ts'
import type { OnServeEvent, ServeEvent } from '../serve-event.ts'
import { DownloadError } from './download-error.ts'
import { keepReceiver, type KeptReceiver } from './kept-receiver.ts'
import { countWatchers } from './watchers.ts'

/** How it ended. */
type Outcome = { readonly here: true } | { readonly error: unknown }

/** What a reader of a blob on its way sees of it. */
export interface DownloadView {
  /** Known once it is answered. */
  readonly blob: Descriptor | undefined
  /** It is being written, so that it can be read while it comes. */
  readonly open: boolean
  /** Raised when what could be read until then counts no more. */
  readonly generation: number
  readonly outcome: Outcome | undefined
  /** Resolves with the next change of any of these. */
  changed(): Promise<void>
}

/** One blob on its way, and how many watch it. */
export interface Download extends DownloadView {
  readonly wanted: WantedBlob
  readonly startedAt: number
  readonly written: number
  readonly watchers: number
  /** Its upstream has begun to answer, or it is here. @throws what ended it */
  readonly answered: Promise<void>
  /** Resolves when it has ended, however it did, and nobody watches it any more. */
  readonly retired: Promise<void>
  /** One more watches. The function that comes back is called when it leaves; further calls do nothing. */
  enter(): () => void
  /** Ends it, if it has not ended, and keeps what came. */
  stop(reason: 'closed' | 'unwatched'): Promise<void>
}

interface Options {
  readonly content: Content
  readonly transfers: Transfers
  readonly clock: Clock
  /** For how long it goes on unwatched, in milliseconds. */
  readonly lingerMs: number
  readonly onEvent: OnServeEvent
  /** It takes no more watchers. */
  readonly onEnd: () => void
}

export function startDownload(wanted: WantedBlob, options: Options): Download {
  const { content, transfers, clock, lingerMs } = options
  const { digest, host, repository } = wanted
  let blob: Descriptor | undefined
  let receiver: KeptReceiver | undefined
  let delivery: Delivery | undefined
  let open = false
  let generation = 0
  let outcome: Outcome | undefined
  let told = false
  let started = false
  let next: PromiseWithResolvers<void> | undefined
  const answered = Promise.withResolvers<void>()
  const retired = Promise.withResolvers<void>()
  answered.promise.catch(() => undefined)

  const tell = (): void => {
    const changed = next
    next = undefined
    changed?.resolve()
  }
  const emit = (event: ServeEvent): void => {
    try {
      options.onEvent(event)
    } catch {
      // Its listener's business.
    }
  }

  const work: Work<BlobOutcome, BlobProgress> = async (context) => {
    await context.started
    started = true
    const { signal } = context
    const source = wanted.from()
    const size = wanted.size ?? (await source.stat(digest, { signal }))?.size
    if (size === undefined)
      throw new DeliveryError('CONTENT_UNKNOWN', `${host}/${repository} has no ${digest}`, {
        host,
        reference: `${host}/${repository}`,
        digest,
        hint: 'ask another repository for it',
      })
    blob = { mediaType: 'application/octet-stream', digest, size }
    delivery = await content.target.begin({ signal })
    const into = keepReceiver(delivery, {
      onOpen() {
        open = true
        tell()
      },
      onBegin() {
        answered.resolve()
      },
      onVoid() {
        open = false
        generation += 1
        tell()
      },
    })
    receiver = into
    const onStart = (): void => {
      told = true
      emit({ type: 'download:started', digest, size, offset: into.offset, host, repository })
    }
    try {
      return await copyBlob(blob, { source, delivery: into, mount: [], onStart })(context)
    } finally {
      await into.close()
    }
  }

  const end = (how: Outcome, why: 'complete' | 'failed' | 'unwatched' | 'closed'): void => {
    if (outcome !== undefined) return
    outcome = how
    watchers.end()
    if ('here' in how) answered.resolve()
    else {
      answered.reject(how.error)
      options.onEnd()
    }
    if (told)
      emit({
        type: 'download:ended',
        digest,
        size: blob?.size ?? 0,
        outcome: why,
        received: receiver?.received ?? 0,
        ...('error' in how && isLadingError(how.error) ? { code: how.error.code } : {}),
        host,
        repository,
      })
    tell()
  }
  let retiring = false
  const retire = async (): Promise<void> => {
    if (retiring) return
    retiring = true
    options.onEnd()
    // All that was to be published is; the lease on it ends.
    await delivery?.abort().catch(() => undefined)
    retired.resolve()
  }
  const retireUnwatched = (): void => {
    if (outcome !== undefined && watchers.count === 0) void retire()
  }

  const watch = transfers.run(digest, work)
  const over = watch.result().then(
    () => end({ here: true }, 'complete'),
    (error: unknown) => end({ error }, 'failed'),
  )
  void over.then(retireUnwatched)

  const stop: Download['stop'] = async (reason) => {
    const why = reason === 'closed' ? 'the server ends' : 'nobody watched it any more'
    const error = new DownloadError('DOWNLOAD_STOPPED', `the download of ${digest} ended: ${why}`, {
      digest,
      host,
      reference: `${host}/${repository}`,
      hint: 'ask for it again: what came is kept',
    })
    end({ error }, reason)
    await watch.release()
    await retire()
  }
  const watchers = countWatchers({
    clock,
    // One that waits for its turn can as well begin to wait again.
    lingerMs: () => (started ? lingerMs : 0),
    onLeft: retireUnwatched,
    onAlone: () => void stop('unwatched'),
  })

  return {
    wanted,
    startedAt: Date.now(),
    get blob() {
      return blob
    },
    get open() {
      return open
    },
    get generation() {
      return generation
    },
    get outcome() {
      return outcome
    },
    get written() {
      return outcome !== undefined && 'here' in outcome ? (blob?.size ?? 0) : (receiver?.offset ?? 0)
    },
    get watchers() {
      return watchers.count
    },
    changed: () => (next ??= Promise.withResolvers<void>()).promise,
    answered: answered.promise,
    retired: retired.promise,
    enter: () => watchers.enter(),
    stop,
  }
}

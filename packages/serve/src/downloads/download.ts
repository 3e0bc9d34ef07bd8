import type { Clock } from '@lading/clock'
import { guardListener, isLadingError } from '@lading/errors'
import type { Transfers } from '@lading/transfer'
import type { Content, WantedBlob } from '../contracts.ts'
import type { OnServeEvent } from '../serve-event.ts'
import { bringBlob } from './bring-blob.ts'
import { DownloadError } from './download-error.ts'
import { createProgress, type DownloadView, type Outcome } from './progress.ts'
import { countWatchers } from './watchers.ts'

/** One blob on its way, and how many watch it. */
export interface Download {
  readonly wanted: WantedBlob
  readonly startedAt: number
  /** What its readers see. */
  readonly view: DownloadView
  /** In bytes. */
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
  const { content, transfers, clock, lingerMs, onEnd } = options
  const { digest, host, repository } = wanted
  const emit = guardListener(options.onEvent, () => {})
  const progress = createProgress()
  const answered = Promise.withResolvers<void>()
  const retired = Promise.withResolvers<void>()
  answered.promise.catch(() => undefined)
  let told = false
  let retiring = false

  const bringing = bringBlob(wanted, {
    content,
    progress,
    onAnswer: () => answered.resolve(),
    onStart(offset) {
      told = true
      emit({ type: 'download:started', digest, size: progress.blob?.size ?? 0, offset, host, repository })
    },
  })

  const end = (how: Outcome, why: 'complete' | 'failed' | 'unwatched' | 'closed'): void => {
    if (!progress.ended(how)) return
    watchers.end()
    if ('here' in how) answered.resolve()
    else {
      answered.reject(how.error)
      onEnd()
    }
    if (!told) return
    emit({
      type: 'download:ended',
      digest,
      size: progress.blob?.size ?? 0,
      outcome: why,
      received: bringing.received,
      ...('error' in how && isLadingError(how.error) ? { code: how.error.code, message: how.error.message } : {}),
      host,
      repository,
    })
  }
  const retire = async (): Promise<void> => {
    if (retiring) return
    retiring = true
    onEnd()
    await bringing.letGo()
    retired.resolve()
  }
  const retireUnwatched = (): void => {
    if (progress.outcome !== undefined && watchers.count === 0) void retire()
  }

  const watch = transfers.run(digest, bringing.work)
  const over = watch.result().then(
    () => end({ here: true }, 'complete'),
    (error: unknown) => end({ error }, 'failed'),
  )
  void over.then(retireUnwatched)

  const stop: Download['stop'] = async (reason) => {
    const why = reason === 'closed' ? 'the server is stopping' : 'no client was waiting for it'
    const error = new DownloadError('DOWNLOAD_STOPPED', `the download of ${digest} ended: ${why}`, {
      digest,
      host,
      reference: `${host}/${repository}`,
      hint: 'request it again: what has arrived is kept',
    })
    end({ error }, reason)
    await watch.release()
    await retire()
  }
  const watchers = countWatchers({
    clock,
    // One that waits for its turn can as well begin to wait again.
    lingerMs: () => (bringing.started ? lingerMs : 0),
    onLeft: retireUnwatched,
    onAlone: () => void stop('unwatched'),
  })

  return {
    wanted,
    startedAt: Date.now(),
    view: progress,
    get written() {
      const { outcome, blob } = progress
      return outcome !== undefined && 'here' in outcome ? (blob?.size ?? 0) : bringing.written
    },
    get watchers() {
      return watchers.count
    },
    answered: answered.promise,
    retired: retired.promise,
    enter: () => watchers.enter(),
    stop,
  }
}

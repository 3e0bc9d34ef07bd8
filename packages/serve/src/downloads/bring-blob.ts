import { DeliveryError, type Delivery } from '@lading/content'
import { copyBlob, type BlobOutcome, type BlobProgress } from '@lading/distribution'
import type { Work } from '@lading/transfer'
import type { Content, WantedBlob } from '../contracts.ts'
import { besideOthers } from './beside-others.ts'
import { keepReceiver, type KeptReceiver } from './kept-receiver.ts'
import type { Progress } from './progress.ts'

/** A blob on its way into a delivery of its own. */
export interface Bringing {
  readonly work: Work<BlobOutcome, BlobProgress>
  /** It waits for its turn no longer. */
  readonly started: boolean
  /** In bytes, like the next: what is written, and what came from the source. */
  readonly written: number
  readonly received: number
  /** All that was to be published is; the lease on it ends. */
  letGo(): Promise<void>
}

interface Options {
  readonly content: Pick<Content, 'target' | 'arriving'>
  readonly progress: Progress
  /** The source begins to send, behind so many bytes. */
  readonly onStart: (offset: number) => void
  /** The source begins to answer. */
  readonly onAnswer: () => void
}

export function bringBlob(wanted: WantedBlob, { content, progress, onStart, onAnswer }: Options): Bringing {
  const { digest, host, repository } = wanted
  let started = false
  let receiver: KeptReceiver | undefined
  let delivery: Delivery | undefined
  return {
    get started() {
      return started
    },
    get written() {
      return receiver?.offset ?? 0
    },
    get received() {
      return receiver?.received ?? 0
    },
    letGo: async () => delivery?.abort().catch(() => undefined),
    async work(context) {
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
      const blob = { mediaType: 'application/octet-stream', digest, size }
      progress.known(blob)
      delivery = await content.target.begin({ signal })
      const others = besideOthers(delivery, {
        digest,
        arriving: content.arriving,
        onReadable() {
          progress.opened('elsewhere')
          onAnswer()
        },
      })
      const into = keepReceiver(others, {
        onOpen: () => progress.opened('here'),
        onBegin: onAnswer,
        onVoid: () => progress.voided(),
      })
      receiver = into
      try {
        const start = (): void => onStart(into.offset)
        return await copyBlob(blob, { source, delivery: into, mount: [], onStart: start })(context)
      } finally {
        await into.close()
      }
    },
  }
}

import type { Origin } from '@lading/content'
import { hexOf } from '@lading/digest'
import type { Descriptor } from '@lading/manifest'
import { codeOf } from '../final-error.ts'
import type { BlobOutcome, BlobProgress } from './copy-blob.ts'
import type { CopyEvent } from './copy-event.ts'

/** Tells of one blob. A config is told of when it is there, and when it has to wait. */
export interface BlobTeller {
  preparing(): void
  progress(progress: BlobProgress): void
  skipped(): void
  ended(outcome: BlobOutcome): void
}

export function blobTeller(blob: Descriptor, isConfig: boolean, emit: (event: CopyEvent) => void): BlobTeller {
  const { digest, size } = blob
  const layer = { digest, id: hexOf(digest).slice(0, 12) }
  const tell = (event: CopyEvent): void => {
    if (!isConfig || event.type === 'layer:retry') emit(event)
  }
  return {
    preparing: () => tell({ type: 'layer:preparing', ...layer, size }),
    skipped: () => tell({ type: 'layer:skipped', ...layer }),
    progress(progress) {
      switch (progress.phase) {
        case 'waiting':
          return tell({ type: 'layer:waiting', ...layer })
        case 'resume':
          return tell({ type: 'layer:resume', ...layer, offset: progress.offset, total: size })
        case 'sending':
          return tell({ type: 'layer:sending', ...layer, current: progress.current, total: size })
        case 'retry': {
          const { attempt, seconds, error } = progress.event
          const message = error instanceof Error ? error.message : String(error)
          return tell({ type: 'layer:retry', ...layer, attempt, seconds, code: codeOf(error), message })
        }
      }
    },
    ended(result) {
      if (isConfig && result.outcome === 'sent') emit({ type: 'config:sent', digest, size })
      if (result.outcome === 'sent') tell({ type: 'layer:sent', ...layer })
      else if (result.outcome === 'here') tell({ type: 'layer:here', ...layer })
      else tell({ type: 'layer:mounted', ...layer, from: repositoryOf(result.from) })
    },
  }
}

const repositoryOf = (from: Origin | undefined): string => from?.repository ?? 'another repository'

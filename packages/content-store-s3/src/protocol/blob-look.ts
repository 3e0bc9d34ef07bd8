import type { Digest } from '@lading/digest'
import { blobPrefix, generationKeys, parseBlobKey } from '../layout.ts'
import { get, list, now, type ListedKey, type Step } from './step.ts'

/** A collector's announcement that every generation up to `n` is going to be deleted unless somebody needs it. */
export interface Marker {
  readonly n: number
  readonly nonce: string
}

/** A blob as it was looked at. */
export interface BlobLook {
  readonly digest: Digest
  /** When the look began, by the monotonic clock. */
  readonly since: number
  /** All that is there of a generation, whoever brought it, without markers. */
  readonly parts: readonly {
    readonly n: number
    readonly isDone: boolean
    readonly isData: boolean
    readonly listed: ListedKey
  }[]
  readonly markers: readonly Marker[]
  readonly verdicts: readonly Marker[]
  /** Each of one generation alone, which is not done: see `forsake`. */
  readonly forsaken: readonly Marker[]
  /** Generations up to this one are as good as absent for whoever would name or adopt them, whatever the verdict. 0: none. */
  readonly condemned: number
  /** The highest number of all. A new owner claims the next one. 0: there is nothing. */
  readonly top: number
}

export function* lookAtBlob(digest: Digest): Step<BlobLook> {
  const since = yield* now()
  return blobLook(digest, since, yield* list(blobPrefix(digest)))
}

export function blobLook(digest: Digest, since: number, listed: readonly ListedKey[]): BlobLook {
  const parts: BlobLook['parts'][number][] = []
  const markers: Marker[] = []
  const verdicts: Marker[] = []
  const forsaken: Marker[] = []
  let top = 0
  for (const each of listed) {
    const parsed = parseBlobKey(each.key)
    if (parsed?.digest !== digest) continue
    const { generation: n, part, collector: nonce = '' } = parsed
    top = Math.max(top, n)
    if (part === 'condemned') markers.push({ n, nonce })
    else if (part === 'verdict') verdicts.push({ n, nonce })
    else if (part === 'forsaken') forsaken.push({ n, nonce })
    else parts.push({ n, isDone: part === 'done', isData: typeof part === 'object', listed: each })
  }
  const condemned = Math.max(0, ...markers.map(({ n }) => n))
  return { digest, since, parts, markers, verdicts, forsaken, condemned, top }
}

/** The newest generation that is done and not condemned, and what its `done` says. */
export interface Present {
  readonly n: number
  readonly done: string
}

/**
 * Looks whether a blob is present. A listing is not of one moment: one that saw `done` may have missed a marker that went
 * after `done` did. When `done` is still there afterwards, no marker has.
 */
export function* presentGeneration(
  digest: Digest,
): Step<{ readonly look: BlobLook; readonly present?: Present | undefined }> {
  for (;;) {
    const look = yield* lookAtBlob(digest)
    const n = presentIn(look)
    if (n === 0) return { look }
    const done = yield* get(generationKeys(digest, n).done)
    if (done !== undefined) return { look, present: { n, done } }
  }
}

/** The newest generation that is done and not condemned. 0: none. */
export const presentIn = ({ parts, condemned }: BlobLook): number =>
  Math.max(0, ...parts.filter(({ isDone, n }) => isDone && n > condemned).map(({ n }) => n))

export type Fate = 'kept' | 'doomed'

/** What a verdict says. */
export function fateOf(body: string | undefined): Fate | undefined {
  const word = body?.split(' ')[0]
  return word === 'kept' || word === 'doomed' ? word : undefined
}

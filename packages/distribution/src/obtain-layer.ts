import { shortId, type Algorithm, type Digest } from '@lading/digest'
import { verifyBytes } from '@lading/digest/hash'
import type { Descriptor } from '@lading/manifest'
import { codeOf } from './final-error.ts'
import { isNamedIn } from './diff-id-names.ts'
import { downloadLayer } from './download-layer.ts'
import type { LayerProgress } from './layer-progress.ts'
import type { Look } from './look.ts'
import type { PullRepository, Uncompressed } from './ports.ts'
import type { PullJob } from './pull-job.ts'
import { shareTransfer } from './share-transfer.ts'
import type { Turn } from './turns.ts'
import { isSound } from './unusable-copy.ts'

/** What is known of a layer once its blob is durable. */
export interface Obtained {
  /** It was here before, verified; nothing was fetched or inflated. */
  readonly existed: boolean
  /** What it inflates to. Absent when only digests are verified. */
  readonly inside: Uncompressed | undefined
  /** A name of it in another algorithm was found just now. */
  readonly renamed?: boolean | undefined
}

interface HowToObtain {
  /** A layer that is here is not told. */
  readonly quiet: boolean
  /** What was here when a lease was taken on it. Default: it is looked for now. */
  readonly look?: Look | undefined
  /** When to tell of it first: in the order of the image. */
  readonly turn: Turn
  /** In which the image names the layer. Never rejects. */
  readonly algorithms: Promise<readonly Algorithm[]>
  /** `false`: the diffID will be held against the image's config. */
  readonly checksums: boolean
  readonly signal: AbortSignal
}

/** Makes one layer's blob durable and its diffID known, by the least work: nothing, inflating, or downloading. */
export async function obtainLayer(
  job: PullJob,
  repository: PullRepository,
  layer: Descriptor,
  how: HowToObtain,
): Promise<Obtained> {
  try {
    return await obtain(job, repository, layer, how)
  } finally {
    how.turn.end()
  }
}

async function obtain(
  job: PullJob,
  repository: PullRepository,
  layer: Descriptor,
  how: HowToObtain,
): Promise<Obtained> {
  const { digest } = layer
  const { contents, layers } = job.store
  const name = { digest, id: shortId(digest) }
  const inTurn = async (tellFirst: () => void): Promise<void> => {
    await how.turn.comes
    tellFirst()
    how.turn.end()
  }
  if (layer.data !== undefined) {
    verifyBytes(layer.data, layer)
    await contents.put(digest, layer.data, how)
  }
  const size =
    layer.data === undefined && how.look !== undefined
      ? how.look.sizes.get(digest)
      : (await contents.stat(digest))?.size
  const isHere = size === layer.size
  let replace = isHere && job.verifyStored && !(await isSound(job, digest, how.signal))
  if (isHere && !replace) {
    const known = job.verify === 'full' ? await layers.known(digest) : undefined
    const existed = job.verify === 'digest' || known !== undefined
    const onProgress = (current: number): void => {
      if (!existed) job.emit({ type: 'layer:extracting', ...name, current, total: layer.size })
    }
    if (!existed) await inTurn(() => onProgress(0))
    else if (!how.quiet) await inTurn(() => job.emit({ type: 'layer:exists', ...name }))
    if (job.verify === 'digest') return { existed, inside: undefined }
    try {
      const algorithms = await how.algorithms
      if (known !== undefined && isNamedIn(known, algorithms)) return { existed, inside: known }
      // One that is known by its name in another algorithm is hashed once more, and then known by both.
      const inside = await layers.uncompress(layer, {
        algorithms,
        checksums: how.checksums,
        signal: how.signal,
        onProgress,
      })
      return { existed, renamed: existed, inside }
    } catch (error) {
      how.signal.throwIfAborted()
      // A blob that does not inflate may be a bad layer, or a good one that our disk has spoiled: its digest tells which.
      if (await isSound(job, digest, how.signal)) throw error
      replace = true
    }
  }
  // The download need not wait for its turn to be told of; one that failed before is not told.
  let isTold = false
  let failed = false
  const told = inTurn(() => {
    if (!failed) job.emit({ type: 'layer:pulling', ...name, size: layer.size })
    isTold = true
  })
  // What is verified differs, so a digest-only pull and a full one are different work on the same blob; and so is one
  // that does not count what is there, or that has no diffIDs to compare with.
  const inside = await shareTransfer(
    job.transfers,
    `layer:${job.verify}:${how.checksums ? 'sums:' : ''}${replace ? 'anew:' : ''}${digest}`,
    downloadLayer(job, repository, layer, { algorithms: how.algorithms, checksums: how.checksums, replace }),
    {
      signal: how.signal,
      size: layer.size,
      onProgress(progress) {
        if (isTold) tell(job, name, progress)
        else void told.then(() => !failed && tell(job, name, progress))
      },
    },
  ).catch((error: unknown) => {
    failed = true
    throw error
  })
  await told
  if (inside === undefined || isNamedIn(inside, await how.algorithms)) return { existed: false, inside }
  // The download was another pull's, whose image names the layer otherwise.
  const algorithms = await how.algorithms
  return {
    existed: false,
    inside: await layers.uncompress(layer, { algorithms, checksums: how.checksums, signal: how.signal }),
  }
}

function tell(job: PullJob, name: { digest: Digest; id: string }, progress: LayerProgress): void {
  switch (progress.phase) {
    case 'waiting':
      return job.emit({ type: 'layer:waiting', ...name })
    case 'resume':
      return job.emit({ type: 'layer:resume', ...name, offset: progress.offset, total: progress.total })
    case 'bytes':
      return job.emit({ type: 'layer:bytes', ...name, current: progress.current, total: progress.total })
    case 'retry':
      return job.emit({
        type: 'layer:retry',
        ...name,
        attempt: progress.attempt,
        seconds: progress.seconds,
        code: codeOf(progress.error),
        message: progress.error instanceof Error ? progress.error.message : String(progress.error),
      })
    case 'verifying':
      return job.emit({ type: 'layer:verifying', ...name })
    case 'verified':
      return job.emit({ type: 'layer:verified', ...name })
    case 'extracting':
      return job.emit({
        type: 'layer:extracting',
        ...name,
        current: progress.current,
        total: progress.total,
        ...(progress.arriving === true ? { arriving: true } : {}),
      })
  }
}

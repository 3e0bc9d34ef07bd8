import type { Delivery, Origin, Source } from '@lading/content'
import type { Digest } from '@lading/digest'
import { isLadingError } from '@lading/errors'
import { isForeignLayerType, type Descriptor } from '@lading/manifest'
import type { Transfers } from '@lading/transfer'
import { together } from '../together.ts'
import { copyBlob, type BlobOutcome } from './copy-blob.ts'
import { CopyError } from './copy-error.ts'
import type { CopyEvent } from './copy-event.ts'
import type { Copied, CopyHooks, CopyOptions } from './copy-options.ts'
import { blobsOf } from './graph.ts'
import type { Selection } from './select.ts'
import { blobTeller, type BlobTeller } from './tell-blob.ts'

/** How often what was delivered may be gone again before a copy gives up. */
const publishAttempts = 5

export interface DeliveryJob {
  readonly source: Source
  readonly delivery: Delivery
  readonly transfers: Transfers
  readonly foreignOptional: boolean
  readonly hooks: CopyHooks
  readonly emit: (event: CopyEvent) => void
  readonly signal: AbortSignal
}

interface Part {
  readonly blob: Descriptor
  readonly teller: BlobTeller
  outcome?: BlobOutcome | { readonly outcome: 'skipped' }
}

/**
 * Asks the target what it lacks of a selection, sends that, and publishes. The first question is a publication itself:
 * where nothing is lacking it is the last one, too.
 */
export async function deliver(
  job: DeliveryJob,
  selection: Selection,
  {
    names = [],
    includeForeign = false,
    mount,
    verify,
    brought = new Set(),
  }: Pick<CopyOptions, 'names' | 'includeForeign' | 'mount' | 'verify'> & {
    /** Blobs of the selection that were made at the target before, by their digests. */
    readonly brought?: ReadonlySet<Digest> | undefined
  },
): Promise<Pick<Copied, 'status' | 'sent' | 'mounted' | 'here' | 'skipped'>> {
  const { delivery, hooks, signal } = job
  const parts = partsOf(selection, job.emit)
  for (const { blob, teller } of parts.values()) if (!brought.has(blob.digest)) teller.preparing()
  for (const digest of brought) {
    const part = parts.get(digest)
    if (part !== undefined) part.outcome = { outcome: 'sent' }
  }
  const foreign = job.foreignOptional
    ? [...parts.values()].filter(({ blob }) => isForeignLayerType(blob.mediaType))
    : []
  const mountsOf = async (blob: Descriptor): Promise<readonly Origin[]> => {
    const { origin } = job.source
    const more = (await mount?.(blob)) ?? []
    return origin === undefined ? more : [origin, ...more]
  }
  if (includeForeign) await sendAll(job, foreign, mountsOf)

  const { target, documents } = selection
  // Where they are to be looked at first, names come by themselves.
  const first = verify === undefined ? names : []
  let status: Copied['status'] | undefined
  for (let attempt = 1; status === undefined; attempt++) {
    const result = await delivery.publish({ target, names: first, documents }, { signal })
    const missing = new Set(result.outcome === 'missing' ? result.blobs.map(({ digest }) => digest) : [])
    await tellOthers(parts, { missing, left: includeForeign ? [] : foreign, hooks })
    if (result.outcome !== 'missing') {
      status = result.outcome === 'published' ? 'copied' : 'unchanged'
      break
    }
    if (attempt > publishAttempts) throw unstable(target)
    for (const blob of result.blobs)
      if (!parts.has(blob.digest)) parts.set(blob.digest, { blob, teller: blobTeller(blob, true, job.emit) })
    await sendAll(
      job,
      [...parts.values()].filter(({ blob }) => missing.has(blob.digest)),
      mountsOf,
    )
  }
  if (verify !== undefined) {
    await verify(documents, { signal })
    const result = await delivery.publish({ target, names, documents }, { signal })
    if (result.outcome === 'missing') throw unstable(target)
    if (result.outcome === 'published') status = 'copied'
  }
  for (const { descriptor } of documents) {
    if (status === 'unchanged') await hooks.skipped?.(descriptor, 'here')
    else await hooks.after?.(descriptor)
  }
  return { status, ...countsOf([...parts.values()]) }
}

function partsOf(selection: Selection, emit: (event: CopyEvent) => void): Map<Digest, Part> {
  const configs = new Set(
    selection.documents.flatMap(({ manifest }) => (manifest.kind === 'manifest' ? [manifest.config.digest] : [])),
  )
  return new Map(
    blobsOf(selection).map((blob) => [blob.digest, { blob, teller: blobTeller(blob, configs.has(blob.digest), emit) }]),
  )
}

/** What the target does not miss is there, or need not be. */
async function tellOthers(
  parts: ReadonlyMap<Digest, Part>,
  {
    missing,
    left,
    hooks,
  }: { readonly missing: ReadonlySet<Digest>; readonly left: readonly Part[]; readonly hooks: CopyHooks },
): Promise<void> {
  for (const part of parts.values()) {
    if (missing.has(part.blob.digest) || part.outcome !== undefined) continue
    if (left.includes(part)) {
      part.outcome = { outcome: 'skipped' }
      part.teller.skipped()
      await hooks.skipped?.(part.blob, 'foreign')
    } else {
      part.outcome = { outcome: 'here' }
      part.teller.ended(part.outcome)
      await hooks.skipped?.(part.blob, 'here')
    }
  }
}

/** The largest first. The first failure ends the others, and is what is thrown. */
async function sendAll(
  job: DeliveryJob,
  parts: readonly Part[],
  mountsOf: (blob: Descriptor) => Promise<readonly Origin[]>,
): Promise<void> {
  const all = together(job.signal)
  // The first of them gets the first slot, whatever comes after it.
  const ordered = parts.toSorted((one, other) => other.blob.size - one.blob.size)
  for (const part of ordered) all.next(() => send(job, part, { mountsOf, signal: all.signal })).catch(() => undefined)
  await all.settle()
}

async function send(
  { source, delivery, transfers, hooks }: DeliveryJob,
  part: Part,
  {
    mountsOf,
    signal,
  }: { readonly mountsOf: (blob: Descriptor) => Promise<readonly Origin[]>; readonly signal: AbortSignal },
): Promise<void> {
  const { blob, teller } = part
  const mount = await mountsOf(blob)
  const work = copyBlob(blob, { source, delivery, mount, onStart: () => hooks.before?.(blob) })
  const watch = transfers.run(blob.digest, work, { signal, size: blob.size })
  try {
    for await (const progress of watch) teller.progress(progress)
    const outcome = await watch.result()
    part.outcome = outcome
    teller.ended(outcome)
    if (outcome.outcome === 'sent') await hooks.after?.(blob)
    else if (outcome.outcome === 'here') await hooks.skipped?.(blob, 'here')
    else await hooks.mounted?.(blob, outcome.from)
  } catch (error) {
    throw await whoseFault(source, blob, error, signal)
  } finally {
    await watch.release()
  }
}

/** Bytes that were verified when they came may be damaged since: then the registry that refuses them is right. */
async function whoseFault(source: Source, blob: Descriptor, error: unknown, signal: AbortSignal): Promise<unknown> {
  if (source.verified !== true || !isLadingError(error, 'DIGEST_INVALID') || signal.aborted) return error
  try {
    for await (const _ of source.open(blob, { signal }));
    return error
  } catch (damage) {
    return damage
  }
}

function countsOf(parts: readonly Part[]): Pick<Copied, 'sent' | 'mounted' | 'here' | 'skipped'> {
  const of = (wanted: string): readonly Part[] => parts.filter(({ outcome }) => outcome?.outcome === wanted)
  const sent = of('sent')
  return {
    sent: { blobs: sent.length, bytes: sent.reduce((sum, { blob }) => sum + blob.size, 0) },
    mounted: of('mounted').length,
    here: of('here').length,
    skipped: of('skipped').length,
  }
}

function unstable({ digest }: Descriptor): CopyError {
  return new CopyError('TARGET_UNSTABLE', `content of ${digest} was removed at the target again and again`, {
    digest,
    hint: 'a garbage collection may be running there: try again when it has ended',
  })
}

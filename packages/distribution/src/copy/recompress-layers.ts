import { compress, decompress, sniff } from '@lading/compression'
import { embeddedDocument, type Delivery, type Source } from '@lading/content'
import { algorithmOf, hexOf, type Digest } from '@lading/digest'
import { createHasher } from '@lading/digest/hash'
import {
  imageProblem,
  isForeignLayerType,
  layerCompression,
  OCI_LAYER,
  parseImageConfig,
  type Descriptor,
  type ImageFormat,
  type ReplacedLayer,
} from '@lading/manifest'
import type { Transfers, Work } from '@lading/transfer'
import { codeOf } from '../final-error.ts'
import { PullError } from '../pull-error.ts'
import { retryBlob, retryUpload, unwrapSinkError } from '../retry-policy.ts'
import { together } from '../together.ts'
import { CopyError } from './copy-error.ts'
import type { CopyEvent } from './copy-event.ts'
import type { CopyHooks } from './copy-options.ts'
import type { MadeBefore } from './made-before.ts'
import type { ReadDocument } from '../read-document.ts'

export type WantedCompression = 'gzip' | 'zstd'

/** How often is told how far a layer is. */
const tellEveryMs = 100

/** A layer that is to be compressed anew, and the diffIDs that configs promise of it. */
export interface LayerToRecompress {
  readonly layer: Descriptor
  readonly diffIds: readonly Digest[]
}

interface Job {
  readonly source: Source
  readonly delivery: Pick<Delivery, 'receive' | 'has'>
  readonly transfers: Transfers
  readonly hooks: CopyHooks
  readonly emit: (event: CopyEvent) => void
  readonly signal: AbortSignal
}

/**
 * Layers of images that are not compressed as is wanted. Their media types say how they are, as with skopeo's they are left
 * alone where that is it already; of those that say nothing the first bytes are read.
 *
 * @throws CopyError `INDEX_INCOMPLETE` for a config that is not there; what reading throws
 */
export async function layersToRecompress(
  source: Source,
  documents: readonly ReadDocument[],
  { compression, signal }: { readonly compression: WantedCompression; readonly signal?: AbortSignal | undefined },
): Promise<readonly LayerToRecompress[]> {
  const found = new Map<Digest, { layer: Descriptor; diffIds: Set<Digest> }>()
  for (const { descriptor, manifest } of documents) {
    if (manifest.kind !== 'manifest' || imageProblem(manifest) !== undefined) continue
    const wanted: (readonly [Descriptor, number])[] = []
    for (const [at, layer] of manifest.layers.entries())
      if (!isForeignLayerType(layer.mediaType) && (await isOther(source, layer, { compression, signal })))
        wanted.push([layer, at])
    if (wanted.length === 0) continue
    const config = embeddedDocument(manifest.config) ?? (await source.document(manifest.config, { signal }))
    if (config === undefined) throw noConfig(descriptor, manifest.config)
    const { diffIds } = parseImageConfig(config.bytes).rootfs
    for (const [layer, at] of wanted) {
      const known = found.get(layer.digest) ?? { layer, diffIds: new Set<Digest>() }
      const diffId = diffIds[at]
      if (diffId !== undefined) known.diffIds.add(diffId)
      found.set(layer.digest, known)
    }
  }
  return [...found.values()].map(({ layer, diffIds }) => ({ layer, diffIds: [...diffIds] }))
}

async function isOther(
  source: Source,
  layer: Descriptor,
  { compression, signal }: { readonly compression: WantedCompression; readonly signal?: AbortSignal | undefined },
): Promise<boolean> {
  const said = layerCompression(layer.mediaType)
  if (said !== undefined) return said !== compression
  let start = new Uint8Array(0)
  for await (const chunk of source.open(layer, { signal })) {
    start = new Uint8Array(Buffer.concat([start, chunk.subarray(0, 16)]))
    const kind = sniff(start)
    if (kind !== undefined) return kind !== compression
  }
  return true
}

/** The family in which layers of a compression can be said: Docker's has no zstd. */
export const formatFor = (
  format: ImageFormat | undefined,
  compression: WantedCompression | undefined,
): ImageFormat | undefined => (compression === 'zstd' ? (format ?? 'oci') : format)

export interface RecompressedLayers {
  /** What stands for each layer at the target, where it is. */
  readonly replaced: ReadonlyMap<Digest, ReplacedLayer>
  /** Those of them that were sent: the others were there. */
  readonly sent: ReadonlySet<Digest>
}

/** @param options.before where the target may have a layer: it is compressed, and sent only if it is another one */
export async function recompressLayers(
  job: Job,
  layers: readonly LayerToRecompress[],
  { compression, before }: { readonly compression: WantedCompression; readonly before: MadeBefore },
): Promise<RecompressedLayers> {
  const replaced = new Map<Digest, ReplacedLayer>()
  const sent = new Set<Digest>()
  const all = together(job.signal)
  const one = async (given: LayerToRecompress): Promise<void> => {
    const { layer } = given
    const may = before.get(layer.digest)
    const { made, wasSent } = await recompressLayer(job, given, { compression, may, signal: all.signal })
    replaced.set(layer.digest, { digest: made.digest, size: made.size, compression })
    if (wasSent) sent.add(made.digest)
  }
  for (const each of layers.toSorted((a, b) => b.layer.size - a.layer.size))
    all.next(() => one(each)).catch(() => undefined)
  await all.settle()
  return { replaced, sent }
}

async function recompressLayer(
  { source, delivery, transfers, hooks, emit }: Job,
  { layer, diffIds }: LayerToRecompress,
  {
    compression,
    may = new Set(),
    signal,
  }: {
    readonly compression: WantedCompression
    readonly may?: ReadonlySet<Digest> | undefined
    readonly signal: AbortSignal
  },
): Promise<{ readonly made: Descriptor; readonly wasSent: boolean }> {
  const named = { digest: layer.digest, id: hexOf(layer.digest).slice(0, 12) }
  emit({ type: 'layer:preparing', ...named, size: layer.size })
  let read = 0
  let told = Number.NEGATIVE_INFINITY
  let fromSource = false
  async function* bytes(attempt: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for await (const chunk of source.open(layer, { signal: attempt })) {
        yield chunk
        read += chunk.byteLength
      }
    } catch (error) {
      fromSource = true
      throw error
    }
  }
  async function* compressed(attempt: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
    const held = heldAgainst(layer, diffIds)
    const inside = decompress(bytes(attempt), { inputLength: layer.size, signal: attempt })
    for await (const chunk of compress(held.through(inside), { kind: compression, signal: attempt })) {
      if (performance.now() >= told + tellEveryMs) {
        emit({ type: 'layer:compressing', ...named, current: read, total: layer.size })
        told = performance.now()
      }
      yield chunk
    }
    held.check()
  }
  /** What it becomes, without telling anybody. */
  const look = async (attempt: AbortSignal): Promise<Descriptor> => {
    read = 0
    fromSource = false
    const hasher = createHasher('sha256')
    let size = 0
    for await (const chunk of compressed(attempt)) {
      hasher.update(chunk)
      size += chunk.byteLength
    }
    return { mediaType: OCI_LAYER, digest: hasher.digest(), size }
  }
  const once = async (attempt: AbortSignal): Promise<Descriptor> => {
    read = 0
    fromSource = false
    const receiver = await delivery.receive({ mediaType: OCI_LAYER }, { signal: attempt })
    if (typeof receiver === 'string') throw new TypeError('content of unknown digest is never there')
    try {
      await receiver.begin({ start: 0, source: 'its layer in another compression' })
      for await (const chunk of compressed(attempt)) await receiver.write(chunk)
      return await receiver.commit({ signal: attempt })
    } catch (error) {
      attempt.throwIfAborted()
      throw receiver.failed?.aborted === true ? receiver.failed.reason : unwrapSinkError(error)
    } finally {
      await receiver.discard()
    }
  }
  const work: Work<{ made: Descriptor; wasSent: boolean }, CopyEvent> = async ({ started, attempt, report }) => {
    await started
    const how: Parameters<typeof attempt>[1] = {
      // Each attempt is a whole one.
      position: () => 0,
      retry: (error) => (fromSource ? retryBlob(error) : retryUpload(error)),
      onRetry({ attempt: count, seconds, error }) {
        const message = error instanceof Error ? error.message : String(error)
        report({ type: 'layer:retry', ...named, attempt: count, seconds, code: codeOf(error), message })
      },
    }
    if (may.size > 0) {
      const made = await attempt(look, how)
      if (may.has(made.digest) && (await delivery.has(made, { signal }))) return { made, wasSent: false }
    }
    await hooks.before?.(layer)
    return { made: await attempt(once, how), wasSent: true }
  }
  const watch = transfers.run(`${layer.digest} in ${compression}`, work, { signal, size: layer.size })
  try {
    for await (const event of watch) emit(event)
    const result = await watch.result()
    const { digest: now, size } = result.made
    emit({ type: 'layer:compressed', ...named, now, size, compression })
    if (result.wasSent) await hooks.after?.(result.made)
    return result
  } finally {
    await watch.release()
  }
}

/** Hashes what passes, once for each algorithm that configs speak in. */
function heldAgainst(
  { digest }: Descriptor,
  diffIds: readonly Digest[],
): { through(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>; check(): void } {
  const hashers = new Map([...new Set(diffIds.map(algorithmOf))].map((name) => [name, createHasher(name)]))
  return {
    async *through(chunks) {
      for await (const chunk of chunks) {
        for (const hasher of hashers.values()) hasher.update(chunk)
        yield chunk
      }
    },
    check() {
      const actual = new Map([...hashers].map(([name, hasher]) => [name, hasher.digest()]))
      for (const expected of diffIds) {
        const found = actual.get(algorithmOf(expected))
        if (found === expected || found === undefined) continue
        throw new PullError('DIFF_ID_MISMATCH', `${digest} decompresses to ${found} instead of ${expected}`, {
          digest,
          expected,
          actual: found,
          hint: 'the image was built incorrectly; copy it as it is, without --compression',
        })
      }
    },
  }
}

const noConfig = ({ digest }: Descriptor, config: Descriptor): CopyError =>
  new CopyError('INDEX_INCOMPLETE', `the config ${config.digest} of ${digest} is not there`, {
    digest,
    hint: 'its diffIDs are needed to verify the layers: pull it again, or copy it as it is',
  })

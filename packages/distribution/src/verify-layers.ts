import { sniff } from '@lading/compression'
import type { Digest } from '@lading/digest'
import { imageProblem, parseImageConfig, type Descriptor, type ImageConfig } from '@lading/manifest'
import type { ReadDocument } from './read-document.ts'
import { algorithmsFor, isNamedIn } from './diff-id-names.ts'
import type { Obtained } from './obtain-layer.ts'
import type { PullStore } from './ports.ts'
import { registerLayers } from './register-layers.ts'

export interface VerifiedImage {
  readonly config: ImageConfig
  readonly id: Digest
}

/**
 * Holds each layer of an image that is in the store against the diffID in its config, and registers it; by the least work:
 * what is known is believed, and what is not compressed is what its digest says.
 *
 * @returns `undefined` for what is no container image
 * @throws PullError `DIFF_ID_MISMATCH`; LayerError; ManifestError for a config that is none
 */
export async function verifyLayers(
  store: PullStore,
  { descriptor, bytes, manifest }: ReadDocument,
  signal: AbortSignal,
): Promise<VerifiedImage | undefined> {
  if (manifest.kind !== 'manifest' || imageProblem(manifest) !== undefined) return undefined
  const config = parseImageConfig(await store.contents.read(manifest.config.digest, { signal }))
  const stop = new AbortController()
  const either = AbortSignal.any([signal, stop.signal])
  const obtained = new Map<Digest, Promise<Obtained>>()
  for (const [at, layer] of manifest.layers.entries()) {
    if (obtained.has(layer.digest)) continue
    const looked = look(store, layer, {
      diffId: config.rootfs.diffIds[at],
      algorithms: algorithmsFor(layer.digest, manifest, config),
      signal: either,
    })
    // Its failure is looked at in its turn.
    looked.catch(() => undefined)
    obtained.set(layer.digest, looked)
  }
  try {
    const job = { store, emit: () => undefined, signal }
    await registerLayers(job, { descriptor, bytes, manifest }, manifest, config, obtained, true)
  } catch (error) {
    stop.abort(error)
    await Promise.allSettled(obtained.values())
    throw error
  }
  return { config, id: manifest.config.digest }
}

async function look(
  { contents, layers }: PullStore,
  layer: Descriptor,
  {
    diffId,
    algorithms,
    signal,
  }: {
    readonly diffId: Digest | undefined
    readonly algorithms: Parameters<typeof isNamedIn>[1]
    readonly signal: AbortSignal
  },
): Promise<Obtained> {
  const known = await layers.known(layer.digest)
  if (known !== undefined && isNamedIn(known, algorithms)) return { existed: true, inside: known }
  if (diffId === layer.digest && diffId.startsWith('sha256:') && (await isPlain(contents, layer, signal)))
    return { existed: false, inside: { diffId, size: layer.size } }
  return { existed: false, inside: await layers.uncompress(layer, { algorithms, checksums: false, signal }) }
}

/** Not compressed: its own bytes are what it unpacks to. */
async function isPlain(contents: PullStore['contents'], layer: Descriptor, signal: AbortSignal): Promise<boolean> {
  for await (const chunk of contents.open(layer, { signal })) return sniff(chunk.subarray(0, 16)) === 'none'
  return true
}

import { algorithmOf, shortId, type Digest } from '@lading/digest'
import { nextChainId } from '@lading/digest/hash'
import type { Descriptor, ImageConfig, ImageManifest } from '@lading/manifest'
import { namesOf, nameIn } from './diff-id-names.ts'
import type { Obtained } from './obtain-layer.ts'
import type { ManifestDocument, Uncompressed } from './ports.ts'
import { PullError } from './pull-error.ts'
import type { PullJob } from './pull-job.ts'
import { createRegistrar, type Registrar, type Registration } from './registrar.ts'

/** A pull, or whatever else has layers to register. */
type Registering = Pick<PullJob, 'store' | 'emit' | 'signal'>

/**
 * From the base up: each layer's diffID against the config's, then its registration on the one below.
 * With `verify: 'digest'` no diffID is known and no layer is registered.
 *
 * @throws PullError `DIFF_ID_MISMATCH`
 */
export async function registerLayers(
  job: Registering,
  document: ManifestDocument,
  manifest: ImageManifest,
  config: ImageConfig,
  obtained: ReadonlyMap<Digest, Promise<Obtained>>,
  quiet: boolean,
): Promise<void> {
  const { diffIds } = config.rootfs
  if (diffIds.length !== manifest.layers.length) {
    throw mismatch(
      `it has ${manifest.layers.length} layers but its config lists ${diffIds.length}`,
      document.descriptor.digest,
      diffIds.length,
      manifest.layers.length,
    )
  }
  const registrar = createRegistrar(job.store)
  try {
    await addLayers(job, registrar, { manifest, diffIds, obtained, quiet })
    await registrar.end()
  } finally {
    await registrar.rest()
  }
}

async function addLayers(
  job: Registering,
  registrar: Registrar,
  {
    manifest,
    diffIds,
    obtained,
    quiet,
  }: {
    readonly manifest: ImageManifest
    readonly diffIds: readonly Digest[]
    readonly obtained: ReadonlyMap<Digest, Promise<Obtained>>
    readonly quiet: boolean
  },
): Promise<void> {
  let parent: Digest | undefined
  const told = new Set<Digest>()
  for (const [index, layer] of manifest.layers.entries()) {
    const expected = diffIds[index] as Digest
    const {
      existed = true,
      renamed = false,
      inside: found,
    }: Partial<Obtained> = (await obtained.get(layer.digest)) ?? {}
    if (found !== undefined) {
      const inside = nameOf(found, expected) === expected ? found : await insideAnew(job, layer, expected, found)
      const actual = nameOf(inside, expected)
      if (actual !== expected)
        throw mismatch(
          `layer ${layer.digest} decompresses to ${actual}, but its config says ${expected}`,
          layer.digest,
          expected,
          actual,
        )
      const chainId = nextChainId(parent, expected)
      const aliases = namesOf(inside).filter((name) => name !== expected)
      const record: Registration = { blob: layer.digest, diffId: expected, aliases, size: inside.size, parent }
      // What was inflated just now was not remembered: another blob carried this layer, or the record of this one was lost or wrong.
      const known = existed && !renamed && inside === found && (await job.store.layers.get(chainId)) !== undefined
      await registrar.add(record, { known })
      parent = chainId
    }
    if (!quiet && !existed && !told.has(layer.digest)) {
      const complete = { digest: layer.digest, id: shortId(layer.digest), diffId: found && expected }
      registrar.afterwards(() => job.emit({ type: 'layer:complete', ...complete }))
    }
    told.add(layer.digest)
  }
}

const nameOf = (inside: Uncompressed, like: Digest): Digest => nameIn(inside, algorithmOf(like)) ?? inside.diffId

/** A record is a memory, and a disk may have changed a digit of it: before anybody is accused, the layer itself is looked at. */
async function insideAnew(
  { store, signal }: Registering,
  layer: Descriptor,
  expected: Digest,
  found: Uncompressed,
): Promise<Uncompressed> {
  const { layers } = store
  const remembered = [await layers.known(layer.digest), await layers.recall(layer.digest)]
  if (!remembered.some((each) => each !== undefined && nameOf(each, expected) === nameOf(found, expected))) return found
  return layers.uncompress(layer, { algorithms: [algorithmOf(expected)], checksums: false, signal })
}

const mismatch = (what: string, digest: string, expected: string | number, actual: string | number): PullError =>
  new PullError('DIFF_ID_MISMATCH', `layers from manifest don't match image configuration: ${what}`, {
    digest,
    expected,
    actual,
    hint: 'the image was built or copied incorrectly, or was changed; it was not stored. Ask its publisher to push it again',
  })

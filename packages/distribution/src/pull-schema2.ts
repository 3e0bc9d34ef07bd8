import type { Digest } from '@lading/digest'
import {
  imageProblem,
  platformOf,
  type Descriptor,
  type ImageConfig,
  type ImageManifest,
  type Platform,
} from '@lading/manifest'
import { arrivingImage } from './arriving-image.ts'
import { algorithmsFor } from './diff-id-names.ts'
import { fetchConfig } from './fetch-config.ts'
import { warnAboutPlatform } from './image-platform.ts'
import { obtainLayer, type Obtained } from './obtain-layer.ts'
import type { Look } from './look.ts'
import type { ManifestDocument, PullRepository } from './ports.ts'
import { PullError } from './pull-error.ts'
import type { PullJob } from './pull-job.ts'
import { registerLayers } from './register-layers.ts'
import { together } from './together.ts'
import { createTurns } from './turns.ts'

export interface PulledContent {
  readonly id: Digest
  readonly config: ImageConfig
  readonly platform: Platform
  readonly layers: readonly (Descriptor & { readonly diffId: Digest })[]
}

/**
 * The content of one image, Docker schema 2 or OCI: config and layers in parallel, layers registered from the base
 * up, every diffID held against the config. Returns only when all of it is durable; writes no manifest and no name.
 *
 * @returns `allHere`: nothing came, and nothing was written in the place of what was here
 */
export async function pullSchema2(
  job: PullJob,
  repository: PullRepository,
  document: ManifestDocument,
  how: { readonly fromIndex: boolean; readonly look: Look },
): Promise<{ readonly content: PulledContent; readonly allHere: boolean }> {
  const manifest = imageManifest(document)
  if (job.verify === 'full') job.store.layers.assertLayerCount(manifest.layers.length, document.descriptor.digest)
  const { look } = how
  // An image that is here is told by its status alone, as docker does.
  const quiet = look.isWhole

  const group = together(job.signal)
  let allHere = quiet && document.stored === true
  const config = group.first(async () => {
    const fetched = await fetchConfig(job, repository, manifest.config, { look, signal: group.signal })
    allHere &&= fetched.stored
    return fetched.config
  })
  const turns = createTurns()
  const obtained = new Map<Digest, Promise<Obtained>>()
  const layers = [...new Map(manifest.layers.map((layer) => [layer.digest, layer])).values()]
  const inOrder = layers.map((layer, rank) => ({ layer, rank, turn: turns() }))
  // The largest is asked for first: it takes longest, and the others fit in beside it.
  for (const { layer, rank, turn } of inOrder.toSorted((a, b) => b.layer.size - a.layer.size))
    obtained.set(
      layer.digest,
      group.next(
        () =>
          obtainLayer(job, repository, layer, {
            quiet,
            look,
            turn,
            // Without a config nothing comes of this image; whoever shares its downloads goes on.
            algorithms: config.then(
              (known) => algorithmsFor(layer.digest, manifest, known),
              () => [],
            ),
            checksums: false,
            signal: group.signal,
          }),
        rank,
      ),
    )
  if (job.onArriving !== undefined) {
    const tell = job.onArriving
    // Its failure is that of the config, which is told there.
    void config.then(
      () => tell(arrivingImage(job, document, manifest.config, obtained)),
      () => {},
    )
  }
  const registered = group.next(async () =>
    registerLayers({ ...job, signal: group.signal }, document, manifest, await config, obtained, quiet),
  )
  await group.settle()
  await registered

  for (const { digest, data } of layers)
    allHere &&= data === undefined && (await obtained.get(digest))?.existed === true
  const checked = await config
  warnAboutPlatform(job, checked, document.descriptor, how.fromIndex)
  const content: PulledContent = {
    id: manifest.config.digest,
    config: checked,
    platform: platformOf(checked),
    layers: manifest.layers.map((layer, index) => ({ ...layer, diffId: checked.rootfs.diffIds[index] as Digest })),
  }
  return { content, allHere }
}

function imageManifest({ manifest, descriptor }: ManifestDocument): ImageManifest {
  const problem =
    manifest.kind === 'manifest'
      ? imageProblem(manifest)
      : { what: 'another kind of document', hint: 'fetch it with the tool that pushed it' }
  if (problem === undefined && manifest.kind === 'manifest') return manifest
  throw new PullError('NOT_AN_IMAGE', `${descriptor.digest} is ${problem?.what}, not a container image`, {
    digest: descriptor.digest,
    hint: problem?.hint,
  })
}

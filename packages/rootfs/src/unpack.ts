import type { AbortOptions } from '@lading/clock'
import type { ImageConfig } from '@lading/manifest'
import { refuseForeign } from './bundle/runtime-config-of.ts'
import { imageLayers, type ArrivingParts, type ImageLayer, type ImageToUnpack } from './image-layers.ts'
import type { LayerArchive } from './layer-archive.ts'
import { limitsOf, type UnpackLimits } from './limits.ts'
import { createTemporaryRoot } from './place/temporary-root.ts'
import { checkFree, openTargetDirectory } from './place/target-directory.ts'
import { clearLeftovers } from './place/leftovers.ts'
import { makeTree } from './place/make-tree.ts'
import { putInPlace } from './place/put-in-place.ts'
import type { UnpackWarning } from './rest/do-the-rest.ts'
import { plainSystemError } from './system-error.ts'
import { ownersOf, type OwnerOptions } from './owners.ts'
import { probeNewFiles, type NewFiles } from './unpacker/probe.ts'
import { writeLayers } from './write-layers.ts'

export interface UnpackOptions extends AbortOptions, OwnerOptions, UnpackLimits {
  /** Replace the directory that an earlier unpack created, in one step; default false. */
  readonly overwrite?: boolean | undefined
  /** Create devices, which needs root, and do not only record them; default false. */
  readonly devices?: boolean | undefined
  /** Called synchronously, in order. */
  readonly onEvent?: ((event: UnpackEvent) => void) | undefined
}

export interface UnpackImageOptions extends UnpackOptions {
  /**
   * A bundle, as `runc run` takes it (runtime-spec, bundle.md): the tree is `rootfs` in the directory, and `config.json` beside it
   * is generated from the image's config (image-spec, conversion.md). Its users are those of the maps; with `rootless`, the user who
   * unpacks is root there. Default false.
   */
  readonly bundle?: boolean | undefined
}

/** What happens, in order. */
export type UnpackEvent =
  /** One layer begins, the lowest first. `index` counts from 0. */
  | { readonly type: 'layer'; readonly name: string; readonly index: number; readonly of: number }
  | ({ readonly type: 'warning' } & UnpackWarning)

/** What was unpacked. */
export interface Unpacked {
  /** Absolute. */
  readonly directory: string
  readonly layers: number
  /** Of all layers, whiteouts too. */
  readonly entries: number
  /** Of files, written. */
  readonly bytes: number
}

/**
 * Writes the root filesystem of an image from its layers, from the lowest to the uppermost (image-spec, layer.md). It is
 * written beside the directory and renamed at the end, so that it is complete or absent. Beside it, in
 * `<directory>.lading.ndjson`, is what the tree could not hold of the layers.
 *
 * @param directory must not exist, or be empty; its parent must exist
 * @throws RootfsError; what content, compression and tar throw; the signal's reason
 */
export async function unpack(
  image: ImageToUnpack,
  directory: string,
  options: UnpackImageOptions = {},
): Promise<Unpacked> {
  const { layers, config } = await imageLayers(image, options)
  const bundleOf = options.bundle === true ? config : undefined
  const { manifest, arriving } = image
  return unpackAs(layers, directory, { ...options, manifest: manifest.digest, bundleOf, arriving })
}

/** The same for layers from elsewhere, the lowest first. */
export async function unpackLayers(
  layers: readonly LayerArchive[],
  directory: string,
  options: UnpackOptions = {},
): Promise<Unpacked> {
  return unpackAs(layers, directory, options)
}

/**
 * Throws what `unpack` with these options would throw before it reads anything, for callers that have to download the image first.
 *
 * @throws RootfsError `UNPACK_PRIVILEGE`, `UNPACK_UNSUPPORTED`, `UNPACK_DIRECTORY_IN_USE`, `UNPACK_NOT_OURS`
 */
export function assertCanUnpack(directory: string, options: Pick<UnpackOptions, 'rootless' | 'overwrite'> = {}): void {
  ownersOf(options)
  const target = openTargetDirectory(directory)
  try {
    clearLeftovers(target)
    checkFree(target, options.overwrite ?? false)
  } finally {
    target.close()
  }
}

interface UnpackAs extends UnpackOptions {
  readonly manifest?: string | undefined
  /** Of an image that becomes a bundle. */
  readonly bundleOf?: ImageConfig | undefined
  readonly arriving?: ArrivingParts | undefined
}

async function unpackAs(layers: readonly ImageLayer[], directory: string, options: UnpackAs): Promise<Unpacked> {
  const { overwrite = false, devices = false, signal, onEvent, manifest, bundleOf, arriving } = options
  signal?.throwIfAborted()
  ownersOf(options)
  if (bundleOf !== undefined) refuseForeign(bundleOf)
  const owners = { rootless: options.rootless, uidMap: options.uidMap, gidMap: options.gidMap }
  const limits = limitsOf(options)
  const target = openTargetDirectory(directory)
  try {
    clearLeftovers(target)
    const { replaces } = checkFree(target, overwrite)
    const temporary = createTemporaryRoot(target)
    try {
      const made = makeTree(temporary, { bundleOf, owners })
      const newFiles = probed(temporary.descriptor, target.path)
      try {
        const job = {
          root: made.root,
          temporary: temporary.descriptor,
          owners,
          limits,
          newFiles,
          devices,
          record: { ...made.record, manifest },
          bundle: made.bundle,
        }
        const onLayer = (index: number): void =>
          onEvent?.({ type: 'layer', name: layers[index]?.name ?? '', index, of: layers.length })
        const { written, warnings } = await writeLayers(layers, job, { signal, onLayer })
        for (const warning of warnings) onEvent?.({ type: 'warning', ...warning })
        await arriving?.all({ signal })
        signal?.throwIfAborted()
        putInPlace(temporary.descriptor, target, { replaces })
        return { directory: target.path, layers: layers.length, ...written }
      } finally {
        made.close()
      }
    } finally {
      temporary.remove()
    }
  } finally {
    target.close()
  }
}

function probed(directory: number, path: string): NewFiles {
  try {
    return probeNewFiles(directory)
  } catch (error) {
    throw plainSystemError(error, path)
  }
}

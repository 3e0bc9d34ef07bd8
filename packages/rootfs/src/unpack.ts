import { closeSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import type { AbortOptions } from '@lading/clock'
import { createTarReader } from '@lading/tar'
import { imageLayers, type ImageToUnpack } from './image-layers.ts'
import type { LayerArchive } from './layer-archive.ts'
import { limitsOf, type UnpackLimits } from './limits.ts'
import { createTemporaryRoot } from './place/temporary-root.ts'
import { checkFree, openTargetDirectory } from './place/target-directory.ts'
import { clearLeftovers, parts } from './place/leftovers.ts'
import { putInPlace } from './place/put-in-place.ts'
import type { UnpackWarning } from './rest/do-the-rest.ts'
import { plainSystemError } from './system-error.ts'
import { createUnpacker, type Unpacker } from './unpacker/create-unpacker.ts'
import { ownersOf, type OwnerOptions } from './unpacker/owners.ts'
import { probeNewFiles, type NewFiles } from './unpacker/probe.ts'

export interface UnpackOptions extends AbortOptions, OwnerOptions, UnpackLimits {
  /** What an earlier unpacking made is replaced as a whole; default false. */
  readonly overwrite?: boolean | undefined
  /** Devices are made, which needs root, and not only recorded; default false. */
  readonly devices?: boolean | undefined
  /** Called synchronously, in order. */
  readonly onEvent?: ((event: UnpackEvent) => void) | undefined
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
 * The root filesystem of an image, as its layers say, from the lowest to the uppermost (image-spec, layer.md). It is
 * written beside the directory and renamed at the end: before all is right, nothing is there. Beside it, in
 * `<directory>.lading.ndjson`, is what the layers say and the tree does not.
 *
 * @param directory is not there yet, or is empty; what it is in, is
 * @throws RootfsError; what content, compression and tar throw; the signal's reason
 */
export async function unpack(image: ImageToUnpack, directory: string, options: UnpackOptions = {}): Promise<Unpacked> {
  return unpackAs(await imageLayers(image, options), directory, { ...options, manifest: image.manifest.digest })
}

/** The same of layers that come from elsewhere, the lowest first. */
export async function unpackLayers(
  layers: readonly LayerArchive[],
  directory: string,
  options: UnpackOptions = {},
): Promise<Unpacked> {
  return unpackAs(layers, directory, options)
}

/**
 * Throws what `unpack` with these options would throw before it reads anything: for who has to fetch the image first.
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

async function unpackAs(
  layers: readonly LayerArchive[],
  directory: string,
  options: UnpackOptions & { readonly manifest?: string | undefined },
): Promise<Unpacked> {
  const { overwrite = false, devices = false, signal, onEvent, manifest } = options
  signal?.throwIfAborted()
  const owners = ownersOf(options)
  const limits = limitsOf(options)
  const target = openTargetDirectory(directory)
  try {
    clearLeftovers(target)
    const { replaces } = checkFree(target, overwrite)
    const temporary = createTemporaryRoot(target)
    try {
      const root = temporary.make(parts.tree)
      const newFiles = probed(temporary.descriptor, target.path)
      const unpacker = createUnpacker(root, { owners, limits, newFiles, devices })
      try {
        for (const [index, layer] of layers.entries()) {
          onEvent?.({ type: 'layer', name: layer.name, index, of: layers.length })
          await unpackLayer(layer, unpacker, options)
        }
        const { lines, warnings } = unpacker.finish(temporary.descriptor)
        for (const warning of warnings) onEvent?.({ type: 'warning', ...warning })
        signal?.throwIfAborted()
        const record = { manifest, lines: lines() }
        putInPlace({ temporary: temporary.descriptor, root, replaces }, record, target)
        return { directory: target.path, layers: layers.length, ...unpacker.written }
      } finally {
        unpacker.close()
        closeSync(root)
      }
    } finally {
      temporary.remove()
    }
  } finally {
    target.close()
  }
}

async function unpackLayer(
  layer: LayerArchive,
  unpacker: Unpacker,
  { signal, maxNameLength, maxDepth = 1024, maxSparseSize }: UnpackOptions,
): Promise<void> {
  const reader = createTarReader(
    { entry: unpacker.begin, body: unpacker.data, bodyEnd: unpacker.end },
    { maxNameLength, maxDepth: maxDepth + 1, maxSparseSize },
  )
  unpacker.nextLayer()
  for await (const chunk of layer.open({ signal })) {
    signal?.throwIfAborted()
    reader.push(chunk)
    await setImmediate()
  }
  reader.end()
}

function probed(directory: number, path: string): NewFiles {
  try {
    return probeNewFiles(directory)
  } catch (error) {
    throw plainSystemError(error, path)
  }
}

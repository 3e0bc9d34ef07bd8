import { closeSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import type { AbortOptions } from '@lading/clock'
import { createTarReader } from '@lading/tar'
import { imageLayers, type ImageToUnpack } from './image-layers.ts'
import type { LayerArchive } from './layer-archive.ts'
import { limitsOf, type UnpackLimits } from './limits.ts'
import { createTemporaryRoot } from './place/temporary-root.ts'
import { assertFree, openTargetDirectory, putInPlace } from './place/target-directory.ts'
import { plainSystemError } from './system-error.ts'
import { createUnpacker, type Unpacker } from './unpacker/create-unpacker.ts'
import { ownersOf, type OwnerOptions } from './unpacker/owners.ts'
import { probeNewFiles } from './unpacker/probe.ts'

export interface UnpackOptions extends AbortOptions, OwnerOptions, UnpackLimits {}

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

const tree = 'tree'

/**
 * The root filesystem of an image, as its layers say, from the lowest to the uppermost (image-spec, layer.md). It is
 * written beside the directory and renamed at the end: before all is right, nothing is there.
 *
 * @param directory is not there yet, or is empty; what it is in, is
 * @throws RootfsError; what content, compression and tar throw; the signal's reason
 */
export async function unpack(image: ImageToUnpack, directory: string, options: UnpackOptions = {}): Promise<Unpacked> {
  return unpackLayers(await imageLayers(image, options), directory, options)
}

/** The same of layers that come from elsewhere, the lowest first. */
export async function unpackLayers(
  layers: readonly LayerArchive[],
  directory: string,
  options: UnpackOptions = {},
): Promise<Unpacked> {
  options.signal?.throwIfAborted()
  const owners = ownersOf(options)
  const limits = limitsOf(options)
  const target = openTargetDirectory(directory)
  try {
    assertFree(target)
    const temporary = createTemporaryRoot(target)
    try {
      const root = temporary.make(tree)
      const unpacker = createUnpacker(root, { owners, limits, newFiles: probed(temporary.descriptor, target.path) })
      try {
        for (const layer of layers) await unpackLayer(layer, unpacker, options)
        unpacker.finish()
        options.signal?.throwIfAborted()
        putInPlace(temporary.descriptor, tree, target)
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

async function unpackLayer(layer: LayerArchive, unpacker: Unpacker, { signal, ...limits }: UnpackOptions) {
  const { maxNameLength, maxDepth = 1024, maxSparseSize } = limits
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

function probed(directory: number, path: string) {
  try {
    return probeNewFiles(directory)
  } catch (error) {
    throw plainSystemError(error, path)
  }
}

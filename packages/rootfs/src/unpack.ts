import { closeSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import type { AbortOptions } from '@lading/clock'
import { createTarReader } from '@lading/tar'
import { imageLayers, type ImageLayer, type ImageToUnpack } from './image-layers.ts'
import type { LayerArchive } from './layer-archive.ts'
import { limitsOf, tarOptionsOf, type UnpackLimits } from './limits.ts'
import { createTemporaryRoot } from './place/temporary-root.ts'
import { checkFree, openTargetDirectory } from './place/target-directory.ts'
import { clearLeftovers, parts } from './place/leftovers.ts'
import { putInPlace } from './place/put-in-place.ts'
import type { UnpackWarning } from './rest/do-the-rest.ts'
import { writeRecord } from './place/write-record.ts'
import { threadFiles, unpackInThreads, type Written } from './threads/unpack-in-threads.ts'
import type { WriteJob } from './threads/write-worker.ts'
import { plainSystemError } from './system-error.ts'
import { createUnpacker } from './unpacker/create-unpacker.ts'
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
  layers: readonly ImageLayer[],
  directory: string,
  options: UnpackOptions & { readonly manifest?: string | undefined },
): Promise<Unpacked> {
  const { overwrite = false, devices = false, signal, onEvent, manifest } = options
  signal?.throwIfAborted()
  ownersOf(options)
  const limits = limitsOf(options)
  const target = openTargetDirectory(directory)
  try {
    clearLeftovers(target)
    const { replaces } = checkFree(target, overwrite)
    const temporary = createTemporaryRoot(target)
    try {
      const root = temporary.make(parts.tree)
      const newFiles = probed(temporary.descriptor, target.path)
      try {
        const job = {
          root,
          temporary: temporary.descriptor,
          owners: { rootless: options.rootless, uidMap: options.uidMap, gidMap: options.gidMap },
          limits,
          newFiles,
          devices,
          manifest,
        }
        const onLayer = (index: number): void =>
          onEvent?.({ type: 'layer', name: layers[index]?.name ?? '', index, of: layers.length })
        const { written, warnings } = await writeLayers(layers, job, { signal, onLayer })
        for (const warning of warnings) onEvent?.({ type: 'warning', ...warning })
        signal?.throwIfAborted()
        putInPlace(temporary.descriptor, target, { replaces })
        return { directory: target.path, layers: layers.length, ...written }
      } finally {
        closeSync(root)
      }
    } finally {
      temporary.remove()
    }
  } finally {
    target.close()
  }
}

/** Two threads take longer to start than less than this takes to unpack, in bytes. */
const worthThreads = 1024 * 1024

interface WriteOptions extends AbortOptions {
  readonly onLayer: (index: number) => void
}

/** In two threads where all layers are files, and large enough; else here, as their bytes come. */
async function writeLayers(
  layers: readonly ImageLayer[],
  job: Omit<WriteJob, 'ring' | 'layers'>,
  options: WriteOptions,
): Promise<Written> {
  const layerFiles = layers.map(({ file }) => file).filter((file) => file !== undefined)
  const bytes = layerFiles.reduce((sum, { size }) => sum + size, 0)
  const files = layerFiles.length === layers.length && bytes >= worthThreads ? threadFiles() : undefined
  return files === undefined ? writeHere(layers, job, options) : unpackInThreads(layerFiles, job, { ...options, files })
}

async function writeHere(
  layers: readonly LayerArchive[],
  { root, temporary, owners, limits, newFiles, devices, manifest }: Omit<WriteJob, 'ring' | 'layers'>,
  { signal, onLayer }: WriteOptions,
): Promise<Written> {
  const unpacker = createUnpacker(root, { owners: ownersOf(owners), limits, newFiles, devices })
  try {
    for (const [index, layer] of layers.entries()) {
      onLayer(index)
      const reader = createTarReader(
        { entry: unpacker.begin, body: unpacker.data, bodyEnd: unpacker.end },
        tarOptionsOf(limits),
      )
      unpacker.nextLayer()
      for await (const chunk of layer.open({ signal })) {
        signal?.throwIfAborted()
        reader.push(chunk)
        await setImmediate()
      }
      reader.end()
    }
    const { lines, warnings } = unpacker.finish(temporary)
    writeRecord(temporary, root, { manifest, lines: lines() })
    return { written: unpacker.written, warnings }
  } finally {
    unpacker.close()
  }
}

function probed(directory: number, path: string): NewFiles {
  try {
    return probeNewFiles(directory)
  } catch (error) {
    throw plainSystemError(error, path)
  }
}

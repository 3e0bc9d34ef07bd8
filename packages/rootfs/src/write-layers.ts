import { setImmediate } from 'node:timers/promises'
import type { AbortOptions } from '@lading/clock'
import { createTarReader } from '@lading/tar'
import { finishUnpacking, type Written } from './finish-unpacking.ts'
import type { ImageLayer } from './image-layers.ts'
import { damageOf } from './layer-damage.ts'
import { tarOptionsOf } from './limits.ts'
import { threadFiles, unpackInThreads } from './threads/unpack-in-threads.ts'
import type { WriteJob } from './threads/write-worker.ts'
import { createUnpacker } from './unpacker/create-unpacker.ts'
import { ownersOf } from './owners.ts'

/** Below this size, in bytes, starting two threads takes longer than unpacking. */
const worthThreads = 1024 * 1024

interface WriteOptions extends AbortOptions {
  readonly onLayer: (index: number) => void
}

type Job = Omit<WriteJob, 'ring' | 'layers'>

/** In two threads if all layers are files, and large enough; else in this thread, as their bytes arrive. */
export async function writeLayers(layers: readonly ImageLayer[], job: Job, options: WriteOptions): Promise<Written> {
  const inFiles = layers.flatMap(({ file, arrival }) => (file === undefined ? [] : [{ file, arrival }]))
  const bytes = inFiles.reduce((sum, { file }) => sum + file.size, 0)
  const files = inFiles.length === layers.length && bytes >= worthThreads ? threadFiles() : undefined
  let current = 0
  const onLayer = (index: number): void => {
    current = index
    options.onLayer(index)
  }
  try {
    return await (files === undefined
      ? writeHere(layers, job, { ...options, onLayer })
      : unpackInThreads(inFiles, job, { ...options, onLayer, files }))
  } catch (error) {
    const file = layers[current]?.file
    throw (file === undefined ? undefined : await damageOf(file, error, options)) ?? error
  }
}

async function writeHere(
  layers: readonly ImageLayer[],
  { root, owners, limits, newFiles, devices, ...finish }: Job,
  { signal, onLayer }: WriteOptions,
): Promise<Written> {
  const unpacker = createUnpacker(root, { owners: ownersOf(owners), limits, newFiles, devices })
  try {
    for (const [index, layer] of layers.entries()) {
      await layer.arrival?.({ signal })
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
    return await finishUnpacking(unpacker, finish)
  } finally {
    unpacker.close()
  }
}

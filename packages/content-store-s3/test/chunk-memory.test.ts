import { randomFillSync } from 'node:crypto'
import { expect, it } from 'vitest'
import { systemClock } from '@lading/clock'
import { memoryObjects } from '@lading/content-store-s3/memory'
import { writeChunks, type ChunkWriter } from '../src/blobs/chunk-writer.ts'
import { defaultBounds } from '../src/blobs/engine.ts'
import type { Objects } from '../src/index.ts'
import { timesOf } from '../src/times.ts'

const bounds = { ...defaultBounds, chunkBytes: 1024, inlineBytes: 0 }
const size = 20 * bounds.chunkBytes + 10

interface Scene {
  readonly writer: ChunkWriter
  readonly objects: Objects
  /** The memory of each chunk, as it was given to the store. */
  readonly memories: readonly ArrayBufferLike[]
  /** Lets no further chunk into the store until it is called. */
  hold(): () => void
}

function sceneOf(): Scene {
  const objects = memoryObjects()
  const memories: ArrayBufferLike[] = []
  let gate: Promise<void> = Promise.resolve()
  const writer = writeChunks({
    engine: {
      objects: {
        ...objects,
        async create(key, bytes, options) {
          memories.push(bytes.buffer)
          await gate
          return objects.create(key, bytes, options)
        },
      },
      times: timesOf(),
      clock: systemClock,
      age: () => 0,
      bounds,
      rivals: {},
    },
    algorithm: undefined,
    size,
    keyAt: (offset) => `chunk-${offset}`,
    refuse: { ended: () => new Error('ended'), tooLong: () => new Error('too long') },
  })
  return {
    writer,
    objects,
    memories,
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>()
      gate = promise
      return resolve
    },
  }
}

async function stored({ writer, objects }: Scene): Promise<Buffer> {
  const parts = await Promise.all(writer.chunks.map(({ key }) => objects.get(key)))
  return Buffer.concat(parts.map((part) => part ?? new Uint8Array()))
}

it('the memory of chunks that were written serves the next ones', async () => {
  const scene = sceneOf()
  const content = randomFillSync(Buffer.alloc(size))
  for (let at = 0; at < size; at += 100) await scene.writer.write(content.subarray(at, at + 100))
  await scene.writer.finish()
  expect(scene.memories).toHaveLength(21)
  expect(new Set(scene.memories).size).toBeLessThanOrEqual(bounds.inFlight + 1)
  expect((await stored(scene)).equals(content)).toBe(true)
})

it('bytes that a reader was given while they were written stay as they are', async () => {
  const scene = sceneOf()
  const content = randomFillSync(Buffer.alloc(size))
  const letIn = scene.hold()
  await scene.writer.write(content.subarray(0, bounds.chunkBytes + 1))
  const given = scene.writer.inFlight('chunk-0')
  letIn()
  for (let at = bounds.chunkBytes + 1; at < size; at += 100)
    await scene.writer.write(content.subarray(at, Math.min(size, at + 100)))
  await scene.writer.finish()
  expect(given && Buffer.compare(given, content.subarray(0, bounds.chunkBytes))).toBe(0)
  expect((await stored(scene)).equals(content)).toBe(true)
})

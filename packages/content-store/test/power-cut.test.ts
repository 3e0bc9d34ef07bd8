import { glob, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createContentStore, nodeProcesses, type ContentStore, type ProcessTable } from '@lading/content-store'
import { afterPowerCut, recordingFileSystem, unsyncedFileSystem } from '@lading/content-store/testing'
import { digestOf } from '@lading/digest/hash'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { dice } from '../../../test/support/dice.ts'
import { atScale } from '../../../test/support/scale.ts'
import { blob, bytes, earlier, small, smallDigest } from './killed-content.ts'
import { temporaryDirectory } from './temporary-root.ts'

const fs = unsyncedFileSystem()

const booted = (boot: string): ProcessTable => ({
  ...nodeProcesses(),
  self: () => ({ ...nodeProcesses().self(), boot }),
})

async function take(store: ContentStore, end: number): Promise<void> {
  const ingest = await store.ingest(blob)
  if (ingest === undefined) return
  await ingest.begin({ start: ingest.offset, validator: '"v"', source: 'test' })
  for (let at = ingest.offset; at < end; at += 10_000) await ingest.write(bytes.slice(at, Math.min(end, at + 10_000)))
  await (end === bytes.length ? ingest.commit() : ingest.close())
}

it(
  'has whole blobs, and goes on from a part that is true, after a power cut anywhere in a download, its resume and its commit',
  { timeout: 900_000 },
  async () => {
    const place = await temporaryDirectory()
    const recorded = await recordingFileSystem(fs, place)
    const store = createContentStore({ root: join(place, 'store'), fs: recorded, processes: booted('first') })
    await store.put(digestOf(earlier), earlier)
    await store.makeDurable([digestOf(earlier)])
    const kept = recorded.log.length
    await take(store, 45_000)
    const parted = recorded.log.length
    await take(store, bytes.length)
    const whole = await store.ingest({ digest: smallDigest, size: small.length }, { inMemory: true })
    await whole?.begin({ start: 0, source: 'test' })
    await whole?.write(small.slice())
    await whole?.commit()
    await store.put(smallDigest, small)

    const states = await temporaryDirectory()
    let count = 0
    const cuts = fc.record({ at: fc.nat({ max: recorded.log.length }), random: dice() })
    let resumed = 0
    await fc.assert(
      fc.asyncProperty(cuts, async ({ at, random }) => {
        const state = join(states, String(count++))
        await mkdir(states, { recursive: true })
        await afterPowerCut(recorded, state, { at, random })
        // Whose process is gone for sure is told by time alone, and none passes here.
        for await (const owner of glob('store/lading/ingest/*/*/owner*', { cwd: state })) await rm(join(state, owner))

        const after = createContentStore({ root: join(state, 'store'), fs, processes: booted('later') })
        for await (const { digest } of after.list()) expect(digestOf(await after.read(digest))).toBe(digest)
        const isHere = await after.read(digestOf(earlier)).then(
          (found) => Buffer.compare(found, earlier) === 0,
          () => false,
        )
        expect(isHere || at < kept).toBe(true)
        const ingest = await after.ingest(blob)
        expect(ingest?.offset ?? 0).toBeLessThanOrEqual(at <= parted ? 45_000 : bytes.length)
        if (ingest !== undefined) {
          if (ingest.offset > 0) resumed++
          await ingest.begin({ start: ingest.offset, source: 'test' })
          await ingest.write(bytes.slice(ingest.offset))
          await ingest.commit()
        }
        expect(await after.read(blob.digest)).toEqual(bytes)
        await rm(state, { recursive: true })
      }),
      // The example loses nothing.
      { numRuns: atScale(30, 1_000), endOnFailure: true, examples: [[{ at: parted, random: () => 0.35 }]] },
    )
    // Otherwise nothing was said about parts.
    expect(resumed).toBeGreaterThan(0)
  },
)

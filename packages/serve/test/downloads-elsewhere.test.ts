import { randomBytes } from '@lading/test-registry'
import type { Ingest } from '@lading/content-store'
import { describe, expect, it } from 'vitest'
import { enlarged, needs } from '../../../test/support/needs.ts'
import { fileStore, readAll, reading, scene, turns, type Scene } from './support/downloads-scene.ts'
import { scriptedSource, type ScriptedSource } from './support/scripted-source.ts'

const size = 400_000
const held = 64 * 1024
const bytes = randomBytes(size, 1)

interface Other extends Scene {
  readonly source: ScriptedSource
  /** Somebody else's ingest of the same blob. */
  readonly ingest: Ingest
}

async function other(source = scriptedSource(bytes)): Promise<Other> {
  const made = scene({ store: await fileStore() })
  const ingest = await made.store.contents.ingest({ digest: source.digest, size })
  if (ingest === undefined) throw new Error('it is here')
  return { ...made, source, ingest }
}

async function give(ingest: Ingest, end: number, of: Uint8Array = bytes): Promise<void> {
  if (ingest.offset === 0) await ingest.begin({ start: 0, source: 'another' })
  await ingest.write(new Uint8Array(of.subarray(ingest.offset, end)))
}

describe('a blob that somebody else brings into the store', () => {
  it('is read while it comes, but for the last bytes, and nobody is asked for it', async () => {
    const { open, source, ingest, downloads, events } = await other()
    const opened = open(source)
    await give(ingest, 200_000)
    const blob = await opened
    expect(blob.size).toBe(size)
    expect(downloads.onTheWay()).toMatchObject([{ elsewhere: true, watchers: 1 }])
    const reader = reading(blob)
    expect(Buffer.compare(await reader.upTo(200_000), bytes.subarray(0, 200_000))).toBe(0)
    await give(ingest, size)
    expect((await reader.upTo(size - held - 200_000)).byteLength).toBe(size - held - 200_000)
    let ended = false
    const rest = reader.rest().finally(() => (ended = true))
    await turns()
    expect(ended).toBe(false)
    await ingest.commit()
    expect(Buffer.compare(await rest, bytes.subarray(size - held))).toBe(0)
    expect(Buffer.compare(await readAll(blob), bytes)).toBe(0)
    expect(source.asked).toEqual([])
    expect(events).toMatchObject([{ type: 'download:joined', size }])
  })

  it('is gone on with when the other gives up: who read it is cut, who did not waits', needs(enlarged), async () => {
    const { open, source, ingest, events } = await other()
    const opened = open(source)
    await give(ingest, 100_000)
    const blob = await opened
    const reader = reading(blob)
    await reader.upTo(100_000)
    const last = readAll(blob, { start: size - 10 })
    await ingest.close()
    await expect(reader.rest()).rejects.toMatchObject({ code: 'DOWNLOAD_RESTARTED' })
    expect(Buffer.compare(await last, bytes.subarray(size - 10))).toBe(0)
    expect(source.asked).toEqual([100_000])
    expect(events.map(({ type }) => type)).toEqual(['download:joined', 'download:started', 'download:ended'])
  })

  it('is never had whole when it was wrong', async () => {
    const { open, source, ingest } = await other()
    const opened = open(source)
    await give(ingest, size, new Uint8Array(size))
    const blob = await opened
    const reader = reading(blob)
    await reader.upTo(size - held)
    await expect(ingest.commit()).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' })
    await expect(reader.rest()).rejects.toMatchObject({ code: 'DOWNLOAD_RESTARTED' })
    expect(Buffer.compare(await readAll(blob), bytes)).toBe(0)
    expect(source.asked).toEqual([0])
  })

  it('ends for its readers when the server does', needs(enlarged), async () => {
    const { open, source, ingest, downloads } = await other()
    const opened = open(source)
    await give(ingest, 100_000)
    const reader = reading(await opened)
    await reader.upTo(100_000)
    const failed = reader.rest().catch((error: unknown) => error)
    await downloads.close()
    expect(await failed).toMatchObject({ code: 'DOWNLOAD_STOPPED' })
    await ingest.discard()
  })
})

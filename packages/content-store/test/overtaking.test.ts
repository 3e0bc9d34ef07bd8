import { randomBytes } from 'node:crypto'
import { mkdir, readdir, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createContentStore, type ContentStore, type Ingest, type Waiting } from '@lading/content-store'
import { digestOf } from '@lading/digest/hash'
import { describe, expect, it } from 'vitest'
import { layoutOf } from '../src/layout.ts'
import { temporaryDirectory } from './temporary-root.ts'

const bytes = new Uint8Array(randomBytes(50_000))
const blob = { digest: digestOf(bytes), size: bytes.length }
const afterMs = 100

interface Scene {
  readonly root: string
  /** Another process's store, as far as a store can tell: by another path, one does not queue with it. */
  another(how?: { below?: number; onWaiting?: (waiting: Waiting) => void }): Promise<ContentStore>
}

async function scene(): Promise<Scene> {
  const directory = await temporaryDirectory()
  const root = join(directory, 'store')
  await mkdir(root)
  let others = 0
  return {
    root,
    async another({ below = 1_000_000, onWaiting } = {}) {
      const alias = join(directory, `alias-${others++}`)
      await symlink(root, alias)
      return createContentStore({ root: alias, overtaking: { below, afterMs }, onWaiting })
    },
  }
}

const started = async (store: ContentStore): Promise<Ingest> => {
  const ingest = await store.ingest(blob, { yields: true })
  if (ingest === undefined) throw new Error('it is here')
  return ingest
}

/** Gives it the next bytes, so many every 10 ms, as long as it takes them and is not told to stop. */
async function drip(ingest: Ingest, each: number, stop = new AbortController().signal): Promise<void> {
  while (!stop.aborted) {
    await ingest.write(bytes.slice(ingest.offset, ingest.offset + each))
    await sleep(10)
  }
}

const finish = async (ingest: Ingest): Promise<void> => {
  await ingest.begin({ start: ingest.offset, source: 'test' })
  await ingest.write(bytes.slice(ingest.offset))
  await ingest.commit()
}

describe('a download of another process that is slow', () => {
  it('is overtaken by one that waits, which begins with its bytes; its owner ends, and finds the blob', async () => {
    const { root, another } = await scene()
    const slow = await another()
    const owner = await started(slow)
    await owner.begin({ start: 0, source: 'test', validator: '"etag"' })
    await owner.write(bytes.slice(0, 1_000))
    const dripping = drip(owner, 10)
    // It may end before anybody waits for it below.
    dripping.catch(() => undefined)

    const fast = await started(await another())
    expect(fast.offset).toBeGreaterThanOrEqual(1_000)
    expect(fast.validator).toBe('"etag"')
    await finish(fast)

    await expect(dripping).rejects.toMatchObject({
      name: 'ContentError',
      code: 'INGEST_SUPERSEDED',
      message: `the download of ${blob.digest} ends: another process downloaded it`,
    })
    await owner.close()
    expect(await slow.ingest(blob, { yields: true })).toBeUndefined()
    expect(await slow.read(blob.digest)).toEqual(bytes)
    expect(await readdir(dirname(layoutOf(root).ingest(blob.digest)))).toEqual([])
  })

  it('is overtaken by one at a time; the others wait for whoever is first', async () => {
    const { another } = await scene()
    const owner = await started(await another())
    await owner.begin({ start: 0, source: 'test' })
    const dripping = drip(owner, 10).catch(() => {})
    const waiters = [await another(), await another(), await another()].map((store) =>
      store.ingest(blob, { yields: true }),
    )
    const first = await Promise.race(waiters)
    await sleep(3 * afterMs)
    if (first === undefined) throw new Error('it is here')
    await finish(first)
    expect((await Promise.all(waiters)).filter((ingest) => ingest !== undefined)).toEqual([first])
    await dripping
    await owner.close()
  })

  it('is left alone by one that is no faster, which waits again and throws its own away', async () => {
    const { root, another } = await scene()
    const owner = await started(await another())
    await owner.begin({ start: 0, source: 'test' })
    const enough = new AbortController()
    const dripping = drip(owner, 60, enough.signal)
    const waiter = await another()
    const beside = await started(waiter)
    await beside.begin({ start: beside.offset, source: 'test' })
    await expect(drip(beside, 5)).rejects.toMatchObject({
      code: 'INGEST_SUPERSEDED',
      message: `the download of ${blob.digest} ends: this one is no faster than the process that downloads it`,
    })
    await beside.close()
    expect(await readdir(dirname(layoutOf(root).ingest(blob.digest)))).toHaveLength(1)
    const again = waiter.ingest(blob, { yields: true })
    await sleep(3 * afterMs)
    enough.abort()
    await dripping
    await finish(owner)
    expect(await again).toBeUndefined()
  })

  it('is waited for where it is fast enough, and by whoever does not yield', async () => {
    const { another } = await scene()
    const owner = await started(await another())
    await owner.begin({ start: 0, source: 'test' })
    const enough = new AbortController()
    const dripping = drip(owner, 10, enough.signal)
    const told: Waiting[] = []
    const patient = (await another({ onWaiting: (waiting) => told.push(waiting) })).ingest(blob)
    const content = (await another({ below: 1 })).ingest(blob, { yields: true })
    while (told.length === 0) await sleep(10)
    enough.abort()
    await dripping
    await finish(owner)
    expect(await Promise.all([patient, content])).toEqual([undefined, undefined])
    expect(told).toMatchObject([
      { message: expect.stringMatching(`^waiting for process [0-9]+, which downloads ${blob.digest}; `) as string },
    ])
  })
})

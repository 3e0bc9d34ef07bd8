import { digestOf } from '@lading/digest/hash'
import { randomBytes } from '@lading/test-registry'
import { describe, expect, it } from 'vitest'
import { fileStore, readAll, reading, scene, turns } from './support/downloads-scene.ts'
import { cut, scriptedSource } from './support/scripted-source.ts'

const size = 400_000
const held = 64 * 1024
const bytes = randomBytes(size, 1)

describe('one download, many readers', () => {
  it('asks once, however many come at once, and gives each its range', async () => {
    const { open, events, store } = scene()
    const source = scriptedSource(bytes, [[{ give: 1000 }, 'stall']])
    const ranges = [0, 1, 77_777, size - held - 1, size - held, size - 1, size].map((start) => ({ start }))
    const opened = await Promise.all(ranges.map(() => open(source)))
    const read = opened.map((blob, at) => readAll(blob, ranges[at]))
    const middle = readAll(await open(source), { start: 100, end: 200_000 })
    source.go()
    for (const [at, { start }] of ranges.entries())
      expect(Buffer.compare(await read[at]!, bytes.subarray(start))).toBe(0)
    expect(Buffer.compare(await middle, bytes.subarray(100, 200_000))).toBe(0)
    expect(source.asked).toEqual([0])
    expect(source.sent).toBe(size)
    expect(source.stats).toBe(1)
    expect(await store.contents.verify(source.digest)).toEqual({ size })
    expect(events.map(({ type }) => type).filter((type) => type !== 'download:joined')).toEqual([
      'download:started',
      'download:ended',
    ])
  })

  it('gives what has come while the rest is on its way, but for the last bytes, which wait for the digest', async () => {
    const { open, downloads } = scene({ store: await fileStore() })
    const source = scriptedSource(bytes, [[{ give: 200_000 }, 'stall', { give: size }, 'stall']])
    const blob = await open(source)
    const reader = reading(blob)
    expect(Buffer.compare(await reader.upTo(200_000), bytes.subarray(0, 200_000))).toBe(0)
    const last = reading(blob, { start: size - 10 })
    const early = readAll(blob, { start: 10, end: 300_000 })
    source.go()
    expect(Buffer.compare(await early, bytes.subarray(10, 300_000))).toBe(0)
    await source.stalled
    expect((await reader.upTo(200_000 - held)).byteLength).toBe(200_000 - held)
    let ended = 0
    const rest = [reader.rest(), last.rest()].map((each) => each.finally(() => (ended += 1)))
    await turns()
    expect(ended).toBe(0)
    expect(downloads.onTheWay()).toMatchObject([
      { digest: source.digest, size, written: size, watchers: 1, host: 'upstream.test', repository: 't/app' },
    ])
    source.go()
    expect(Buffer.compare((await rest[0])!, bytes.subarray(size - held))).toBe(0)
    expect(Buffer.compare((await rest[1])!, bytes.subarray(size - 10))).toBe(0)
    expect(downloads.onTheWay()).toEqual([])
    expect(source.sent).toBe(size)
  })

  it('waits for no reader', async () => {
    const { open, store } = scene({ store: await fileStore() })
    const source = scriptedSource(bytes)
    const blob = await open(source)
    const slow = reading(blob)
    const first = await slow.upTo(1)
    const other = await open(source)
    expect(Buffer.compare(await readAll(other), bytes)).toBe(0)
    other.close()
    expect(await store.contents.stat(source.digest)).toEqual({ size })
    expect(Buffer.compare(Buffer.concat([first, await slow.rest()]), bytes)).toBe(0)
    expect(source.sent).toBe(size)
  })

  it('goes on for the others when a reader leaves', async () => {
    const { open } = scene()
    const source = scriptedSource(bytes, [[{ give: 100_000 }, 'stall']])
    const [one, other] = [await open(source), await open(source)]
    const leaving = new AbortController()
    const left = readAll(one, { signal: leaving.signal })
    leaving.abort(new Error('gone'))
    await expect(left).rejects.toThrow('gone')
    one.close()
    one.close()
    source.go()
    expect(Buffer.compare(await readAll(other), bytes)).toBe(0)
    expect(source.asked).toEqual([0])
  })

  it('reads on from the store while a prune runs, which takes the blob only when nobody reads it', async () => {
    const { open, store } = scene({ store: await fileStore() })
    const source = scriptedSource(bytes)
    const blob = await open(source)
    const reader = reading(blob)
    const first = await reader.upTo(1)
    await readAll(blob)
    await store.prune({ minAgeMs: 0 })
    expect(Buffer.compare(Buffer.concat([first, await reader.rest()]), bytes)).toBe(0)
    expect(await store.contents.stat(source.digest)).toEqual({ size })
    blob.close()
    await turns()
    await store.prune({ minAgeMs: 0 })
    expect(await store.contents.stat(source.digest)).toBeUndefined()
  })

  it('refuses a range that is not within the blob', async () => {
    const { open } = scene()
    const blob = await open(scriptedSource(bytes))
    for (const range of [{ start: -1 }, { start: 5, end: 4 }, { end: size + 1 }, { start: 0.5 }, { start: Number.NaN }])
      await expect(readAll(blob, range)).rejects.toMatchObject({ code: 'DOWNLOAD_RANGE_INVALID' })
  })
})

describe('what breaks off', () => {
  it('goes on where it ended, and no reader notices', async () => {
    const { open } = scene({ store: await fileStore() })
    const source = scriptedSource(bytes, [[{ give: 100_000 }, 'cut'], ['cut'], [{ give: 50_000 }, 'cut']])
    expect(Buffer.compare(await readAll(await open(source)), bytes)).toBe(0)
    expect(source.asked).toEqual([0, 100_000, 100_000, 150_000])
    expect(source.sent).toBe(size)
  })

  it('goes on also with a source that sends everything again', async () => {
    const { open } = scene({ store: await fileStore() })
    const source = scriptedSource(bytes, [[{ give: 100_000 }, 'cut'], ['whole', { give: 30_000 }, 'cut'], ['whole']])
    const blob = await open(source)
    const reader = reading(blob)
    const first = await reader.upTo(90_000)
    expect(Buffer.compare(Buffer.concat([first, await reader.rest()]), bytes)).toBe(0)
  })

  it('ends after five attempts that bring nothing, and keeps what came', async () => {
    const { open, events } = scene({ store: await fileStore() })
    const cuts = Array.from({ length: 5 }, () => ['cut'] as const)
    const source = scriptedSource(bytes, [[{ give: 100_000 }, 'cut'], ...cuts])
    const blob = await open(source)
    await expect(readAll(blob)).rejects.toMatchObject({ code: 'CONNECTION_LOST' })
    blob.close()
    expect(events.at(-1)).toMatchObject({ type: 'download:ended', outcome: 'failed', received: 100_000 })
    expect(Buffer.compare(await readAll(await open(source)), bytes)).toBe(0)
    expect(source.sent).toBe(size)
  })

  it('is told to whoever opens it, when nothing came', async () => {
    const { open } = scene()
    const failure = cut()
    const source = scriptedSource(
      bytes,
      Array.from({ length: 5 }, () => [{ fail: failure }]),
    )
    await expect(open(source)).rejects.toBe(failure)
    const absent = scriptedSource(bytes, [], { absent: true })
    await expect(open(absent)).rejects.toMatchObject({ code: 'CONTENT_UNKNOWN' })
  })
})

describe('what is wrong', () => {
  it.each(['files', 'memory'])('cuts each reader before the last bytes, and keeps nothing, in %s', async (where) => {
    const { open, store } = scene(where === 'files' ? { store: await fileStore() } : {})
    const source = scriptedSource(bytes, [[{ give: 1000 }, 'flip']])
    const blob = await open(source)
    const got: Uint8Array[] = []
    const read = (async () => {
      for await (const piece of blob.read({ start: 0, end: size })) got.push(piece)
    })()
    await expect(read).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' })
    await expect(readAll(blob, { start: size - 1 })).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' })
    expect(Buffer.concat(got).byteLength).toBeLessThanOrEqual(size - held)
    expect(await store.contents.stat(source.digest)).toBeUndefined()
    blob.close()
    expect(Buffer.compare(await readAll(await open(source)), bytes)).toBe(0)
    expect(source.asked).toEqual([0, 0])
  })

  it('comes again from its start when bytes of an earlier time were wrong: who read them is cut, who did not waits', async () => {
    const { open, clock } = scene({ store: await fileStore() })
    const source = scriptedSource(bytes, [
      ['flip', { give: 100_000 }, 'stall'],
      [{ give: 1000 }, 'stall'],
    ])
    const before = await open(source)
    await source.stalled
    before.close()
    clock.pass(30_000)
    await turns(50)
    const blob = await open(source)
    const reader = reading(blob)
    await reader.upTo(50_000)
    const last = readAll(blob, { start: size - 10 })
    await source.stalled
    source.go()
    await expect(reader.rest()).rejects.toMatchObject({ code: 'DOWNLOAD_RESTARTED' })
    expect(Buffer.compare(await last, bytes.subarray(size - 10))).toBe(0)
    expect(Buffer.compare(await readAll(blob), bytes)).toBe(0)
    expect(source.asked).toEqual([0, 100_000, 0])
  })

  it('is not mended for a reader by a source that sends everything again', async () => {
    const { open } = scene({ store: await fileStore() })
    const source = scriptedSource(bytes, [['flip', { give: 100_000 }, 'stall', 'cut'], ['whole']])
    const blob = await open(source)
    const reader = reading(blob)
    await reader.upTo(90_000)
    await source.stalled
    source.go()
    await expect(reader.rest()).rejects.toMatchObject({ code: 'DOWNLOAD_RESTARTED' })
    expect(Buffer.compare(await readAll(blob), bytes)).toBe(0)
  })

  it.each([
    ['too long', [{ give: size }, 'more'] as const],
    ['too short', [{ give: size - 1 }, 'end'] as const],
  ])('in its size (%s) ends its readers', async (_, steps) => {
    const { open, store } = scene({ store: await fileStore() })
    const source = scriptedSource(bytes, [steps])
    const blob = await open(source, { size })
    await expect(readAll(blob)).rejects.toMatchObject({ code: 'SIZE_MISMATCH' })
    expect(await store.contents.stat(source.digest)).toBeUndefined()
  })
})

describe('who watches', () => {
  it('lets a download go on for 30 seconds that nobody watches, then stops it and keeps what came', async () => {
    const { open, clock, downloads, events } = scene({ store: await fileStore() })
    const source = scriptedSource(bytes, [[{ give: 100_000 }, 'stall']])
    const first = await open(source)
    await source.stalled
    first.close()
    clock.pass(29_999)
    await turns()
    expect(downloads.onTheWay()).toMatchObject([{ watchers: 0, written: 100_000 }])
    const second = await open(source)
    clock.pass(60_000)
    await turns()
    expect(source.asked).toEqual([0])
    expect(downloads.onTheWay()).toMatchObject([{ watchers: 1 }])
    second.close()
    clock.pass(30_000)
    await turns()
    expect(downloads.onTheWay()).toEqual([])
    expect(events.at(-1)).toMatchObject({ type: 'download:ended', outcome: 'unwatched', received: 100_000 })
    expect(Buffer.compare(await readAll(await open(source)), bytes)).toBe(0)
    expect(source.asked).toEqual([0, 100_000])
    expect(source.sent).toBe(size)
  })

  it('ends all that is under way when it is closed, and keeps what came', async () => {
    const store = await fileStore()
    const { open, downloads } = scene({ store })
    const source = scriptedSource(bytes, [[{ give: 100_000 }, 'stall']])
    const blob = await open(source)
    const read = readAll(blob)
    await source.stalled
    const failed = read.catch((error: unknown) => error)
    await downloads.close()
    expect(await failed).toMatchObject({ code: 'DOWNLOAD_STOPPED' })
    await expect(open(source)).rejects.toMatchObject({ code: 'DOWNLOAD_STOPPED' })
    const next = scene({ store })
    expect(Buffer.compare(await readAll(await next.open(source)), bytes)).toBe(0)
    expect(source.asked).toEqual([0, 100_000])
  })

  it('runs as many downloads at once as it may, in the order of asking', async () => {
    const { open } = scene({ limit: 2 })
    const sources = [0, 1, 2, 3].map((seed) => scriptedSource(randomBytes(1000, 10 + seed), [['stall']]))
    const opened = sources.map((source) => open(source))
    await Promise.all(opened.slice(0, 2))
    await turns()
    expect(sources.map(({ asked }) => asked.length)).toEqual([1, 1, 0, 0])
    sources[1]!.go()
    await opened[2]
    expect(sources.map(({ asked }) => asked.length)).toEqual([1, 1, 1, 0])
    for (const source of sources) source.go()
    for (const [at, each] of opened.entries()) expect(digestOf(await readAll(await each))).toBe(sources[at]!.digest)
  })

  it("takes another's failure for no failure of its own", async () => {
    const { open } = scene()
    const failing = scriptedSource(
      bytes,
      Array.from({ length: 5 }, () => [{ fail: cut() }]),
    )
    const first = open(failing, { host: 'other.test' })
    const second = open(scriptedSource(bytes))
    await expect(first).rejects.toMatchObject({ code: 'CONNECTION_LOST' })
    expect(Buffer.compare(await readAll(await second), bytes)).toBe(0)
  })

  it('believes neither of two manifests that say different sizes', async () => {
    const { open } = scene()
    const lying = scriptedSource(bytes, [[{ give: 10 }, 'stall']])
    const short = await open(lying, { size: 100, repository: 't/lies' })
    const honest = open(scriptedSource(bytes), { size })
    const read = readAll(short)
    lying.go()
    await expect(read).rejects.toMatchObject({ code: 'SIZE_MISMATCH' })
    expect(Buffer.compare(await readAll(await honest), bytes)).toBe(0)
    await expect(open(scriptedSource(bytes), { size: 99 })).rejects.toMatchObject({ code: 'SIZE_MISMATCH' })
  })

  it('lets who waits for an answer give up', async () => {
    const { open, downloads } = scene({ limit: 1 })
    const first = scriptedSource(bytes, [['stall']])
    await open(first)
    const enough = new AbortController()
    const queued = open(scriptedSource(randomBytes(10, 3)), { signal: enough.signal })
    await turns()
    enough.abort(new Error('enough'))
    await expect(queued).rejects.toThrow('enough')
    expect(downloads.onTheWay()).toHaveLength(1)
    first.go()
  })
})

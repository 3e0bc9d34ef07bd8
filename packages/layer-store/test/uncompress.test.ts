import { symlink, writeFile } from 'node:fs/promises'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { digestOf } from '@lading/digest/hash'
import { createLayerStore } from '@lading/layer-store'
import { describe, expect, it } from 'vitest'
import { blobFile, putBlob, sample, temporaryRoot } from './support/root.ts'

const tar = sample(3_000_000)
const layer = { diffId: digestOf(tar), size: tar.length }

describe.each([
  ['in worker threads', 2],
  ['in the calling thread', 0],
])('a blob of the store, uncompressed %s', (_, workers) => {
  it.each([
    ['gzip', gzipSync(tar)],
    ['zstd', zstdCompressSync(tar)],
    ['plain', tar],
  ])('%s', async (__, bytes) => {
    const root = await temporaryRoot()
    const layers = createLayerStore({ root, smallLayer: 0, workers })
    const told: number[] = []
    expect(
      await layers.uncompress(await putBlob(root, bytes), { onProgress: (consumed) => told.push(consumed) }),
    ).toEqual(layer)
    expect(told.at(-1)).toBe(bytes.length)
    expect(told).toEqual(told.toSorted((a, b) => a - b))
    await layers.close()
  })

  it('is named in every algorithm that the image uses, in one go', async () => {
    const root = await temporaryRoot()
    const layers = createLayerStore({ root, smallLayer: 0, workers })
    const blob = await putBlob(root, gzipSync(tar))
    expect(await layers.uncompress(blob, { algorithms: ['sha512', 'sha256', 'sha384', 'sha512'] })).toEqual({
      ...layer,
      aliases: [digestOf(tar, 'sha512'), digestOf(tar, 'sha384')],
    })
    expect(await layers.uncompress(blob, { algorithms: ['sha256'] })).toEqual(layer)
    await layers.close()
  })

  it('many at once', async () => {
    const root = await temporaryRoot()
    const layers = createLayerStore({ root, smallLayer: 0, workers })
    const tars = Array.from({ length: 12 }, (__, index) => sample(50_000 + index, index + 1))
    const results = await Promise.all(
      tars.map(async (each) => await layers.uncompress(await putBlob(root, gzipSync(each)))),
    )
    expect(results).toEqual(tars.map((each) => ({ diffId: digestOf(each), size: each.length })))
    await layers.close()
  })

  it('of nothing', async () => {
    const root = await temporaryRoot()
    const layers = createLayerStore({ root, smallLayer: 0, workers })
    const empty = { diffId: 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', size: 0 }
    expect(await layers.uncompress(await putBlob(root, new Uint8Array(0)))).toEqual(empty)
    await layers.close()
  })

  it('that does not decompress is corrupt, with the reason', async () => {
    const root = await temporaryRoot()
    const layers = createLayerStore({ root, smallLayer: 0, workers })
    const blob = await putBlob(root, gzipSync(tar).subarray(0, 5000))
    await expect(layers.uncompress(blob)).rejects.toMatchObject({
      name: 'LayerError',
      code: 'LAYER_CORRUPT',
      message: `layer ${blob.digest} cannot be decompressed: the input ends inside a gzip member, after 5000 bytes`,
      facts: { digest: blob.digest, offset: 5000 },
      cause: { name: 'CompressionError', code: 'COMPRESSION_TRUNCATED' },
    })
    await layers.close()
  })

  it('that is a bomb is refused, within the bounds that were given', async () => {
    const root = await temporaryRoot()
    const small = createLayerStore({ root, smallLayer: 0, workers, maxLayerSize: 1_000_000 })
    const blob = await putBlob(root, gzipSync(tar))
    await expect(small.uncompress(blob)).rejects.toMatchObject({
      name: 'LayerError',
      code: 'LAYER_TOO_LARGE',
      message: expect.stringMatching(
        `^layer ${blob.digest} is refused: the first [0-9]+ bytes decompress to more than the limit of 1000000$`,
      ) as string,
      hint: 'if you trust this image, raise --max-layer-size (option `maxLayerSize`)',
      facts: { digest: blob.digest, expected: 1_000_000 },
      cause: { code: 'COMPRESSION_OUTPUT_LIMIT' },
    })
    const bomb = await putBlob(root, zstdCompressSync(Buffer.alloc(4_000_000)))
    const strict = createLayerStore({ root, smallLayer: 0, workers, inflationFloor: 1_000_000 })
    await expect(strict.uncompress(bomb)).rejects.toMatchObject({
      code: 'LAYER_TOO_LARGE',
      message: `layer ${bomb.digest} is refused: ${bomb.size} bytes decompress to more than the limit of 1000000: 1000000 bytes are allowed for any input, or 100 for each input byte`,
      hint: 'if you trust this image, raise --max-inflation-ratio (option `maxInflationRatio`)',
      cause: { code: 'COMPRESSION_RATIO_LIMIT' },
    })
    const trusting = createLayerStore({
      root,
      smallLayer: 0,
      workers,
      inflationFloor: 1_000_000,
      maxInflationRatio: 40_000,
    })
    expect(await trusting.uncompress(bomb)).toMatchObject({ size: 4_000_000 })
    await Promise.all([small.close(), strict.close(), trusting.close()])
  })

  it('that begins with a swap file and is none is judged as a whole', async () => {
    const root = await temporaryRoot()
    const layers = createLayerStore({ root, smallLayer: 0, workers, inflationFloor: 1_000_000 })
    const disk = Buffer.concat([Buffer.alloc(2_000_000), sample(300_000)])
    for (const bytes of [gzipSync(disk), zstdCompressSync(disk)])
      expect(await layers.uncompress(await putBlob(root, bytes))).toEqual({ diffId: digestOf(disk), size: disk.length })
    await layers.close()
  })

  it('that was damaged on disk is not mistaken for a corrupt layer', async () => {
    const root = await temporaryRoot()
    const layers = createLayerStore({ root, smallLayer: 0, workers })
    const good = gzipSync(tar)
    const bad = Buffer.from(good)
    bad[2000] = (bad[2000] as number) ^ 1
    const damaged = await putBlob(root, bad, digestOf(good))
    await expect(layers.uncompress(damaged)).rejects.toMatchObject({
      code: 'LAYER_SOURCE_FAILED',
      message: `layer ${damaged.digest} cannot be read: its file is ${digestOf(bad)}`,
      hint: 'pull the image again',
    })
    const short = await putBlob(root, tar.subarray(0, 10), digestOf(tar))
    await expect(layers.uncompress({ ...short, size: tar.length })).rejects.toMatchObject({
      code: 'LAYER_SOURCE_FAILED',
      message: expect.stringContaining('has 10 bytes instead of 3000000') as string,
    })
    await layers.close()
  })

  it('that is not there, or is a link, cannot be read', async () => {
    const root = await temporaryRoot()
    const layers = createLayerStore({ root, smallLayer: 0, workers })
    const blob = { digest: digestOf(tar), size: tar.length }
    await expect(layers.uncompress(blob)).rejects.toMatchObject({
      code: 'LAYER_SOURCE_FAILED',
      message: `layer ${blob.digest} cannot be read: its file is not there`,
    })
    await putBlob(root, new Uint8Array(0))
    await writeFile(`${root}/elsewhere`, tar)
    await symlink(`${root}/elsewhere`, blobFile(root, blob.digest))
    await expect(layers.uncompress(blob)).rejects.toMatchObject({
      code: 'LAYER_SOURCE_FAILED',
      cause: { code: 'ELOOP' },
    })
    await layers.close()
  })

  it('stops for the signal, with its reason, and goes on with the next', async () => {
    const root = await temporaryRoot()
    const layers = createLayerStore({ root, smallLayer: 0, workers: Math.min(workers, 1) })
    const blob = await putBlob(root, gzipSync(tar))
    const reason = new Error('enough')
    await expect(layers.uncompress(blob, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    const controller = new AbortController()
    const running = layers.uncompress(blob, { signal: controller.signal })
    const queued = layers.uncompress(blob, { signal: controller.signal })
    const next = layers.uncompress(blob)
    controller.abort(reason)
    await expect(running).rejects.toBe(reason)
    await expect(queued).rejects.toBe(reason)
    expect(await next).toEqual(layer)
    await layers.close()
  })

  it('after close, or during it, says so', async () => {
    const root = await temporaryRoot()
    const layers = createLayerStore({ root, smallLayer: 0, workers })
    const blob = await putBlob(root, gzipSync(tar))
    const interrupted = Promise.allSettled([layers.uncompress(blob), layers.uncompress(blob), layers.uncompress(blob)])
    await layers.close()
    for (const end of await interrupted)
      expect(end).toMatchObject({ status: 'rejected', reason: { code: 'LAYER_STORE_CLOSED' } })
    await expect(layers.uncompress(blob)).rejects.toMatchObject({ code: 'LAYER_STORE_CLOSED' })
    await layers.close()
  })
})

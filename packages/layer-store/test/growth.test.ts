import { gzipSync, zstdCompressSync } from 'node:zlib'
import { digestOf } from '@lading/digest/hash'
import { createLayerStore } from '@lading/layer-store'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { atScale } from '../../../test/support/scale.ts'
import { startDownload } from './support/download.ts'
import { putBlob, sample, temporaryRoot } from './support/root.ts'

const tar = sample(2_000_000)
const blob = gzipSync(tar)
const layer = { diffId: digestOf(tar), size: tar.length }
// The method is one that does not exist, which shows at once.
const rubbish = Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 0xff]), sample(100_000)])
const third = Math.floor(blob.length / 3)
const turn = async (): Promise<void> => {
  await new Promise((resolve) => {
    setImmediate(resolve)
  })
}

describe.each([
  ['a worker thread', 1],
  ['the calling thread', 0],
])('a blob under download, followed by %s', (_, workers) => {
  it('is uncompressed while it grows', async () => {
    const root = await temporaryRoot()
    const layers = createLayerStore({ root, smallLayer: 0, workers })
    const download = startDownload(root, blob)
    const told = new Map<number, () => void>()
    const consumed = async (bytes: number): Promise<void> => {
      await new Promise<void>((resolve) => {
        told.set(bytes, resolve)
      })
    }
    const end = layers.uncompress(download.address, {
      growth: download.growth,
      onProgress: (bytes) => told.get(bytes)?.(),
    })
    const first = consumed(third)
    download.append(blob.subarray(0, third))
    await first
    const second = consumed(2 * third)
    download.append(blob.subarray(third, 2 * third))
    await second
    download.append(blob.subarray(2 * third))
    download.move()
    download.end('verified')
    expect(await end).toEqual(layer)
    await layers.close()
  })

  it('ends with what its listener throws in the middle, and the next layer is none the worse', async () => {
    const root = await temporaryRoot()
    const layers = createLayerStore({ root, smallLayer: 0, workers })
    const download = startDownload(root, blob)
    const reason = new Error('the listener is broken')
    const onProgress = (): never => {
      throw reason
    }
    const end = layers.uncompress(download.address, { growth: download.growth, onProgress })
    download.append(blob.subarray(0, third))
    await expect(end).rejects.toBe(reason)
    expect(await layers.uncompress(await putBlob(root, blob))).toEqual(layer)
    await layers.close()
  })

  it.each([...atScale<readonly (readonly [string, number])[]>([], [['stand still', 0]]), ['drip', 1] as const])(
    'keeps no other waiting, however many %s',
    async (_how, drop) => {
      const root = await temporaryRoot()
      const layers = createLayerStore({ root, smallLayer: 0, workers })
      const end = new AbortController()
      // One is enough to keep the only worker busy; each that follows is taken for slow a second later.
      const slow = Array.from({ length: atScale(1, 3) }, (_none, seed) =>
        startDownload(root, sample(1_000_000, seed + 10), seed),
      )
      const ends = slow.map(({ address, growth, append }) => {
        append(gzipSync(sample(100)).subarray(0, 15))
        return layers.uncompress(address, { growth, signal: end.signal }).catch((error: unknown) => error)
      })
      let at = 0
      const dripping = setInterval(() => {
        for (const { append } of slow) append(blob.subarray(at, at + drop))
        at += drop
      }, 2)
      const download = startDownload(root, blob)
      const well = layers.uncompress(download.address, { growth: download.growth })
      download.append(blob)
      download.end('verified')
      expect(await well).toEqual(layer)
      expect(await layers.uncompress(await putBlob(root, blob))).toEqual(layer)
      clearInterval(dripping)
      end.abort('enough')
      expect(await Promise.all(ends)).toEqual(slow.map(() => 'enough'))
      await layers.close()
    },
  )

  it('counts only once its digest is right', async () => {
    const root = await temporaryRoot()
    const layers = createLayerStore({ root, smallLayer: 0, workers: workers * 2 })
    const download = startDownload(root, blob)
    let settled = false
    const end = layers.uncompress(download.address, { growth: download.growth }).finally(() => {
      settled = true
    })
    download.append(blob)
    // All of it is there and another layer has been through: whoever wanted to be early would be done.
    const others = createLayerStore({ root, smallLayer: 0, workers })
    for (let index = 0; index < 3; index++) await others.uncompress(await putBlob(root, blob))
    expect(settled).toBe(false)
    download.end('verified')
    expect(await end).toEqual(layer)
    await Promise.all([layers.close(), others.close()])
  })

  it('starts over when the download does', async () => {
    const root = await temporaryRoot()
    const layers = createLayerStore({ root, smallLayer: 0, workers })
    const download = startDownload(root, blob)
    const end = layers.uncompress(download.address, { growth: download.growth })
    download.append(sample(third, 9))
    await turn()
    download.restart()
    download.append(blob.subarray(0, third))
    await turn()
    download.restart()
    download.append(blob)
    download.end('verified')
    expect(await end).toEqual(layer)
    await layers.close()
  })

  it('may be rubbish for a while: a bad start is no verdict', async () => {
    const root = await temporaryRoot()
    const layers = createLayerStore({ root, smallLayer: 0, workers })
    const download = startDownload(root, blob)
    const end = layers.uncompress(download.address, { growth: download.growth })
    download.append(rubbish)
    // Another layer store reads what is there to its end, so the first one had the time to stumble.
    const others = createLayerStore({ root, smallLayer: 0, workers })
    await others.uncompress(await putBlob(root, blob))
    download.restart()
    download.append(blob)
    download.end('verified')
    expect(await end).toEqual(layer)
    await Promise.all([layers.close(), others.close()])
  })

  it('that is verified and does not decompress is corrupt', async () => {
    const root = await temporaryRoot()
    const layers = createLayerStore({ root, smallLayer: 0, workers })
    const cut = blob.subarray(0, third)
    const download = startDownload(root, cut)
    const end = layers.uncompress(download.address, { growth: download.growth })
    download.append(cut)
    download.end('verified')
    await expect(end).rejects.toMatchObject({ code: 'LAYER_CORRUPT', cause: { code: 'COMPRESSION_TRUNCATED' } })
    await layers.close()
  })

  it('that fails is reported as a failed download, whatever the bytes were', async () => {
    const root = await temporaryRoot()
    const layers = createLayerStore({ root, smallLayer: 0, workers })
    const download = startDownload(root, blob)
    const end = layers.uncompress(download.address, { growth: download.growth })
    download.append(rubbish)
    download.end('failed')
    await expect(end).rejects.toMatchObject({
      code: 'LAYER_SOURCE_FAILED',
      message: `layer ${download.address.digest} cannot be read: its download ended before its digest was right`,
    })
    await layers.close()
  })

  it('that is shorter than it says is a failed download', async () => {
    const root = await temporaryRoot()
    const layers = createLayerStore({ root, smallLayer: 0, workers })
    const download = startDownload(root, blob)
    download.append(blob.subarray(0, 1000))
    Atomics.store(new BigInt64Array(download.growth.cells), 1, 5000n)
    await expect(layers.uncompress(download.address, { growth: download.growth })).rejects.toMatchObject({
      code: 'LAYER_SOURCE_FAILED',
      message: `layer ${download.address.digest} cannot be read: its file ends at 1000 bytes, though 5000 were written`,
    })
    await layers.close()
  })

  it('is found in its final place when it got there first', async () => {
    const root = await temporaryRoot()
    const layers = createLayerStore({ root, smallLayer: 0, workers })
    const download = startDownload(root, blob)
    download.append(blob)
    download.move()
    download.end('verified')
    expect(await layers.uncompress(download.address, { growth: download.growth })).toEqual(layer)
    await layers.close()
  })

  it('frees its place at once when nobody wants it any more', async () => {
    const root = await temporaryRoot()
    const layers = createLayerStore({ root, smallLayer: 0, workers })
    const download = startDownload(root, blob)
    const controller = new AbortController()
    const reason = new Error('not needed')
    const end = layers.uncompress(download.address, { growth: download.growth, signal: controller.signal })
    download.append(blob.subarray(0, third))
    const next = layers.uncompress(await putBlob(root, zstdCompressSync(tar)))
    controller.abort(reason)
    await expect(end).rejects.toBe(reason)
    expect(await next).toEqual(layer)
    await layers.close()
  })

  it('comes out right in any pieces and after any restarts', async () => {
    const layers = createLayerStore({ root: await temporaryRoot(), smallLayer: 0, workers })
    const content = sample(150_000)
    const step = fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: 1, max: 30_000 }) },
      { weight: 1, arbitrary: fc.constant('restart' as const) },
      { weight: 3, arbitrary: fc.constant('turn' as const) },
    )
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(gzipSync(content), zstdCompressSync(content), content),
        fc.array(step, { maxLength: 30 }),
        async (bytes, steps) => {
          const download = startDownload(await temporaryRoot(), bytes)
          const end = layers.uncompress(download.address, { growth: download.growth })
          let at = 0
          for (const each of steps) {
            if (each === 'turn') await turn()
            else if (each === 'restart') {
              download.restart()
              at = 0
            } else if (at < bytes.length) {
              download.append(bytes.subarray(at, at + each))
              at = Math.min(bytes.length, at + each)
            }
          }
          if (at < bytes.length) download.append(bytes.subarray(at))
          download.end('verified')
          expect(await end).toEqual({ diffId: digestOf(content), size: content.length })
        },
      ),
      { numRuns: atScale(20, 40) },
    )
    await layers.close()
  })
})

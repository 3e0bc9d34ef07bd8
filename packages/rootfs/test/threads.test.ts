import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { unpack } from '@lading/rootfs'
import { describe, expect, it } from 'vitest'
import { file, layer } from './support/layers.ts'
import { imageOnDisk } from './support/image-on-disk.ts'
import { scratch, treeOf } from './support/unpacked.ts'

const rootless = { rootless: true }

describe('an image whose layers are files', () => {
  it('is written by two threads, more of it than goes through their memory at one time', async () => {
    const [blobs, folder] = [scratch(), scratch()]
    const content = Array.from({ length: 3_000_000 }, (_, index) => String.fromCharCode(32 + (index % 89))).join('')
    const image = await imageOnDisk(blobs, [
      layer(file('big', content), file('gone', 'x'), file('a/é', '')),
      layer(file('.wh.gone'), file('again', content)),
    ])
    const unpacked = await unpack(image, join(folder, 'rootfs'), rootless)
    expect(unpacked).toMatchObject({ layers: 2, entries: 5, bytes: 6_000_001 })
    expect(treeOf(unpacked.directory)).toEqual({ 'a/': '', 'a/é': '', again: content, big: content })
  })

  it('is nothing when a layer is not what the config names, or is none, and the error is of its class', async () => {
    const [blobs, folder] = [scratch(), scratch()]
    const image = await imageOnDisk(blobs, [layer(file('a', 'x'.repeat(2_000_000)))])
    const [last = ''] = readdirSync(blobs)
    const changed = readFileSync(join(blobs, last))
    changed[1000] = 0x33
    writeFileSync(join(blobs, last), changed)
    await expect(unpack(image, join(folder, 'rootfs'), rootless)).rejects.toMatchObject({
      name: 'RootfsError',
      code: 'UNPACK_LAYER_MISMATCH',
    })
    const noise = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.alloc(2_000_000, 0xff)
    }
    const none = await imageOnDisk(blobs, [{ name: 'noise', open: noise }])
    await expect(unpack(none, join(folder, 'rootfs'), rootless)).rejects.toMatchObject({
      name: 'TarError',
      code: 'TAR_CORRUPT',
    })
    expect(readdirSync(folder)).toEqual([])
  })

  it('is given up when its caller does, wherever the threads are', async () => {
    const [blobs, folder] = [scratch(), scratch()]
    const image = await imageOnDisk(blobs, [layer(file('big', 'x'.repeat(6_000_000))), layer(file('b', '2'))])
    for (const index of [0, 1]) {
      const giving = new AbortController()
      const reason = new Error('enough')
      const onEvent = (event: { type: string; index?: number }): void => {
        if (event.index === index) giving.abort(reason)
      }
      const unpacking = unpack(image, join(folder, 'rootfs'), { ...rootless, signal: giving.signal, onEvent })
      await expect(unpacking).rejects.toBe(reason)
      expect(readdirSync(folder)).toEqual([])
    }
  })
})

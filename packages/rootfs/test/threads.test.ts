import { randomBytes } from 'node:crypto'
import { createReadStream, existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import type { AbortOptions } from '@lading/clock'
import type { Digest } from '@lading/digest'
import type { Descriptor } from '@lading/manifest'
import { unpack, type ImageToUnpack, type LayerArchive } from '@lading/rootfs'
import { describe, expect, it } from 'vitest'
import { atScale } from '../../../test/support/scale.ts'
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

  it('is nothing when a layer is damaged, and that is what is said, whichever thread meets it first', async () => {
    const [blobs, folder] = [scratch(), scratch()]
    const entries = Array.from({ length: 40 }, (_, index) => file(`f${index}`, 'x'.repeat(60_000)))
    const image = await imageOnDisk(blobs, [layer(...entries)])
    const [last = ''] = readdirSync(blobs)
    const right = readFileSync(join(blobs, last))
    const runs = atScale(2, 50)
    for (let run = 0; run < runs; run++) {
      const changed = Buffer.from(right)
      // A byte of a body, or all that follows, headers too; early and late.
      const place = 600 + Math.floor((run * (right.length - 5000)) / runs)
      changed.fill(0xfe, place, run % 2 === 0 ? right.length : place + 1)
      writeFileSync(join(blobs, last), changed)
      const error: unknown = await unpack(image, join(folder, 'rootfs'), rootless).catch((reason: unknown) => reason)
      expect(error, `run ${run}`).toMatchObject({ name: 'RootfsError', code: 'UNPACK_LAYER_MISMATCH' })
      expect(String(error), `run ${run}`).toContain('is damaged in the store')
      expect(readdirSync(folder)).toEqual([])
    }
  })

  it('fails with what comes first in a layer that is wrong in several ways, however far the threads are', async () => {
    const [blobs, folder] = [scratch(), scratch()]
    const chunks: Uint8Array[] = []
    for await (const chunk of layer(file('noise', randomBytes(1_500_000).toString('latin1')), file('b')).open())
      chunks.push(chunk)
    const archive = Buffer.concat(chunks)
    // The config names what is compressed, and not what comes out of it.
    const compressed = (bytes: Uint8Array): LayerArchive => ({
      name: 'gzip',
      async *open() {
        yield gzipSync(bytes, { level: 1 })
      },
    })
    const wrong = await imageOnDisk(blobs, [compressed(archive)])
    // The header of the last file.
    const broken = await imageOnDisk(blobs, [compressed(Buffer.from(archive).fill('?', archive.length - 1536))])
    const runs = atScale(1, 20)
    for (let run = 0; run < runs; run++) {
      const unpacking = (image: ImageToUnpack) => unpack(image, join(folder, 'rootfs'), rootless)
      await expect(unpacking(wrong), `run ${run}`).rejects.toMatchObject({ code: 'UNPACK_LAYER_MISMATCH' })
      await expect(unpacking(broken), `run ${run}`).rejects.toMatchObject({ code: 'TAR_CORRUPT' })
    }
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

describe('an image that is on its way', () => {
  it.each([
    ['in two threads', 'x'.repeat(2_000_000)],
    ['here', 'x'],
  ])('is unpacked as its layers come, and put in place when all is right, %s', async (_, content) => {
    const [blobs, folder] = [scratch(), scratch()]
    const image = await imageOnDisk(blobs, [layer(file('first', content)), layer(file('second', content))])
    const away = new Map(readdirSync(blobs).map((name) => [join(blobs, name), join(scratch(), name)]))
    for (const [here, there] of away) renameSync(here, there)
    const asked: string[] = []
    const writtenFirst = (): boolean => readdirSync(folder).some((name) => existsSync(join(folder, name, 'tree/first')))
    const arriving = {
      async layer({ digest }: { digest: Digest }) {
        asked.push(digest)
        // The second one comes when the first is written.
        while (asked.length === 2 && !writtenFirst()) await wait(5)
        const path = image.fileOf?.(digest) ?? ''
        renameSync(away.get(path) ?? '', path)
      },
      async all() {
        expect(existsSync(join(folder, 'rootfs'))).toBe(false)
        asked.push('all')
      },
    }
    // What is no file comes from the same place.
    const source = { ...image.source, open: ({ digest }: Descriptor) => createReadStream(image.fileOf?.(digest) ?? '') }
    await unpack({ ...image, source, arriving }, join(folder, 'rootfs'), rootless)
    expect(treeOf(join(folder, 'rootfs'))).toEqual({ first: content, second: content })
    expect(asked).toHaveLength(3)
    expect(readdirSync(folder).toSorted()).toEqual(['rootfs', 'rootfs.lading.ndjson'])
  })

  it.each([
    ['a layer in two threads', 'x'.repeat(2_000_000), 2],
    ['a layer here', 'x', 2],
    ['anything else', 'x', 3],
  ])('is nothing when %s does not come', async (_, content, at) => {
    const [blobs, folder] = [scratch(), scratch()]
    const image = await imageOnDisk(blobs, [layer(file('first', content)), layer(file('second', content))])
    const source = { ...image.source, open: ({ digest }: Descriptor) => createReadStream(image.fileOf?.(digest) ?? '') }
    const lost = new Error('the pull failed')
    let asked = 0
    const come = async (): Promise<void> => {
      if (++asked === at) throw lost
    }
    const arriving = { layer: come, all: come }
    await expect(unpack({ ...image, source, arriving }, join(folder, 'rootfs'), rootless)).rejects.toBe(lost)
    expect(readdirSync(folder)).toEqual([])
  })

  it('waits no longer than its caller', async () => {
    const [blobs, folder] = [scratch(), scratch()]
    const image = await imageOnDisk(blobs, [layer(file('first', 'x'.repeat(2_000_000)))])
    const giving = new AbortController()
    const never = ({ signal }: { signal?: AbortSignal | undefined }): Promise<void> =>
      new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error)))
    const arriving = { layer: (_: unknown, how: AbortOptions) => never(how), all: never }
    const unpacking = unpack({ ...image, arriving }, join(folder, 'rootfs'), { ...rootless, signal: giving.signal })
    setImmediate(() => giving.abort(new Error('enough')))
    await expect(unpacking).rejects.toThrow('enough')
    expect(readdirSync(folder)).toEqual([])
  })
})

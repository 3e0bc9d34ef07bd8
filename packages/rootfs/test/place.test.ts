import { readdirSync, renameSync, statSync, writeFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { unpack } from '@lading/rootfs'
import { describe, expect, it } from 'vitest'
import { archive } from '../../tar/test/support/build.ts'
import { isRoot } from '../../../test/support/needs.ts'
import { directory, file } from './hostile/row.ts'
import { imageOf } from './support/image-of.ts'
import { ordinaryUser } from './support/ordinary-user.ts'
import { scratch, treeOf } from './support/unpacked.ts'

describe('the place of a tree', () => {
  it('is taken, and taken again, by who may not write to the root directory of the image', async () => {
    const user = ordinaryUser(scratch())
    const layer = (name: string): Uint8Array => archive(directory('./', { mode: 0o555 }), file(name, name))
    await user.unpack(layer('old'), 'rootfs')
    await user.unpack(layer('new'), 'rootfs', { overwrite: true })
    const there = join(user.home, 'rootfs')
    expect(treeOf(there)).toEqual({ new: 'new' })
    expect(statSync(there).mode & 0o777).toBe(0o555)
    expect(readdirSync(user.home).toSorted()).toEqual(['layer.tar', 'rootfs', 'rootfs.lading.ndjson'])
  })

  it.each([
    [
      'another directory',
      (place: string): void => {
        mkdirSync(place)
        writeFileSync(join(place, 'mine'), 'm')
      },
      ['away', 'rootfs', 'rootfs.lading.ndjson', 'rootfs/mine'],
    ],
    ['a file', (place: string): void => writeFileSync(place, 'm'), ['away', 'rootfs', 'rootfs.lading.ndjson']],
    ['nothing', (): void => {}, ['away', 'rootfs.lading.ndjson']],
  ])('is left to %s that has come there since it was looked at', async (_, come, expected) => {
    const folder = scratch()
    const place = join(folder, 'rootfs')
    const how = { rootless: !isRoot }
    await unpack(imageOf([archive(file('old', ''))]), place, how)
    const arriving = {
      async layer() {},
      async all() {
        renameSync(place, join(folder, 'away'))
        come(place)
      },
    }
    const image = { ...imageOf([archive(file('new', ''))]), arriving }
    const unpacking = unpack(image, place, { ...how, overwrite: true })
    await expect(unpacking).rejects.toMatchObject({ code: 'UNPACK_INTERFERED' })
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    expect(names.filter((name) => !name.startsWith('away/')).toSorted()).toEqual(expected)
    expect(treeOf(join(folder, 'away'))).toEqual({ old: '' })
  })
})

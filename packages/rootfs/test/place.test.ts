import { readFileSync, readdirSync, renameSync, statSync, writeFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { unpack } from '@lading/rootfs'
import { describe, expect, it } from 'vitest'
import { archive } from '../../tar/test/support/build.ts'
import { isRoot } from '../../../test/support/needs.ts'
import { device, directory, file, hardLink } from './hostile/row.ts'
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

  it('has no devices where its user may make none, and a record of them, further names too', async () => {
    const user = ordinaryUser(scratch())
    const said = await user.unpack(archive(device('null'), hardLink('again', 'null'), file('a')), 'rootfs', {
      devices: true,
    })
    expect(said).toMatch(
      /^DEVICES 2 devices are recorded beside the tree, and not created: creating them needs CAP_MKNOD/,
    )
    expect(said).not.toContain('XATTRS')
    expect(treeOf(join(user.home, 'rootfs'))).toEqual({ a: '' })
    const [, ...lines] = readFileSync(join(user.home, 'rootfs.lading.ndjson'), 'utf8').trim().split('\n')
    expect(lines.map((line) => JSON.parse(line) as object)).toEqual(
      expect.arrayContaining(
        ['null', 'again'].map((path) =>
          expect.objectContaining({ path, type: 'character-device', major: 1, minor: 3 }),
        ),
      ),
    )
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

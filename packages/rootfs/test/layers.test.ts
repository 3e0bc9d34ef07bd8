import { lstatSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { unpackLayers } from '@lading/rootfs'
import { describe, expect, it } from 'vitest'
import { directory, file, layer, link, symlink } from './support/layers.ts'
import { scratch, treeOf, unpacked } from './support/unpacked.ts'

describe('layers', () => {
  it('are laid over one another, files in place of directories and back', async () => {
    const at = await unpacked([
      layer(directory('a/'), file('a/b', 'below'), file('c', 'a file'), file('kept', '1')),
      layer(file('a', 'now a file'), directory('c/'), file('c/d', 'now in a directory')),
    ])
    expect(treeOf(at)).toEqual({ a: 'now a file', 'c/': '', 'c/d': 'now in a directory', kept: '1' })
  })

  it('hide with whiteouts what is below, and nothing of their own', async () => {
    const at = await unpacked([
      layer(file('gone', 'x'), file('d/gone', 'x'), file('d/kept', '1'), file('both', 'below')),
      layer(file('both', 'own'), file('.wh.both'), file('.wh.gone'), file('d/.wh.gone'), file('e/.wh.nothing')),
    ])
    expect(treeOf(at)).toEqual({ both: 'own', 'd/': '', 'd/kept': '1' })
  })

  it('hide with an opaque directory all that is below it, whichever comes first', async () => {
    const below = layer(file('d/1', '1'), file('d/sub/2', '2'), file('d/sub/deep/3', '3'))
    const first = layer(file('d/.wh..wh..opq'), file('d/sub/own', 'o'))
    const last = layer(file('d/sub/own', 'o'), file('d/.wh..wh..opq'))
    for (const above of [first, last])
      expect(treeOf(await unpacked([below, above]))).toEqual({ 'd/': '', 'd/sub/': '', 'd/sub/own': 'o' })
  })

  it('share files by hard links, across layers too', async () => {
    const at = await unpacked([layer(file('a', 'once'), link('b', 'a')), layer(link('d/c', 'b'))])
    expect(treeOf(at)).toEqual({ a: 'once', b: 'once', 'd/': '', 'd/c': 'once' })
    expect(lstatSync(join(at, 'a')).nlink).toBe(3)
  })

  it('follow no symbolic link: one of a lower layer makes room for a directory', async () => {
    const at = await unpacked([
      layer(directory('usr/lib/'), symlink('lib', '/usr/lib'), symlink('up', '../../../outside')),
      layer(file('lib/so', '1'), file('up/x', '2'), file('lib/.wh.none')),
    ])
    expect(treeOf(at)).toEqual({ 'lib/': '', 'lib/so': '1', 'up/': '', 'up/x': '2', 'usr/': '', 'usr/lib/': '' })
  })

  it('give modes in full, and times to the microsecond', async () => {
    const mtime = { seconds: 1_700_000_000, nanoseconds: 123_457_000 }
    const before = { seconds: -2, nanoseconds: 0 }
    const at = await unpacked([
      layer(
        directory('d/', { mode: 0o2711, mtime }),
        file('d/f', '', { mode: 0o4755, mtime }),
        file('old', '', { mtime: before }),
      ),
    ])
    const stat = (path: string) => lstatSync(join(at, path), { bigint: true })
    expect(stat('d').mode & 0o7777n).toBe(0o2711n)
    expect(stat('d/f').mode & 0o7777n).toBe(0o4755n)
    expect(stat('d').mtimeNs / 1000n).toBe(1_700_000_000_123_457n)
    expect(stat('d/f').mtimeNs / 1000n).toBe(1_700_000_000_123_457n)
    expect(stat('old').mtimeNs).toBe(-2_000_000_000n)
  })
})

describe('the directory', () => {
  it('may be there when it is empty', async () => {
    const at = join(scratch(), 'rootfs')
    mkdirSync(at)
    await unpackLayers([layer(file('a', '1'))], at, { rootless: true })
    expect(treeOf(at)).toEqual({ a: '1' })
  })

  it('is left alone when something is in it', async () => {
    const at = scratch()
    writeFileSync(join(at, 'mine'), 'x')
    await expect(unpackLayers([layer(file('a'))], at, { rootless: true })).rejects.toMatchObject({
      code: 'UNPACK_DIRECTORY_IN_USE',
    })
    expect(treeOf(at)).toEqual({ mine: 'x' })
  })

  it('is absent after what failed, and nothing is beside it', async () => {
    const at = scratch()
    const broken = layer(file('a', '1'), file('../b', '2'))
    await expect(unpackLayers([broken], join(at, 'rootfs'), { rootless: true })).rejects.toMatchObject({
      code: 'LAYER_NAME_INVALID',
    })
    expect(readdirSync(at)).toEqual([])
  })
})

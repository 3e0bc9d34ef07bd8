import type { TarInput } from '@lading/tar'
import { expect, it } from 'vitest'
import { compareFiles, openImage, type Image } from '../src/index.ts'
import { imageOf } from './support/images.ts'
import { textBytes } from './support/layers.ts'

const file = (name: string, body = name) => ({ name, body: textBytes(body) })

async function opened(...layers: readonly (readonly TarInput[])[]): Promise<Image> {
  const { content, target } = await imageOf(...layers)
  return openImage(content, target)
}

it('says what each layer adds, changes, hides and wastes', async () => {
  const image = await opened(
    [
      { name: 'd/', type: 'directory' },
      file('d/a', '1234'),
      file('d/b', '12'),
      { name: 'd/l', type: 'link', linkName: 'd/b' },
    ],
    [file('d/a', '123456'), file('d/.wh.b')],
    [file('d/.wh.a'), file('x', '1')],
  )
  expect(await image.changes()).toMatchObject([
    { layer: { index: 0 }, added: { paths: 4, bytes: 6 }, changed: { paths: 0 }, wasted: { paths: 1, bytes: 4 } },
    {
      added: { paths: 0, bytes: 0 },
      changed: { paths: 1, bytes: 6 },
      hidden: { paths: 1, bytes: 2 },
      wasted: { paths: 1, bytes: 6 },
    },
    { added: { paths: 1, bytes: 1 }, hidden: { paths: 1, bytes: 6 }, wasted: { paths: 0, bytes: 0 } },
  ])
})

it('says how the files of two images differ, contents of one size among them', async () => {
  const base = [file('same', 's'), file('content', 'abc'), file('mode'), file('gone'), file('kind')]
  const before = await opened([...base, { name: 'link', type: 'symlink', linkName: 'a' }])
  const after = await opened(base.slice(0, 1), [
    file('content', 'xyz'),
    { ...file('mode'), mode: 0o600, uid: 1, mtime: { seconds: 1, nanoseconds: 0 } },
    { name: 'kind/', type: 'directory', mode: 0o644 },
    file('new'),
    { name: 'link', type: 'symlink', linkName: 'b' },
  ])
  const differences = await compareFiles(before, after)
  expect(differences.map(({ kind, path, what }) => [kind, path, ...what].join(' '))).toEqual([
    'changed /content content',
    'removed /gone',
    'changed /kind type size',
    'changed /link target',
    'changed /mode mode owner mtime',
    'added /new',
  ])
  expect(await compareFiles(before, before)).toEqual([])
})

it('compares where links point byte for byte', async () => {
  const link = (byte: number) => ({ name: 'l', type: 'symlink' as const, linkName: new Uint8Array([byte]) })
  const [before, after] = [await opened([link(0xe8)]), await opened([link(0xe9)])]
  expect(await compareFiles(before, after)).toMatchObject([{ path: '/l', what: ['target'] }])
})

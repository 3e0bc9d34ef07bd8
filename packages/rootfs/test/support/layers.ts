import { writeTar, type TarInput } from '@lading/tar'
import type { LayerArchive } from '../../src/layer-archive.ts'

const text = new TextEncoder()

export const layer = (...entries: readonly TarInput[]): LayerArchive => ({
  name: 'a layer of the test',
  open: () => writeTar(entries, { mtime: undefined }),
})

export const file = (name: string | Uint8Array, content = '', more: Partial<TarInput> = {}): TarInput => ({
  name,
  body: text.encode(content),
  ...more,
})
export const directory = (name: string, more: Partial<TarInput> = {}): TarInput => ({
  name,
  type: 'directory',
  ...more,
})
export const symlink = (name: string, linkName: string): TarInput => ({ name, type: 'symlink', linkName })
export const link = (name: string, linkName: string): TarInput => ({ name, type: 'link', linkName })

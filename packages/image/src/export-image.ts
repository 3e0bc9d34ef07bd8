import type { AbortOptions } from '@lading/clock'
import { writeTar, type TarInput } from '@lading/tar'
import type { ImageContent } from './flatten.ts'
import type { Image } from './open-image.ts'

export interface ExportOptions extends AbortOptions {
  /** Export only this directory or file of the image, under the last part of its path. Default: everything, with paths from the root. */
  readonly path?: string | Uint8Array | undefined
}

/**
 * An image as one flattened tar archive: whiteouts are applied, hard links are kept, and holes of sparse files are written as zeros. The same
 * image produces the same bytes.
 *
 * @throws as `Image.contents` does, and TarError for a name that tar cannot store
 */
export function exportImage(
  image: Pick<Image, 'contents' | 'stat'>,
  { path, signal }: ExportOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  async function* entries(): AsyncGenerator<TarInput, void, undefined> {
    const base = path === undefined ? undefined : await image.stat(path, { signal })
    const from = (base?.name.lastIndexOf(0x2f) ?? -1) + 1
    for await (const content of image.contents(path, { signal })) {
      const name = content.name.subarray(from)
      if (name.length > 0) yield tarInput(content, name, from)
    }
  }
  return writeTar(entries(), { signal })
}

function tarInput(content: ImageContent, name: Uint8Array, from: number): TarInput {
  const { type, size, mode, uid, gid, userName, groupName, mtime, linkName, device, xattrs, body, linkTo } = content
  const common = { mode, uid, gid, userName, groupName, mtime, xattrs: withNames(xattrs) }
  if (linkTo !== undefined) return { ...common, name, type: 'link', linkName: linkTo.subarray(from) }
  if (type === 'directory') return { ...common, name: Buffer.concat([name, Buffer.from('/')]), type }
  return { ...common, name, type, size, linkName, device, body }
}

/** Without attributes that have no name: no file system has such, and tar cannot store them. */
function withNames(xattrs: ImageContent['xattrs']): ImageContent['xattrs'] {
  return xattrs?.has('') === true ? new Map([...xattrs].filter(([name]) => name !== '')) : xattrs
}

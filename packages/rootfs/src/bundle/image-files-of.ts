import type { Image } from '@lading/image'
import type { ImageFiles } from './account-files.ts'

/** The files of an open image, where links cannot point outside. */
export const imageFilesOf = (image: Pick<Image, 'stat' | 'readFile'>): ImageFiles => ({
  async readFile(path, { maxSize, signal }) {
    const found = await image.stat(path, { signal })
    return found?.type === 'file' ? image.readFile(path, { maxBytes: maxSize, signal }) : undefined
  },
  async directory(path, { signal } = {}) {
    const found = await image.stat(path, { signal })
    return found?.type === 'directory' ? found : undefined
  },
})

import type { ImageFiles } from '@lading/rootfs'

/** Files by path; a directory's owner and mode. */
export const filesOf = (
  files: Readonly<Record<string, string | { readonly uid: number; readonly gid: number; readonly mode: number }>>,
): ImageFiles => ({
  async readFile(path) {
    const file = files[path]
    return typeof file === 'string' ? new TextEncoder().encode(file) : undefined
  },
  async directory(path) {
    const directory = files[path]
    return typeof directory === 'object' ? directory : undefined
  },
})

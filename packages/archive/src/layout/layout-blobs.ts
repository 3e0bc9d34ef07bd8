import type { AbortOptions } from '@lading/clock'
import type { FileStat, FileSystem } from '@lading/content-store'
import { algorithmOf, type Digest } from '@lading/digest'
import { createHasher } from '@lading/digest/hash'
import { isLadingError } from '@lading/errors'
import type { Descriptor } from '@lading/manifest'
import { readHandle, oneMemory } from '../read/read-handle.ts'

/** Which blobs of a layout are known to be correct. */
export interface LayoutBlobs {
  /**
   * Whether the blob is there, byte for byte. Its file is read once, and again if it was replaced or written to: a layout
   * is written by programs that do not sync, and often lies on USB sticks, so a correct size proves little.
   */
  isHere(blob: Pick<Descriptor, 'digest' | 'size'>, options?: AbortOptions): Promise<boolean>
  /** The file of this blob was just written by us, and is correct. */
  remember(digest: Digest): Promise<void>
}

export function layoutBlobs(fs: FileSystem, pathOf: (digest: Digest) => string): LayoutBlobs {
  /** For each blob, the file that was verified. */
  const known = new Map<Digest, string>()
  const fileAt = async (digest: Digest): Promise<FileStat | undefined> => {
    const found = await fs.stat(pathOf(digest))
    return found?.kind === 'file' ? found : undefined
  }
  return {
    async isHere({ digest, size }, options) {
      const found = await fileAt(digest)
      if (found?.size !== size) return false
      const identity = identityOf(found)
      if (known.get(digest) === identity) return true
      if ((await hash(fs, pathOf(digest), { digest, size, ...options })) !== digest) return false
      known.set(digest, identity)
      return true
    },
    async remember(digest) {
      const found = await fileAt(digest)
      if (found !== undefined) known.set(digest, identityOf(found))
    },
  }
}

const identityOf = ({ inode, size, modifiedMs }: FileStat): string => `${inode} ${size} ${modifiedMs}`

/** `undefined`: it was removed, or cannot be read, which counts as absent. */
async function hash(
  fs: FileSystem,
  path: string,
  { digest, size, signal }: AbortOptions & { readonly digest: Digest; readonly size: number },
): Promise<Digest | undefined> {
  const hasher = createHasher(algorithmOf(digest))
  try {
    const handle = await fs.open(path, 'r')
    try {
      for await (const chunk of readHandle(handle, { path, from: 0, to: size }, { memory: oneMemory(), signal }))
        hasher.update(chunk)
    } finally {
      await handle.close()
    }
  } catch (error) {
    signal?.throwIfAborted()
    if (!isLadingError(error)) throw error
    return undefined
  }
  return hasher.digest()
}

import { join } from 'node:path'
import type { FileSystem } from '@lading/content-store'
import { algorithmOf, hexOf, type Digest } from '@lading/digest'

/** Removes what is remembered of a blob's uncompressed bytes: `lading/diff-ids/<algorithm>/<hex>`. Not there is fine. */
export async function forgetBlob(fs: FileSystem, root: string, blob: Digest): Promise<void> {
  await fs.unlink(join(root, 'lading', 'diff-ids', algorithmOf(blob), hexOf(blob)))
}

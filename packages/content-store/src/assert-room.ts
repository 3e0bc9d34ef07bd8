import { printable } from '@lading/errors'
import { ContentError } from './content-error.ts'
import type { BlobAddress } from './content-store.ts'
import type { FileSystem } from './file-system.ts'
import { ingestLayoutOf, type StoreLayout } from './layout.ts'

/** What is here counts, and so does what an earlier download has left of them. @throws `ContentError` `NO_SPACE` */
export async function assertRoom(fs: FileSystem, layout: StoreLayout, addresses: Iterable<BlobAddress>): Promise<void> {
  const wanted = [...new Map([...addresses].map((address) => [address.digest, address])).values()]
  if (wanted.length === 0) return
  const free = await fs.freeSpace(layout.root)
  // Where there is room for all of it, nobody need look for what is here.
  if (free === undefined || wanted.reduce((sum, { size }) => sum + size, 0) <= free) return
  let needed = 0
  for (const { digest, size } of wanted) {
    if ((await fs.stat(layout.blob(digest)))?.size === size) continue
    const started = (await fs.stat(ingestLayoutOf(layout.ingest(digest)).data))?.size ?? 0
    needed += Math.max(0, size - started)
  }
  if (needed <= free) return
  throw new ContentError(
    'NO_SPACE',
    `no space left for ${needed} bytes in ${printable(layout.root)}: only ${free} are free`,
    {
      path: layout.root,
      expected: needed,
      actual: free,
      hint: 'free some space (lading prune, lading rmi), or choose another directory with --root: nothing was downloaded',
    },
  )
}

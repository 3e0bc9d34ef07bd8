import { join } from 'node:path'
import { algorithmOf, hexOf, type Digest } from '@lading/digest'
import { digestOf } from '@lading/digest/hash'
import { ContentError } from './content-error.ts'
import type { Staged } from './content-store.ts'
import type { FileSystem } from './file-system.ts'
import type { StoreLayout } from './layout.ts'
import { place } from './place.ts'
import { removeQuietly, temporaryPath, writeNewFile } from './write-file-durably.ts'

/** @throws `DIGEST_MISMATCH` */
export function assertDigest(digest: Digest, bytes: Uint8Array): void {
  const actual = digestOf(bytes, algorithmOf(digest))
  if (actual === digest) return
  throw new ContentError('DIGEST_MISMATCH', `what came as ${digest} is ${actual}`, {
    digest,
    expected: digest,
    actual,
    hint: 'nothing was kept; fetch it again',
  })
}

/** A verified temporary file on the disk, one rename away from being a blob. */
export async function stageBytes({
  fs,
  layout,
  digest,
  bytes,
}: {
  readonly fs: FileSystem
  readonly layout: StoreLayout
  readonly digest: Digest
  readonly bytes: Uint8Array
}): Promise<Staged> {
  const target = layout.blob(digest)
  await fs.mkdir(layout.staging, { recursive: true })
  const temp = temporaryPath(join(layout.staging, hexOf(digest)))
  await writeNewFile(fs, temp, bytes)
  let waiting = true
  return {
    digest,
    async publish() {
      if (!waiting) return
      try {
        const there = await lookFor(fs, target, bytes)
        await place(fs, layout, temp, target, { size: bytes.length, instead: there.bad })
        waiting = false
      } catch (error) {
        waiting = false
        await removeQuietly(fs, temp)
        throw error
      }
    },
    async discard() {
      if (!waiting) return
      waiting = false
      await fs.unlink(temp)
    },
  }
}

/**
 * Small content is compared whole: a damaged one of the right size must not survive a fetch. One that cannot be read is
 * replaced as well, since the right bytes are at hand.
 *
 * @returns `bad`: inode of a file in its place that is not known to be the same
 */
export async function lookFor(
  fs: FileSystem,
  path: string,
  bytes: Uint8Array,
): Promise<{ readonly same: boolean; readonly bad?: bigint | undefined }> {
  const stat = await fs.stat(path)
  if (stat?.kind !== 'file') return { same: false }
  const there =
    stat.size === bytes.length ? await fs.readFile(path, { maxBytes: bytes.length }).catch(() => undefined) : undefined
  if (there !== undefined && Buffer.compare(there, bytes) === 0) return { same: true }
  return { same: false, bad: stat.inode }
}

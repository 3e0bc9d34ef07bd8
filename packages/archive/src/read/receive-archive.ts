import type { AbortOptions } from '@lading/clock'
import type { Bounds } from '@lading/compression'
import { createFreedMemory, type Delivery } from '@lading/content'
import { readTar } from '@lading/tar'
import type { ArchiveSource } from './archive-source.ts'
import { createCatalogue } from './catalogue.ts'
import { describe } from './describe.ts'
import { fileSource } from './file-source.ts'
import { memberPath } from './member-path.ts'
import { receiveMember, type ReceivedMember } from './receive-member.ts'
import { receivedFiles } from './received-files.ts'
import { unpacked } from './unpacked.ts'

/** One file of the archive is about to be taken in. Its size in bytes. */
export interface MemberEvent {
  readonly path: string
  readonly size: number
}

export interface ReceiveArchiveOptions extends AbortOptions {
  /** What a compressed archive may cost. Defaults as `decompress`: 256 GiB, and beyond 1 GiB 100 times its size. */
  readonly bounds?: Bounds | undefined
  /**
   * The chunks are nobody else's, nor is the memory that they lie in, as with what a pipe or a file stream of Node gives: it
   * is freed as soon as their bytes are written. Default false: the garbage collector finds it.
   */
  readonly freeChunks?: boolean | undefined
  readonly onMember?: ((event: MemberEvent) => void) | undefined
}

/**
 * Takes an archive in as it comes, from a pipe say: its members in any order, each once. Content goes to the delivery at
 * once, and is verified where its path promises a digest; what names it is kept in memory, 64 MiB at most. Nothing is
 * published.
 *
 * @param chunks plain, or compressed with gzip or zstd
 * @returns what was taken in, as a source: documents can be read of it, and `send` gives what the delivery does not have yet
 * @throws ArchiveError; TarError; CompressionError; DeliveryError `DIGEST_MISMATCH` for content that is not what its path
 *   says; what the delivery and `chunks` throw
 */
export async function receiveArchive(
  chunks: AsyncIterable<Uint8Array>,
  delivery: Delivery,
  { bounds, freeChunks = false, signal, onMember }: ReceiveArchiveOptions = {},
): Promise<ArchiveSource> {
  const catalogue = createCatalogue<ReceivedMember>()
  const kept = { bytes: 0 }
  const memory = freeChunks ? createFreedMemory() : undefined
  for await (const entry of readTar(unpacked(chunks, { ...bounds, signal }), { signal })) {
    const path = memberPath(entry.path)
    const member =
      entry.type === 'file' && entry.sparse === undefined
        ? await receiveMember({ path, entry, delivery, kept, memory, onMember }, { signal })
        : undefined
    catalogue.add(path, entry, member ?? { is: 'passed over', size: entry.size })
  }
  const { files, members } = receivedFiles(catalogue)
  const described = await describe(members, { signal })
  const source = fileSource({ files, described: async () => described, name: 'the archive' })
  return described.manifests === 'kept' ? source : { ...source, makesManifests: true }
}

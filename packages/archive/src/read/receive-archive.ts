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

/** One file of the archive is about to be read. Its size in bytes. */
export interface MemberEvent {
  readonly path: string
  readonly size: number
}

export interface ReceiveArchiveOptions extends AbortOptions {
  /** How far a compressed archive may expand. Defaults as for `decompress`: 256 GiB, and 100 times its size if it is more than 1 GiB. */
  readonly bounds?: Bounds | undefined
  /**
   * The chunks and their memory are used by no other code, as is the case for a pipe or a file stream of Node: the memory
   * is freed as soon as their bytes are written. Default false: the garbage collector finds it.
   */
  readonly freeChunks?: boolean | undefined
  readonly onMember?: ((event: MemberEvent) => void) | undefined
}

/**
 * Reads an archive from a stream, such as a pipe: its members in any order, each once. Content goes to the delivery at
 * once, and is verified if its path states a digest; documents are kept in memory, 64 MiB at most. Nothing is
 * published.
 *
 * @param chunks plain, or compressed with gzip or zstd
 * @returns what was read, as a source: its documents can be read, and `send` sends what the delivery does not have yet
 * @throws ArchiveError; TarError; CompressionError; DeliveryError `DIGEST_MISMATCH` for content that has another digest than
 *   its path; what the delivery and `chunks` throw
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

import type { Algorithm } from '@lading/digest'
import { digestOf } from '@lading/digest/hash'
import { ContentError } from '../content-error.ts'
import type { BlobAddress } from '../content-store.ts'
import type { UnnamedIngest } from '../unnamed-ingest.ts'
import { joined, putBlob } from './memory-blobs.ts'
import type { Memory } from './memory.ts'

/** Content of unknown digest on its way into a memory. */
export function memoryUnnamedIngest(
  memory: Memory,
  { size, algorithm }: { readonly size?: number | undefined; readonly algorithm?: Algorithm | undefined },
): UnnamedIngest {
  let chunks: Uint8Array[] = []
  let length = 0
  let closed = false
  let committed: BlobAddress | undefined

  const assertOpen = (): void => {
    if (closed)
      throw new ContentError('INGEST_CLOSED', 'the ingest of this content has ended', { hint: 'start another one' })
  }
  const wrongSize = (actual: number, hint: string): ContentError =>
    new ContentError('SIZE_MISMATCH', `the content has ${actual} bytes instead of ${size}`, {
      expected: size,
      actual,
      hint,
    })

  return {
    get offset() {
      return length
    },
    begin({ start }) {
      assertOpen()
      if (start !== 0 && start !== length)
        throw new ContentError('RANGE_MISMATCH', `the answer starts at byte ${start}, and ${length} bytes are here`, {
          expected: length,
          actual: start,
          hint: "ask for the range from the ingest's offset, or for everything",
        })
      if (start === length) return
      chunks = []
      length = 0
    },
    write(chunk) {
      assertOpen()
      if (size !== undefined && length + chunk.length > size)
        throw wrongSize(
          length + chunk.length,
          'whoever said the size, or the source, is wrong: nothing beyond it is taken',
        )
      chunks.push(chunk)
      length += chunk.length
    },
    async commit({ signal } = {}) {
      if (committed !== undefined) return committed
      assertOpen()
      signal?.throwIfAborted()
      if (size !== undefined && length < size) throw wrongSize(length, "go on from the ingest's offset")
      closed = true
      const bytes = joined(chunks)
      const digest = digestOf(bytes, algorithm)
      putBlob(memory, digest, bytes)
      committed = { digest, size: length }
      return committed
    },
    async discard() {
      closed = true
    },
  }
}

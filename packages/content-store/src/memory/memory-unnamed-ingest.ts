import type { Algorithm } from '@lading/digest'
import { digestOf } from '@lading/digest/hash'
import type { BlobAddress } from '../content-store.ts'
import { unnamedErrors } from '../unnamed-errors.ts'
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

  const errors = unnamedErrors(size)
  const assertOpen = (): void => {
    if (closed) throw errors.ended()
  }

  return {
    get offset() {
      return length
    },
    begin({ start }) {
      assertOpen()
      if (start !== 0 && start !== length) throw errors.startsElsewhere(start, length)
      if (start === length) return
      chunks = []
      length = 0
    },
    write(chunk) {
      assertOpen()
      if (size !== undefined && length + chunk.length > size) throw errors.tooLong(length + chunk.length)
      chunks.push(chunk)
      length += chunk.length
    },
    async commit({ signal } = {}) {
      if (committed !== undefined) return committed
      assertOpen()
      signal?.throwIfAborted()
      if (size !== undefined && length < size) throw errors.tooShort(length)
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

import { algorithmOf } from '@lading/digest'
import { digestOf } from '@lading/digest/hash'
import type { BlobAddress } from '../content-store.ts'
import type { Followable } from '../followable.ts'
import { ingestErrors } from '../ingest-errors.ts'
import type { Ingest } from '../ingest.ts'
import { growingChunks } from './growing-chunks.ts'
import { joined, putBlob } from './memory-blobs.ts'
import type { Memory, MemoryBlob } from './memory.ts'

interface Options {
  readonly fresh: boolean
  /** The copy that is known to be bad. */
  readonly instead: MemoryBlob | undefined
  /** Lets the next caller in. */
  readonly leave: () => void
}

/** A blob on its way into a memory. */
export function memoryIngest(
  memory: Memory,
  blob: BlobAddress,
  { fresh, instead, leave }: Options,
): Ingest<Followable> & { readonly growth: Followable } {
  const { digest, size } = blob
  const errors = ingestErrors(blob)
  const partial = fresh ? undefined : memory.partials.get(digest)
  memory.partials.delete(digest)
  memory.ingests += 1
  const growing = growingChunks(partial?.chunks)
  memory.arriving.set(digest, growing)
  let { validator, source } = partial ?? {}
  let state: 'open' | 'ended' | 'committed' = 'open'

  const assertOpen = (): void => {
    if (state !== 'open') throw errors.ended()
  }
  const end = (how: 'verified' | Error): void => {
    state = how === 'verified' ? 'committed' : 'ended'
    memory.ingests -= 1
    growing.end(how)
    memory.arriving.delete(digest)
    leave()
  }

  return {
    digest,
    size,
    growth: { follow: growing.follow },
    get offset() {
      return growing.length
    },
    get validator() {
      return validator
    },
    get source() {
      return source
    },
    begin(answer) {
      assertOpen()
      if (answer.start !== 0 && answer.start !== growing.length)
        throw errors.startsElsewhere(answer.start, growing.length)
      if (answer.start === 0 && growing.length > 0) growing.restart()
      ;({ validator, source } = answer)
    },
    write(chunk) {
      assertOpen()
      const length = growing.length + chunk.length
      if (length > size) throw errors.tooLong(length)
      growing.push(chunk)
    },
    async commit({ signal } = {}) {
      if (state === 'committed') return
      assertOpen()
      signal?.throwIfAborted()
      if (growing.length < size) throw errors.tooShort(growing.length)
      const bytes = joined(growing.chunks)
      const actual = digestOf(bytes, algorithmOf(digest))
      if (actual !== digest) {
        const error = errors.wrongDigest(actual)
        end(error)
        throw error
      }
      putBlob(memory, digest, bytes, instead)
      end('verified')
    },
    async close() {
      if (state !== 'open') return
      if (growing.length > 0) memory.partials.set(digest, { chunks: growing.chunks, validator, source })
      end(errors.ended())
    },
    async discard() {
      if (state === 'open') end(errors.ended())
    },
  }
}

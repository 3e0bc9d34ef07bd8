import { tryParseDigest } from '@lading/digest'
import { verifyBytes } from '@lading/digest/hash'
import { printable } from '@lading/errors'
import { schemas, type Descriptor } from '@lading/manifest'
import { DeliveryError } from '../delivery-error.ts'
import { sendBytes } from '../send-bytes.ts'
import type { Source } from '../source.ts'
import { namesContent } from '../successors.ts'
import type { Shelves } from './shelves.ts'

/** A memory as a source. */
export function memorySource({ blobs, names }: Shelves, place: string): Omit<Source, 'origin' | 'referrers'> {
  const bytesOf = (descriptor: Descriptor): Uint8Array => {
    const bytes = blobs.get(descriptor.digest)
    if (bytes === undefined) throw unknown(descriptor.digest)
    verifyBytes(bytes, descriptor)
    return bytes
  }
  const byDigest = (text: string): Descriptor | undefined => {
    const digest = tryParseDigest(text)
    const bytes = digest === undefined ? undefined : blobs.get(digest)
    if (digest === undefined || bytes === undefined) return undefined
    const { mediaType } = schemas.identify(undefined, bytes)
    // A blob has no media type of its own.
    return namesContent({ mediaType }) ? { mediaType, digest, size: bytes.byteLength } : undefined
  }
  return {
    verified: true,
    async *names({ signal } = {}) {
      for (const [name, target] of names) {
        signal?.throwIfAborted()
        yield { name, target }
      }
    },
    async resolve(name, { signal } = {}) {
      signal?.throwIfAborted()
      const found = names.get(name) ?? byDigest(name)
      if (found === undefined) throw unknown(name)
      return found
    },
    async document(descriptor, { signal } = {}) {
      signal?.throwIfAborted()
      return blobs.has(descriptor.digest) ? { descriptor, bytes: bytesOf(descriptor).slice() } : undefined
    },
    async stat(digest, { signal } = {}) {
      signal?.throwIfAborted()
      const bytes = blobs.get(digest)
      return bytes === undefined ? undefined : { size: bytes.byteLength }
    },
    async send(descriptor, sink, { signal } = {}) {
      signal?.throwIfAborted()
      await sendBytes({ descriptor, bytes: bytesOf(descriptor) }, sink, { source: place, signal })
    },
    async *open(descriptor, { signal } = {}) {
      signal?.throwIfAborted()
      yield bytesOf(descriptor).slice()
    },
    close: () => Promise.resolve(),
  }
}

function unknown(what: string): DeliveryError {
  return new DeliveryError('CONTENT_UNKNOWN', `${printable(what, 300)} is not in this memory`, {
    hint: 'deliver it first, or look at names() for what is here',
  })
}

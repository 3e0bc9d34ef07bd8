import { namesContent, referrersAmong, type Source } from '@lading/content'
import { tryParseDigest, type Digest } from '@lading/digest'
import { verifyBytes } from '@lading/digest/hash'
import { isLadingError, printable } from '@lading/errors'
import { schemas, type Descriptor } from '@lading/manifest'
import { parseReference } from '@lading/reference'
import type { Parts } from './parts.ts'
import { documentLimit, readDocument } from './read-manifest.ts'
import { StoreError } from './store-error.ts'

/** The images of a store as a source. */
export function storeSource({ contents, references }: Parts): Source {
  const source: Source = {
    verified: true,
    async *names({ signal } = {}) {
      signal?.throwIfAborted()
      for (const { name, target } of await references.list()) {
        signal?.throwIfAborted()
        yield { name, target }
      }
    },
    async resolve(name, { signal } = {}) {
      signal?.throwIfAborted()
      const digest = tryParseDigest(name)
      const found = digest === undefined ? await references.get(parseReference(name)) : await byDigest(digest)
      if (found === undefined) throw unknown(name)
      return found
    },
    async document(descriptor, options) {
      options?.signal?.throwIfAborted()
      const document = await readDocument(contents, descriptor, options).catch((error: unknown) => {
        options?.signal?.throwIfAborted()
        // As good as not here.
        if (!isLadingError(error, 'CONTENT_DAMAGED')) throw error
      })
      if (document === undefined) return undefined
      // The bytes are what their digest says; the descriptor may be wrong about their size.
      verifyBytes(document.bytes, descriptor)
      return document
    },
    async stat(digest, { signal } = {}) {
      signal?.throwIfAborted()
      return contents.stat(digest)
    },
    send: (descriptor, sink, options) => contents.send(descriptor, sink, options),
    open: (descriptor, options) => contents.open(descriptor, options),
    referrers: (subject, options) => referrers(subject, options),
    close: () => Promise.resolve(),
  }
  const referrers = referrersAmong(source, async function* targets() {
    for (const { target } of await references.list()) yield target
  })
  return source

  /** A manifest or an index that is here, named or not. */
  async function byDigest(digest: Digest): Promise<Descriptor | undefined> {
    const size = (await contents.stat(digest))?.size
    if (size === undefined || size > documentLimit) return undefined
    const document = await readDocument(contents, { mediaType: '', digest, size })
    if (document === undefined) return undefined
    const { mediaType } = schemas.identify(undefined, document.bytes)
    return namesContent({ mediaType }) ? { mediaType, digest, size } : undefined
  }
}

function unknown(name: string): StoreError {
  return new StoreError('IMAGE_UNKNOWN', `No such image: ${printable(name, 300)}`, {
    reference: printable(name, 300),
    hint: 'lading images lists what is here; lading pull downloads an image',
  })
}

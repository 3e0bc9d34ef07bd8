import { namesContent, sendBytes, unlessAbsent, type Document, type Source } from '@lading/content'
import type { AbortOptions } from '@lading/clock'
import { isLadingError } from '@lading/errors'
import type { Descriptor } from '@lading/manifest'
import { RegistryError } from '../errors/registry-error.ts'
import type { Repository } from '../registry-client.ts'
import { originOf } from './origin-of.ts'

/** What a source needs of a repository. */
type Verbs = Pick<Repository<unknown>, 'name' | 'manifests' | 'blobs' | 'tags' | 'referrers'>

/** A repository as a source. Its names are its tags. */
export function repositorySource({ name, manifests, blobs, tags, referrers }: Verbs): Source {
  const resolve = async (target: string, { signal }: AbortOptions = {}): Promise<Descriptor> => {
    const head = await manifests.head(target, { signal, thenGet: true }).catch(unlessServerError)
    if (head !== undefined && namesContent(head)) return head
    // `application/json`, `text/html`: what it is, only its content tells.
    const got = manifests.get(target, { signal }).then(({ descriptor }) => descriptor)
    return head === undefined ? got : got.catch(unlessUnsupported(head))
  }

  /** @throws what says that it is not there */
  const read = async (descriptor: Descriptor, { signal }: AbortOptions = {}): Promise<Document> => {
    if (!namesContent(descriptor)) return { descriptor, bytes: await blobs.read(descriptor, { signal }) }
    const { bytes } = await manifests.get(descriptor.digest, { signal })
    if (bytes.byteLength !== descriptor.size) throw wrongSize(name, descriptor, bytes.byteLength)
    // What names it was verified, and says what it is; the registry's content type is a second opinion.
    return { descriptor, bytes }
  }

  return {
    origin: originOf(name),
    async *names({ signal } = {}) {
      signal?.throwIfAborted()
      for await (const tag of tags({ signal })) {
        const target = await unlessAbsent(resolve(tag, { signal }), { signal })
        if (target !== undefined) yield { name: tag, target }
      }
    },
    resolve,
    document: (descriptor, options = {}) => unlessAbsent(read(descriptor, options), options),
    async stat(digest, { signal } = {}) {
      const asked = blobs.head(digest, { signal }).then((size) => size ?? 'of unknown size')
      const found = await unlessAbsent(asked, { signal })
      if (found !== 'of unknown size') return found === undefined ? undefined : { size: found.size }
      throw new RegistryError('BAD_RESPONSE', `the registry has ${digest}, but does not say its size`, {
        repository: name,
        digest,
        hint: 'take the size from the manifest that names it',
      })
    },
    async send(descriptor, sink, { signal } = {}) {
      if (!namesContent(descriptor)) return blobs.fetch(descriptor, sink, { signal })
      await sendBytes(await read(descriptor, { signal }), sink, { source: name, signal })
    },
    open: (descriptor, { signal } = {}) => blobs.open(descriptor, { signal }),
    referrers: (subject, { signal } = {}) => referrers(subject, { signal }),
    close: () => Promise.resolve(),
  }
}

/** The GET after it is repeated, and says why. */
function unlessServerError(error: unknown): undefined {
  if (error instanceof RegistryError && (error.facts.status ?? 0) >= 500 && !error.asksTooLong) return undefined
  throw error
}

const unlessUnsupported =
  (head: Descriptor) =>
  (error: unknown): Descriptor => {
    if (isLadingError(error, 'MANIFEST_UNSUPPORTED') || isLadingError(error, 'MANIFEST_SCHEMA1')) return head
    throw error
  }

function wrongSize(repository: string, { digest, size }: Descriptor, actual: number): RegistryError {
  return new RegistryError('SIZE_MISMATCH', `${digest} has ${actual} bytes instead of ${size}`, {
    repository,
    digest,
    expected: size,
    actual,
    hint: 'the manifest states a wrong size; tell its publisher',
  })
}

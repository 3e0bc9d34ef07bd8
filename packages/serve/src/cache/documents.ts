import { namesContent, sendBytes, successors, type Document } from '@lading/content'
import type { Digest } from '@lading/digest'
import { isLadingError } from '@lading/errors'
import { isIndexType, type Descriptor } from '@lading/manifest'
import type { Content } from '../contracts.ts'
import type { Place } from '../request/choose-upstream.ts'
import type { OnServeEvent } from '../serve-event.ts'
import type { AskUpstream, Asker } from '../upstream/ask-upstream.ts'
import { notThere } from '../upstream/error-answer.ts'
import type { Keep } from './keep.ts'
import { nameOfPlace } from './place-key.ts'
import type { Proofs } from './proofs.ts'
import { createRemembered } from './remembered.ts'

export interface Documents {
  /** A manifest or index that is proved to be at the place. @throws ServeError 404; what the upstream's source throws */
  get(place: Place, descriptor: Descriptor, asker: Asker): Promise<FoundDocument>
  /** If it is here. */
  here(descriptor: Descriptor): Promise<Document | undefined>
}

export interface FoundDocument extends Document {
  readonly from: 'cache' | 'upstream'
}

export interface DocumentParts {
  readonly content: Content
  readonly keep: Keep
  readonly proofs: Proofs
  readonly ask: AskUpstream
  readonly offline: boolean
  readonly onUse?: ((digest: Digest) => () => void) | undefined
  readonly onEvent: OnServeEvent
}

/** More than this in one document are proved one by one, when they are asked for. */
const provedAtOnce = 1000

const done = {}
/** In bytes, of those that are asked for again and again: most manifests have a few kB, so that there is room for 10,000. */
const [mostRemembered, largestRemembered] = [32 * 1024 * 1024, 64 * 1024]
/** How many are remembered to have all that they name proved. */
const mostProved = 20_000

export function createDocuments({ content, keep, proofs, ask, offline, onUse, onEvent }: DocumentParts): Documents {
  const remembered = createRemembered<Document>(mostRemembered, ({ bytes }) => bytes.byteLength + 500)
  /** What it names is proved at its place. */
  const proved = createRemembered<object>(mostProved)

  /** What is not here any more is not served from memory either: it would be missing after the next start. */
  async function here(descriptor: Descriptor): Promise<Document | undefined> {
    const known = remembered.get(descriptor.digest)
    if (known?.descriptor.mediaType === descriptor.mediaType && known.descriptor.size === descriptor.size) {
      if ((await content.source.stat(descriptor.digest))?.size === descriptor.size) return known
      remembered.delete(descriptor.digest)
    }
    const document = await content.source.document(descriptor)
    if (document !== undefined && document.bytes.byteLength <= largestRemembered)
      remembered.set(descriptor.digest, document)
    return document
  }

  /** What cannot be kept is served all the same. */
  async function save(place: Place, document: Document): Promise<void> {
    const { descriptor, bytes } = document
    const release = onUse?.(descriptor.digest)
    try {
      await keep(descriptor, place)
      const delivery = await content.target.begin()
      try {
        const receiver = await delivery.receive(descriptor)
        if (typeof receiver !== 'string') {
          await sendBytes(
            { descriptor, bytes },
            { offset: 0, begin: (answer) => receiver.begin(answer), write: (chunk) => receiver.write(chunk) },
            { source: place.upstream.host },
          )
          await receiver.commit()
        }
        await delivery.finish()
      } catch (error) {
        await delivery.abort()
        throw error
      }
    } catch (error) {
      const { code, message } = isLadingError(error) ? error : { code: 'UNKNOWN', message: String(error) }
      onEvent({ type: 'unkept', digest: descriptor.digest, code, message })
    } finally {
      release?.()
    }
  }

  /** What it names is at its place, too. */
  async function prove(place: Place, document: Document): Promise<void> {
    const name = `${nameOfPlace(place)} ${document.descriptor.digest}`
    if (proved.get(name) !== undefined) return
    const kind = isIndexType(document.descriptor.mediaType) ? 'manifests' : 'blobs'
    for (const named of successors(document).slice(0, provedAtOnce))
      if (kind === 'blobs' || namesContent(named)) await proofs.add(place, kind, named)
    proved.set(name, done)
  }

  async function fetch(place: Place, descriptor: Descriptor, asker: Asker): Promise<Document> {
    const put = async (source: Content['source'], options: { readonly signal: AbortSignal }): Promise<Document> => {
      const document = await source.document(descriptor, options)
      if (document === undefined) throw notThere('manifest', place)
      await prove(place, document)
      await save(place, document)
      return document
    }
    return ask(place, { need: 'document', what: descriptor.digest, put }, asker)
  }

  return {
    here,
    async get(place, descriptor, asker) {
      const { host } = place.upstream
      const told = { kind: 'manifest', host, repository: place.repository } as const
      const document = await here(descriptor)
      if (document !== undefined) {
        onEvent({ type: 'hit', ...told, digest: descriptor.digest, size: descriptor.size })
        // It may have come under another name, or a record may be lost.
        await prove(place, document)
        return { ...document, from: 'cache' }
      }
      if (offline) throw notThere('manifest', place, 'it is not in the cache, and this server is offline')
      onEvent({ type: 'miss', ...told, what: descriptor.digest })
      return { ...(await fetch(place, descriptor, asker)), from: 'upstream' }
    },
  }
}

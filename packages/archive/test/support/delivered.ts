import { createMemoryContent, DeliveryError, type Publication, type Source, type Target } from '@lading/content'
import type { ContentPlace } from '@lading/content/compliance'
import type { Descriptor } from '@lading/manifest'

/** What one delivery brought. */
export interface Delivered {
  readonly blobs: readonly { readonly descriptor: Descriptor; readonly bytes: Uint8Array }[]
  /** In the order of publishing: a name that moved is at its last one. */
  readonly publications: readonly Publication[]
}

/** A place that is written at the end of its one delivery, by `write`, and read through what `open` opens. */
export function writtenPlace(how: {
  readonly write: (delivered: Delivered) => Promise<void>
  readonly open: () => Promise<Source>
  readonly makesManifests?: true | undefined
  readonly damage?: ContentPlace['damage'] | undefined
  readonly dispose: () => Promise<void>
}): ContentPlace {
  const memory = createMemoryContent()
  let begun = false
  const target: Target = {
    traits: { ...memory.traits, once: true },
    async begin(options) {
      options?.signal?.throwIfAborted()
      if (begun) throw new DeliveryError('DELIVERY_ENDED', 'it has had its delivery', { hint: 'make another place' })
      begun = true
      const delivery = await memory.begin(options)
      const publications: Publication[] = []
      const received = new Set<Descriptor>()
      return {
        ...delivery,
        async receive(what, to) {
          const receiver = await delivery.receive(what, to)
          if (typeof receiver === 'string') return receiver
          const { commit } = receiver
          receiver.commit = async (more) => {
            const descriptor = await commit.call(receiver, more)
            received.add(descriptor)
            return descriptor
          }
          return receiver
        },
        async publish(publication, more) {
          const result = await delivery.publish(publication, more)
          if (result.outcome !== 'missing') publications.push(publication)
          return result
        },
        async finish(more) {
          await delivery.finish(more)
          const blobs = []
          for (const descriptor of received) blobs.push({ descriptor, bytes: await bytesOf(memory, descriptor) })
          await how.write({ blobs, publications })
        },
      }
    },
  }
  return {
    source: reopened(how.open, how.makesManifests),
    target,
    damage: how.damage,
    dispose: how.dispose,
  }
}

async function bytesOf(source: Source, descriptor: Descriptor): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of source.open(descriptor)) chunks.push(chunk)
  return new Uint8Array(Buffer.concat(chunks))
}

/** Opened for each question, as somebody would who comes at that moment. */
function reopened(open: () => Promise<Source>, makesManifests: true | undefined): Source {
  const asked = async <Answer>(question: (source: Source) => Promise<Answer>): Promise<Answer> => {
    const source = await open()
    try {
      return await question(source)
    } finally {
      await source.close()
    }
  }
  async function* listed<Item>(question: (source: Source) => AsyncIterable<Item>): AsyncGenerator<Item, void> {
    const source = await open()
    try {
      yield* question(source)
    } finally {
      await source.close()
    }
  }
  return {
    makesManifests,
    names: (options) => listed((source) => source.names(options)),
    resolve: (name, options) => asked((source) => source.resolve(name, options)),
    document: (descriptor, options) => asked((source) => source.document(descriptor, options)),
    stat: (digest, options) => asked((source) => source.stat(digest, options)),
    send: (descriptor, sink, options) => asked((source) => source.send(descriptor, sink, options)),
    open: (descriptor, options) => listed((source) => source.open(descriptor, options)),
    close: () => Promise.resolve(),
  }
}

/** Of each name what it points to in the end, and what was published without one. */
export function targetsOf({ publications }: Delivered): readonly { name?: string; publication: Publication }[] {
  const named = new Map<string, Publication>()
  for (const publication of publications) for (const name of publication.names) named.set(name, publication)
  return [
    ...[...named].map(([name, publication]) => ({ name, publication })),
    ...publications.filter(({ names }) => names.length === 0).map((publication) => ({ publication })),
  ]
}

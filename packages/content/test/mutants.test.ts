import { isLadingError } from '@lading/errors'
import type { Descriptor } from '@lading/manifest'
import { describe, expect, it } from 'vitest'
import { contentCases, runCase } from '../src/compliance/test-content.ts'
import type { ContentPlace } from '../src/compliance/index.ts'
import type { Delivery, PublishResult, Receiver, Source } from '../src/index.ts'
import { memoryPlace } from './support/memory-place.ts'

/** An object that answers like another one, but for what is given. */
const instead = <T extends object>(base: T, changes: Partial<T>): T =>
  Object.create(base, Object.getOwnPropertyDescriptors(changes)) as T

const withSource = (change: (source: Source) => Partial<Source>): ContentPlace => {
  const place = memoryPlace()
  return { ...place, source: instead(place.source, change(place.source)) }
}
const withDelivery = (change: (delivery: Delivery, place: ContentPlace) => Partial<Delivery>): ContentPlace => {
  const place = memoryPlace()
  return {
    ...place,
    target: instead(place.target, {
      begin: async (options) => {
        const delivery = await place.target.begin(options)
        return instead(delivery, change(delivery, place))
      },
    }),
  }
}
const withReceiver = (
  change: (receiver: Receiver, digest: Descriptor | undefined) => Partial<Receiver>,
): ContentPlace =>
  withDelivery((delivery) => ({
    receive: async (what, options) => {
      const receiver = await delivery.receive(what, options)
      if (typeof receiver === 'string') return receiver
      return instead(receiver, change(receiver, 'digest' in what ? what : undefined))
    },
  }))

const forgiving =
  (code: string, descriptor: Descriptor | undefined) =>
  (error: unknown): Descriptor => {
    if (descriptor !== undefined && isLadingError(error, code)) return descriptor
    throw error
  }
const nowhere: AsyncIterable<never> = {
  [Symbol.asyncIterator]: () => ({ next: async () => ({ done: true, value: undefined }) }),
}

/** Places with one fault each, such as somebody might build. */
const mutants: Readonly<Record<string, () => ContentPlace>> = {
  'resolves what it does not know': () =>
    withSource(({ resolve }) => ({
      resolve: (name, options) =>
        resolve(name, options).catch(() => ({ mediaType: 'x/y', digest: `sha256:${'0'.repeat(64)}`, size: 0 })),
    })),
  'knows no digest as a name': () =>
    withSource(({ resolve }) => ({
      resolve: (name, options) => resolve(name.startsWith('sha256:') ? 'nothing' : name, options),
    })),
  'lists no names': () => withSource(() => ({ names: () => nowhere })),
  'lists a name twice': () =>
    withSource(({ names }) => ({
      async *names(options) {
        yield* names(options)
        yield* names(options)
      },
    })),
  'finds what it does not have': () =>
    withSource(({ stat }) => ({ stat: async (digest, options) => (await stat(digest, options)) ?? { size: 0 } })),
  'throws for an absent document': () =>
    withSource(({ document }) => ({
      document: async (descriptor, options) => {
        const found = await document(descriptor, options)
        if (found === undefined) throw new Error('absent')
        return found
      },
    })),
  'writes documents anew': () =>
    withSource(({ document }) => ({
      document: async (descriptor, options) => {
        const found = await document(descriptor, options)
        if (found === undefined) return undefined
        const text = JSON.stringify(JSON.parse(new TextDecoder().decode(found.bytes)), null, 2)
        return { descriptor, bytes: new TextEncoder().encode(text) }
      },
    })),
  'believes the size of a descriptor': () =>
    withSource(({ document, stat }) => ({
      document: async (descriptor, options) => {
        const size = (await stat(descriptor.digest, options))?.size
        const found = size === undefined ? undefined : await document({ ...descriptor, size }, options)
        return found === undefined ? undefined : { descriptor, bytes: found.bytes }
      },
    })),
  'sends beyond the end of a range': () =>
    withSource(({ send }) => ({
      send: (descriptor, sink, options) => send(descriptor, instead(sink, { end: undefined }), options),
    })),
  'sends a range from its second byte': () =>
    withSource(({ send }) => ({
      send: (descriptor, sink, options) =>
        send(
          descriptor,
          instead(sink, {
            offset: Math.min(sink.offset + 1, sink.end ?? descriptor.size),
            begin: (answer) => sink.begin({ ...answer, start: sink.offset }),
          }),
          options,
        ),
    })),
  'does not wait for the sink': () =>
    withSource(({ send }) => ({
      send: (descriptor, sink, options) =>
        send(descriptor, instead(sink, { write: (chunk) => void sink.write(chunk) }), options),
    })),
  'uses memory that it gave': () => {
    const memory = new Uint8Array(2_000_000)
    return withSource(({ send }) => ({
      send: (descriptor, sink, options) =>
        send(
          descriptor,
          instead(sink, {
            write: (chunk) => {
              memory.set(chunk)
              return sink.write(memory.subarray(0, chunk.byteLength))
            },
          }),
          options,
        ),
    }))
  },
  'does not hear the sink': () =>
    withSource(({ send }) => ({
      send: (descriptor, sink, options) =>
        send(descriptor, sink, options).catch((error: unknown) => {
          if (isLadingError(error) || options?.signal?.aborted === true) throw error
        }),
    })),
  'sends nothing of what it does not have': () =>
    withSource(({ send, stat }) => ({
      send: async (descriptor, sink, options) =>
        (await stat(descriptor.digest, options)) === undefined ? undefined : send(descriptor, sink, options),
    })),
  'opens half a blob': () =>
    withSource(({ open }) => ({
      async *open(descriptor, options) {
        for await (const chunk of open(descriptor, options)) yield chunk.subarray(0, chunk.byteLength >> 1)
      },
    })),
  'opens what has another size than was said': () =>
    withSource(({ open, stat }) => ({
      async *open(descriptor, options) {
        const size = (await stat(descriptor.digest, options))?.size
        yield* open(size === undefined ? descriptor : { ...descriptor, size }, options)
      },
    })),
  'hears no signal when it sends': () =>
    withSource(({ send }) => ({ send: (descriptor, sink) => send(descriptor, sink) })),
  'hears no signal when it resolves': () => withSource(({ resolve }) => ({ resolve: (name) => resolve(name) })),
  'hears no signal when it lists': () => withSource(({ names }) => ({ names: () => names() })),

  'commits without hashing': () =>
    withReceiver(({ commit }, blob) => ({
      commit: (options) => commit(options).catch(forgiving('DIGEST_MISMATCH', blob)),
    })),
  'commits what is short': () =>
    withReceiver(({ commit }, blob) => ({
      commit: (options) => commit(options).catch(forgiving('SIZE_MISMATCH', blob)),
    })),
  'gives back what it still needs': () =>
    withReceiver((receiver) => ({
      write: (chunk, giveBack) => {
        const wait = receiver.write(chunk)
        giveBack?.()
        return wait
      },
    })),
  'gives back twice': () =>
    withReceiver((receiver) => ({
      write: (chunk, giveBack) => {
        const copy = new Uint8Array(chunk)
        giveBack?.()
        giveBack?.()
        return receiver.write(copy)
      },
    })),
  'drops what is too much': () =>
    withReceiver((receiver, blob) => ({
      write: (chunk) =>
        receiver.write(blob === undefined ? chunk : chunk.subarray(0, Math.max(0, blob.size - receiver.offset))),
    })),
  'shows what is not committed': () => {
    const place = withReceiver((receiver, blob) => ({
      write: (chunk) => {
        if (blob !== undefined) sizes.set(blob.digest, receiver.offset + chunk.byteLength)
        return receiver.write(chunk)
      },
    }))
    const sizes = new Map<string, number>()
    const { stat } = place.source
    return {
      ...place,
      source: instead(place.source, {
        stat: async (digest, options) => {
          const size = sizes.get(digest)
          return (await stat(digest, options)) ?? (size === undefined ? undefined : { size })
        },
      }),
    }
  },
  'takes a range from anywhere': () =>
    withReceiver((receiver) => ({
      begin: (answer) => receiver.begin({ ...answer, start: answer.start === 0 ? 0 : receiver.offset }),
    })),
  'does not start over': () =>
    withReceiver((receiver) => ({ begin: (answer) => receiver.begin({ ...answer, start: receiver.offset }) })),
  'says that it has more than it has': () =>
    withReceiver((receiver) => ({
      get offset() {
        return receiver.offset + (receiver.offset > 0 ? 1 : 0)
      },
    })),
  'keeps what was discarded': () => withReceiver(({ close }) => ({ discard: close })),
  'stays open': () => withReceiver(() => ({ close: async () => undefined })),
  'commits once only': () =>
    withReceiver(({ commit }) => {
      let done = false
      return {
        commit: (options) => {
          if (done) throw new Error('committed')
          return commit(options).then((descriptor) => {
            done = true
            return descriptor
          })
        },
      }
    }),
  'says a wrong size of what it computed': () =>
    withReceiver(({ commit }) => ({ commit: async (options) => ({ ...(await commit(options)), size: 0 }) })),
  'hears no signal when it commits': () => withReceiver(({ commit }) => ({ commit: () => commit() })),

  'begins although it shall not': () => {
    const place = memoryPlace()
    return { ...place, target: instead(place.target, { begin: () => place.target.begin() }) }
  },
  'names before the blobs are there': () => {
    const early = new Map<string, Descriptor>()
    const place = withDelivery(({ publish }) => ({
      publish: (publication, options) => {
        for (const name of publication.names) early.set(name, publication.target)
        return publish(publication, options)
      },
    }))
    const { resolve } = place.source
    return {
      ...place,
      source: instead(place.source, {
        resolve: async (name, options) => {
          options?.signal?.throwIfAborted()
          return early.get(name) ?? resolve(name, options)
        },
      }),
    }
  },
  'names the first name only': () =>
    withDelivery(({ publish }) => ({
      publish: (publication, options) => publish({ ...publication, names: publication.names.slice(0, 1) }, options),
    })),
  'needs a name': () =>
    withDelivery(({ publish }) => ({
      publish: async (publication, options) =>
        publication.names.length === 0 ? { outcome: 'unchanged' } : publish(publication, options),
    })),
  'never moves a name': () => {
    const place = withDelivery(({ publish }) => ({
      publish: async (publication, options) => {
        const fresh: string[] = []
        for (const name of publication.names) if (!(await known(name))) fresh.push(name)
        return publish({ ...publication, names: fresh }, options)
      },
    }))
    const known = (name: string): Promise<boolean> =>
      place.source.resolve(name).then(
        () => true,
        () => false,
      )
    return place
  },
  'always says that it published': () =>
    withDelivery(({ publish }) => ({
      publish: async (publication, options): Promise<PublishResult> => {
        const result = await publish(publication, options)
        return result.outcome === 'unchanged' ? { outcome: 'published' } : result
      },
    })),
  'says only the first that is missing': () =>
    withDelivery(({ publish }) => ({
      publish: async (publication, options) => {
        const result = await publish(publication, options)
        return result.outcome === 'missing' ? { ...result, blobs: result.blobs.slice(0, 1) } : result
      },
    })),
  'publishes one level of an index': () =>
    withDelivery(({ publish }) => ({
      publish: (publication, options) =>
        publish(
          {
            ...publication,
            documents: publication.documents.filter(
              ({ descriptor }) => descriptor.digest === publication.target.digest,
            ),
          },
          options,
        ),
    })),
  'receives what is here': () =>
    withDelivery(({ receive }) => ({
      receive: async (what, options) => {
        const receiver = await receive(what, options)
        return receiver === 'here' ? receive({ mediaType: what.mediaType }, options) : receiver
      },
    })),
  'says of everything that it is here': () => withDelivery(() => ({ receive: async () => 'here' })),
  'mounts from nowhere': () =>
    withDelivery(({ receive }) => ({
      receive: (what, options) =>
        (options?.mount ?? []).length > 0 ? Promise.resolve('mounted') : receive(what, options),
    })),
  'goes on after it was aborted': () => withDelivery(() => ({ abort: async () => undefined })),
  'finishes after it was aborted': () =>
    withDelivery(({ finish }) => ({ finish: (options) => finish(options).catch(() => undefined) })),
  'leaves receivers open at the end': () =>
    withDelivery((delivery, place) => ({
      receive: async (what, options) => {
        // Of another delivery, which does not end.
        await delivery.has({ mediaType: '', digest: `sha256:${'0'.repeat(64)}`, size: 0 }, options)
        return (await place.target.begin()).receive(what, options)
      },
    })),
  'forgets the lease': () =>
    withDelivery(({ has }, { source }) => ({
      has: async ({ digest, size }, options) => {
        options?.signal?.throwIfAborted()
        await has({ mediaType: '', digest: `sha256:${'0'.repeat(64)}`, size: 0 }, options)
        return (await source.stat(digest))?.size === size
      },
    })),
  'never ends the lease': () =>
    withDelivery(({ has }, { target }) => {
      const forever = target.begin()
      return {
        has: async (descriptor, options) => {
          await (await forever).has(descriptor)
          return has(descriptor, options)
        },
      }
    }),
  'hears no signal when it publishes': () =>
    withDelivery(({ publish }) => ({ publish: (publication) => publish(publication) })),
  'hears no signal when it finishes': () => withDelivery(({ finish }) => ({ finish: () => finish() })),
}

const able = new Set<string>()

describe('the compliance suite finds a place that', () => {
  it.each(Object.entries(mutants))('%s', async (_fault, create) => {
    const found: string[] = []
    for (const { name, run } of Object.values(contentCases).flat())
      await runCase(run, { create: async () => create() }).catch(() => found.push(name))
    expect(found).not.toEqual([])
    for (const name of found) able.add(name)
  })
})

it('each of its cases finds one, but for those that need what a memory does not offer', () => {
  const all = Object.values(contentCases).flatMap((cases) => cases.map(({ name }) => name))
  expect(all.filter((name) => !able.has(name))).toEqual([
    'hands out nothing whole that is damaged',
    'mounts what can be mounted',
  ])
})

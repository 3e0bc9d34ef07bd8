import assert from 'node:assert/strict'
import type { AbortOptions } from '@lading/clock'
import { digestOf } from '@lading/digest/hash'
import { isLadingError, LadingError } from '@lading/errors'
import { OCI_CONFIG, OCI_INDEX, OCI_LAYER, OCI_MANIFEST } from '@lading/manifest'
import type { BlobSink } from '../blob-sink.ts'
import type { Document } from '../document.ts'
import type { Receiver } from '../receiver.ts'
import { sendBytes } from '../send-bytes.ts'
import { successors } from '../successors.ts'
import type { Delivery, PublishResult } from '../target.ts'
import type { ContentPlace } from './place.ts'

/** One promise of the contracts. */
export interface Case {
  readonly name: string
  readonly run: (place: ContentPlace) => Promise<void>
}

/** Reproducible bytes, each blob of its own. */
export function someBytes(size: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(size)
  let state = (seed + 1) * 2654435761
  for (let index = 0; index < size; index++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    bytes[index] = state >>> 24
  }
  return bytes
}

export function blobOf(bytes: Uint8Array, mediaType: string = OCI_LAYER): Document {
  return { descriptor: { mediaType, digest: digestOf(bytes), size: bytes.byteLength }, bytes }
}

const documentOf = (mediaType: string, value: object): Document =>
  blobOf(new TextEncoder().encode(JSON.stringify({ schemaVersion: 2, mediaType, ...value })), mediaType)

const manifestOf = (config: Document, layers: readonly Document[]): Document =>
  documentOf(OCI_MANIFEST, {
    config: config.descriptor,
    layers: layers.map(({ descriptor }) => descriptor),
  })

export const indexOf = (manifests: readonly Document[]): Document =>
  documentOf(OCI_INDEX, { manifests: manifests.map(({ descriptor }) => descriptor) })

/** An image with a config and two layers of its own. */
export interface SomeImage {
  readonly blobs: readonly Document[]
  readonly manifest: Document
}

export function someImage(seed: number): SomeImage {
  return imageOf([blobOf(someBytes(3000, 2 * seed)), blobOf(someBytes(2000, 2 * seed + 1))], String(seed))
}

/** An image of these layers, which are not compressed: a diffID is the layer's own digest. */
export function imageOf(layers: readonly Document[], label: string): SomeImage {
  const config = blobOf(
    new TextEncoder().encode(
      JSON.stringify({
        architecture: 'amd64',
        os: 'linux',
        config: { Labels: { seed: label } },
        rootfs: { type: 'layers', diff_ids: layers.map(({ descriptor }) => descriptor.digest) },
      }),
    ),
    OCI_CONFIG,
  )
  return { blobs: [config, ...layers], manifest: manifestOf(config, layers) }
}

export const nameIn = ({ name, target }: ContentPlace, word: string): string =>
  target.traits.single === true ? '' : (name?.(word) ?? word)

/** Whether it has what was published last, and nothing beside it. */
export const isSingle = ({ target }: Pick<ContentPlace, 'target'>): boolean => target.traits.single === true

/** A way in for a blob that is not there. */
export async function receive(delivery: Delivery, blob: Document): Promise<Receiver> {
  const receiver = await delivery.receive(blob.descriptor)
  assert.ok(typeof receiver !== 'string', `the blob is not there, so it can be received`)
  return receiver
}

/** Everything from where the receiver is. */
export const fill = (receiver: Receiver, blob: Document): Promise<void> =>
  sendBytes(blob, receiver, { source: 'compliance' })

/** Brings a blob, if it is not there. */
export async function deliver(delivery: Delivery, blob: Document): Promise<void> {
  const receiver = await delivery.receive(blob.descriptor)
  if (typeof receiver === 'string') return
  await fill(receiver, blob)
  await receiver.commit()
  await receiver.close()
}

export async function deliverImage(
  delivery: Delivery,
  { blobs, manifest }: SomeImage,
  names: readonly string[],
): Promise<PublishResult> {
  for (const blob of blobs) await deliver(delivery, blob)
  return delivery.publish({ target: manifest.descriptor, names, documents: [manifest] })
}

/** Whether it takes one delivery, and shows nothing before its end. */
export const isOnce = ({ target }: Pick<ContentPlace, 'target'>): boolean => target.traits.once === true

/** Whether its manifests are made of what is there, and not those that were delivered. */
export const isMade = ({ source }: Pick<ContentPlace, 'source'>): boolean => source.makesManifests === true

/** A name points to an image: to its manifest, or to one over the same config and layers where a place makes them. */
export async function assertPointsTo(
  place: Pick<ContentPlace, 'source'>,
  name: string,
  { manifest, blobs }: SomeImage,
): Promise<void> {
  const target = await place.source.resolve(name)
  if (!isMade(place)) return assert.equal(target.digest, manifest.descriptor.digest)
  const document = await place.source.document(target)
  assert.ok(document !== undefined, 'the manifest that was made is there')
  assert.equal(digestOf(document.bytes), target.digest)
  assert.deepEqual(
    successors(document).map(({ digest, size }) => ({ digest, size })),
    blobs.map(({ descriptor: { digest, size } }) => ({ digest, size })),
  )
}

/** Ends a delivery that left half of a blob: a target that cannot take it back says so. */
export async function finishLeavingHalf({ target }: ContentPlace, delivery: Delivery): Promise<void> {
  if (target.traits.rewinds) await delivery.finish()
  else await refuses(() => delivery.finish(), 'DELIVERY_BROKEN')
}

/** A place that has an image under these words. */
export async function stock(place: ContentPlace, image: SomeImage, words: readonly string[]): Promise<void> {
  const delivery = await place.target.begin()
  const names = words.map((word) => nameIn(place, word))
  assert.deepEqual(await deliverImage(delivery, image, names), { outcome: 'published' })
  await delivery.finish()
}

/** A sink that keeps what it is given; everything again starts it over. */
export function keepingSink(given: { readonly offset?: number; readonly end?: number } = {}): BlobSink & {
  bytes(): Uint8Array
  readonly starts: readonly number[]
} {
  const starts: number[] = []
  let chunks: Uint8Array[] = []
  return {
    offset: given.offset ?? 0,
    end: given.end,
    starts,
    begin({ start }) {
      starts.push(start)
      chunks = []
    },
    write: (chunk) => void chunks.push(chunk),
    bytes: () => joined(chunks),
  }
}

export function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(chunks.reduce((sum, { byteLength }) => sum + byteLength, 0))
  let at = 0
  for (const chunk of chunks) {
    all.set(chunk, at)
    at += chunk.byteLength
  }
  return all
}

export async function collect<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

/** What it throws or rejects with. */
export async function failureOf(run: () => unknown): Promise<unknown> {
  try {
    await run()
  } catch (error) {
    return error
  }
  return assert.fail('it succeeded')
}

/** It fails with an error of ours, which tells what to do next. */
export async function refuses(run: () => unknown, ...codes: readonly string[]): Promise<void> {
  const error = await failureOf(run)
  assert.ok(isLadingError(error), `an error of ours: ${String(error)}`)
  if (codes.length > 0) assert.ok(codes.includes(error.code), `${codes.join(' or ')}, and not ${error.code}`)
  assert.ok(error.hint !== undefined, `${error.code} has a hint`)
}

/** Who gives up, for what reason so ever, is never told that something is not there that is. */
export async function assertNoAbsence(ask: (options: AbortOptions) => Promise<unknown>): Promise<void> {
  const facts = { status: 404, hint: 'look elsewhere' }
  for (const code of ['CONTENT_UNKNOWN', 'BLOB_UNKNOWN', 'MANIFEST_UNKNOWN', 'NOT_FOUND', 'CONTENT_DAMAGED']) {
    const reason = new LadingError(code, 'something else is not there', facts)
    for (const soon of [async () => {}, nextTurn]) {
      const controller = new AbortController()
      const asked = ask({ signal: controller.signal }).then(
        (answer) => ({ answer }),
        (error: unknown) => ({ error }),
      )
      await soon()
      controller.abort(reason)
      const outcome = await asked
      if ('error' in outcome) assert.equal(outcome.error, reason, `${code} is why it was given up`)
      else assert.notEqual(outcome.answer, undefined, `given up because of ${code}`)
    }
  }
}

const nextTurn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))

/** Byte for byte. Says where they differ: a whole difference of large blobs takes minutes to print. */
export function assertBytes(actual: Uint8Array | undefined, expected: Uint8Array, what = 'the bytes'): void {
  assert.ok(actual !== undefined, `${what} are there`)
  assert.equal(actual.byteLength, expected.byteLength, `how many ${what} are`)
  let at = 0
  while (at < expected.byteLength && expected[at] === actual[at]) at++
  assert.equal(at, expected.byteLength, `${what} differ at ${at}`)
}

/** A blob is there, byte for byte. */
export async function assertThere(
  { source }: Pick<ContentPlace, 'source'>,
  { descriptor, bytes }: Document,
): Promise<void> {
  assert.deepEqual(await source.stat(descriptor.digest), { size: bytes.byteLength })
  assertBytes(joined(await collect(source.open(descriptor))), bytes)
}

/** The same of a blob that no image has: a place that makes manifests shows none such. */
export async function assertKept(place: Pick<ContentPlace, 'source'>, blob: Document): Promise<void> {
  if (!isMade(place)) await assertThere(place, blob)
}

export async function assertAbsent({ source }: Pick<ContentPlace, 'source'>, { descriptor }: Document): Promise<void> {
  assert.equal(await source.stat(descriptor.digest), undefined)
}

import type { Digest } from '@lading/digest'
import { digestOf } from '@lading/digest/hash'
import type { Descriptor } from '@lading/manifest'
import { parseReference } from '@lading/reference'
import type { ReferenceStore } from '../reference-store.ts'

/** A digest that is different for each text. */
export const digest = (of: string): Digest => digestOf(new TextEncoder().encode(of))

export const target = (of: string): Descriptor => ({
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  digest: digest(of),
  size: of.length,
})

export const set = (store: ReferenceStore, name: string, of: string | Descriptor): Promise<Digest | undefined> =>
  store.update((names) => names.set(parseReference(name), typeof of === 'string' ? target(of) : of))

export const get = (store: ReferenceStore, name: string): Promise<Descriptor | undefined> =>
  store.get(parseReference(name))

/** Names and the digests that they point to, in the order in which they are listed. */
export const listed = async (store: ReferenceStore): Promise<readonly (readonly [string, Digest])[]> =>
  (await store.list()).map(({ name, target: to }) => [name, to.digest])

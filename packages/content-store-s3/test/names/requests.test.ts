import type { Objects } from '@lading/content-store-s3'
import { digestOf } from '@lading/digest/hash'
import { parseReference } from '@lading/reference'
import { targetReference } from '@lading/reference-store'
import { expect, it } from 'vitest'
import { createBucket, memoryObjects, type Bucket } from '../../src/memory/index.ts'
import { createObjectReferenceStore } from '../../src/names/object-reference-store.ts'

const target = (of: string) => ({
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  digest: digestOf(new TextEncoder().encode(of)),
  size: of.length,
})

/** A process that counts what it asks. */
function process(bucket: Bucket) {
  const asked: string[] = []
  const faults = ({ operation }: { readonly operation: keyof Objects }): undefined => void asked.push(operation)
  return { names: createObjectReferenceStore({ objects: memoryObjects({ bucket, faults }) }), asked }
}

it('reads of many names those that a change is about', async () => {
  const bucket = createBucket()
  await process(bucket).names.update((names) => {
    for (let at = 0; at < 50; at++) names.set(parseReference(`image-${at}`), target('old'))
  })
  const { names, asked } = process(bucket)
  const only = [parseReference('image-7'), targetReference(parseReference('image-7'), target('new'))]
  await names.update((each) => void each.set(parseReference('image-7'), target('new')), { only })
  // The tag, the digest that it is to lead to and the one that it led to; the number that the last one may have had.
  expect(asked.toSorted()).toEqual(['create', 'create', 'get', 'list', 'list', 'list', 'list'])
  asked.length = 0
  // A version is read once.
  await names.get(parseReference('image-7'))
  await names.update((each) => void each.set(parseReference('image-7'), target('new')), { only })
  expect(asked.filter((each) => each !== 'list')).toEqual([])
})

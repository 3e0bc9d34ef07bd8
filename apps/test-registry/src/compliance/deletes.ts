import assert from 'node:assert/strict'
import { checksOf, Unsupported, type Check } from './check.ts'
import { blobData, digestOf, indexOf, indexType, textBytes } from './documents.ts'
import { failed, sameBytes, status } from './expectations.ts'
import { json, type Answer } from './http.ts'
import type { Target } from './target.ts'

const management = checksOf('management')

async function remove(target: Target, path: string): Promise<Answer> {
  const answer = await target.at(path, { method: 'DELETE' })
  if (
    answer.status === 405 ||
    (answer.status === 400 && json(answer)['errors'] !== undefined && path.startsWith('/manifests/'))
  )
    throw new Unsupported(`deleting is refused with ${answer.status}`)
  return answer
}

export const deleteChecks: readonly Check[] = [
  management('delete: a tag leaves the manifest', async (target) => {
    const { digest, bytes } = await target.pushImage('one')
    status(await remove(target, '/manifests/one'), 202)
    status(await target.manifest('one'), 404)
    sameBytes(await target.manifest(digest), bytes)
  }),
  management('delete: a tag leaves the other tags of the same manifest', async (target) => {
    const { bytes } = await target.pushImage('one', 'the same')
    await target.pushImage('two', 'the same')
    status(await remove(target, '/manifests/one'), 202)
    sameBytes(await target.manifest('two'), bytes)
    assert.deepEqual(json(await target.at('/tags/list'))['tags'], ['two'])
  }),
  management('delete: a manifest takes its tags along, at once', async (target) => {
    const { digest } = await target.pushImage('one', 'the same')
    await target.pushImage('two', 'the same')
    await target.pushImage('three', 'another')
    status(await remove(target, `/manifests/${digest}`), 202)
    for (const name of [digest, 'one', 'two']) status(await target.manifest(name), 404)
    assert.deepEqual(json(await target.at('/tags/list'))['tags'], ['three'])
  }),
  management('delete: an index, then what it named, then their blobs', async (target) => {
    const image = await target.pushImage(undefined)
    const { mediaType, digest, size } = image
    const index = indexOf([{ mediaType, digest, size }])
    status(await target.pushManifest(index, { target: 'one', type: indexType }), 201)
    for (const path of [`/manifests/${digestOf(index)}`, `/manifests/${digest}`, `/blobs/${image.config}`]) {
      status(await remove(target, path), 202)
      status(await target.at(path), 404)
    }
  }),
  management('delete: a blob is gone at once', async (target) => {
    const digest = await target.pushBlob(blobData)
    status(await remove(target, `/blobs/${digest}`), 202)
    status(await target.at(`/blobs/${digest}`), 404)
    status(await target.at(`/blobs/${digest}`, { method: 'HEAD' }), 404)
  }),
  management('delete: a blob in one repository leaves it in another', async (target) => {
    const other = target.other()
    const digest = await target.pushBlob(blobData)
    await other.pushBlob(blobData)
    status(await remove(target, `/blobs/${digest}`), 202)
    sameBytes(await other.at(`/blobs/${digest}`), blobData)
  }),
  management('delete: what was deleted can be pushed again', async (target) => {
    const { digest, bytes } = await target.pushImage('one')
    status(await remove(target, `/manifests/${digest}`), 202)
    await target.pushImage('one')
    sameBytes(await target.manifest('one'), bytes)
  }),
  management('delete: what is not there is 404', async (target) => {
    await target.pushImage('one')
    const absent = digestOf(textBytes('absent'))
    failed(await remove(target, `/manifests/${absent}`), [404], 'MANIFEST_UNKNOWN')
    failed(await remove(target, `/blobs/${absent}`), [404], 'BLOB_UNKNOWN')
    status(await target.other().at(`/blobs/${absent}`, { method: 'DELETE' }), 404)
  }),
]

import { sendBlob, type BlobSource } from '@lading/content'
import type { Descriptor } from '@lading/manifest'
import type { UploadOptions } from '../../registry-client.ts'
import type { Site } from '../../site/site.ts'
import { assertChunkSize, assertUpload } from './assert-upload.ts'
import { openOrMount } from './mount-blob.ts'
import { newUpload } from './open-upload.ts'
import { uploadReceiver } from './upload-receiver.ts'

/**
 * Uploads a blob (distribution-spec, "Pushing Blobs") in one attempt. Nobody could go on with what it leaves: what fails
 * is cancelled at the registry.
 */
export async function uploadBlob(
  atSite: <T>(work: (site: Site) => Promise<T>) => Promise<T>,
  descriptor: Descriptor,
  source: BlobSource,
  { signal, chunkSize, mount, onProgress }: UploadOptions,
): Promise<{ readonly mounted: boolean }> {
  assertUpload(descriptor)
  assertChunkSize(chunkSize)
  const { digest } = descriptor
  const upload = await atSite(async (site) => {
    const session = await openOrMount(site, digest, { mount, signal })
    return session === undefined ? undefined : newUpload(site, digest, session)
  })
  if (upload === undefined) return { mounted: true }
  const receiver = uploadReceiver(upload, { what: descriptor, chunkSize })
  try {
    await sendBlob(descriptor, source, receiver, { signal, onProgress })
    await receiver.commit({ signal })
    return { mounted: false }
  } catch (error) {
    await receiver.discard()
    signal?.throwIfAborted()
    throw error
  }
}

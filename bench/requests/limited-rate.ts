import { createRegistryClient } from '@lading/registry-client'
import { image, randomBytes, startTestRegistry } from '@lading/test-registry'

const bytesPerSecond = 10_000_000
const blobs = 4
const blobBytes = 5_000_000

/** Several connections at once under one `limitRate`, in real time, and what became of it. */
export async function limitedRate(): Promise<string> {
  const registry = await startTestRegistry({ images: [image('team/app:1')] })
  const client = createRegistryClient({ limitRate: bytesPerSecond })
  try {
    const contents = Array.from({ length: blobs }, (_none, seed) => new Uint8Array(randomBytes(blobBytes, seed)))
    const descriptors = contents.map((content) => ({
      mediaType: 'application/octet-stream',
      digest: registry.repository('team/app').putBlob(content),
      size: content.byteLength,
    }))
    const repository = client.repository(`${registry.host}/team/app`)
    const began = performance.now()
    const ends = await Promise.all(
      descriptors.map(async (descriptor) => {
        await repository.blobs.fetch(descriptor, { offset: 0, begin: () => undefined, write: () => undefined })
        return performance.now() - began
      }),
    )
    const rate = (blobs * blobBytes) / 1000 / Math.max(...ends)
    return `limit of ${bytesPerSecond / 1e6} MB/s over ${blobs} connections: ${rate.toFixed(2)} MB/s, the first of them done after ${((100 * Math.min(...ends)) / Math.max(...ends)).toFixed(0)} % of the time`
  } finally {
    await client.close()
    await registry.close()
  }
}

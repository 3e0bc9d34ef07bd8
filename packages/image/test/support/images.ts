import { createMemoryContent, type MemoryContent } from '@lading/content'
import { OCI_CONFIG, OCI_MANIFEST, type Descriptor } from '@lading/manifest'
import type { TarInput } from '@lading/tar'
import { putLayer, textBytes, type Layer } from './layers.ts'

const json = (value: unknown): Uint8Array => textBytes(JSON.stringify(value))

/** An image of layers that are in a place, base first. */
export function putImage(content: MemoryContent, layers: readonly Layer[], more: object = {}): Descriptor {
  const config = content.put(
    OCI_CONFIG,
    json({
      architecture: 'amd64',
      os: 'linux',
      rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
      ...more,
    }),
  )
  const manifest = {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config,
    layers: layers.map(({ descriptor }) => descriptor),
  }
  return content.put(OCI_MANIFEST, json(manifest))
}

/** A memory with one image, base first. */
export async function imageOf(
  ...layers: readonly (readonly TarInput[])[]
): Promise<{ readonly content: MemoryContent; readonly target: Descriptor; readonly layers: readonly Layer[] }> {
  const content = createMemoryContent()
  const put: Layer[] = []
  for (const entries of layers) put.push(await putLayer(content, entries))
  return { content, target: putImage(content, put), layers: put }
}

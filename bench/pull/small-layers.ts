import { createHash, randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { tar } from '@lading/test-registry'
import type { BenchBlob, BenchImage } from './image.ts'

const sha256 = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

/** An image of many small gzip layers, each of one file that compresses to half. */
export async function smallLayers(folder: string, count: number, bytes: number): Promise<BenchImage> {
  await mkdir(folder, { recursive: true })
  const layers: BenchImage['layers'][number][] = []
  for (let index = 0; index < count; index += 1) {
    const content = tar({ [`file-${index}`]: randomBytes(bytes / 2).toString('hex') })
    const blob = await keep(folder, `layer-${index}.tar.gz`, gzipSync(content))
    layers.push({ ...blob, diffId: sha256(content), uncompressed: content.length })
  }
  const config = await keep(
    folder,
    'config.json',
    Buffer.from(
      JSON.stringify({
        architecture: process.arch === 'x64' ? 'amd64' : process.arch,
        os: 'linux',
        config: {},
        rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
      }),
    ),
  )
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: config.digest, size: config.size },
    layers: layers.map(({ digest, size }) => ({
      mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
      digest,
      size,
    })),
  })
  return { manifest, config, layers }
}

async function keep(folder: string, name: string, bytes: Uint8Array): Promise<BenchBlob> {
  const file = join(folder, name)
  await writeFile(file, bytes)
  return { file, digest: sha256(bytes), size: bytes.length }
}

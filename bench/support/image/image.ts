import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createGzip, createZstdCompress } from 'node:zlib'
import { PassThrough, type Transform } from 'node:stream'

export interface BenchBlob {
  readonly file: string
  readonly digest: string
  readonly size: number
}

export interface BenchLayer extends BenchBlob {
  readonly diffId: string
  readonly uncompressed: number
}

export interface BenchImage {
  readonly manifest: string
  readonly config: BenchBlob
  readonly layers: readonly BenchLayer[]
}

export type Compression = 'gzip' | 'zstd' | 'none'

/** `ratio`: a real root file system compresses to about so small a part. */
export const compressions: Readonly<
  Record<Compression, { readonly mediaType: string; readonly ratio: number; compress(): Transform }>
> = {
  gzip: { mediaType: 'tar+gzip', ratio: 3.2, compress: () => createGzip({ level: 6 }) },
  zstd: { mediaType: 'tar+zstd', ratio: 3.5, compress: () => createZstdCompress() },
  none: { mediaType: 'tar', ratio: 1, compress: () => new PassThrough() },
}

/** Made once per folder. */
export async function kept(folder: string, make: () => Promise<BenchImage>): Promise<BenchImage> {
  const record = join(folder, 'image.json')
  if (existsSync(record)) return JSON.parse(await readFile(record, 'utf8')) as BenchImage
  await mkdir(folder, { recursive: true })
  const image = await make()
  await writeFile(record, JSON.stringify(image))
  return image
}

export async function imageOf(
  folder: string,
  layers: readonly BenchLayer[],
  compression: Compression = 'gzip',
): Promise<BenchImage> {
  const config = await keep(
    join(folder, 'config.json'),
    Buffer.from(
      JSON.stringify({
        architecture: process.arch === 'x64' ? 'amd64' : process.arch,
        os: 'linux',
        config: {},
        rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
        history: layers.map((_, index) => ({ created_by: `bench layer ${index}` })),
      }),
    ),
  )
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: config.digest, size: config.size },
    layers: layers.map(({ digest, size }) => ({
      mediaType: `application/vnd.oci.image.layer.v1.${compressions[compression].mediaType}`,
      digest,
      size,
    })),
  })
  return { manifest, config, layers }
}

export async function keep(file: string, bytes: Uint8Array): Promise<BenchBlob> {
  await writeFile(file, bytes)
  return { file, digest: sha256(bytes), size: bytes.length }
}

export const sha256 = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

export const sizeOf = ({ layers }: BenchImage): number => layers.reduce((sum, { size }) => sum + size, 0)

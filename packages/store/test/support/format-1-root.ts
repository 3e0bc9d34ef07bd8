import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'

// A store of format 1, written byte by byte with nothing of ours: whatever becomes of the code, this is what is on the
// disks of those who use it.

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex')
const digestOf = (bytes: Uint8Array | string): `sha256:${string}` => `sha256:${sha256(bytes)}`

/** A record: one line of JSON whose last member is a sum of the others. */
function sealed(members: Readonly<Record<string, unknown>>): string {
  const text = JSON.stringify(members)
  return `${JSON.stringify({ ...members, sum: sha256(text).slice(0, 16) })}\n`
}

const oci = 'application/vnd.oci.image'
const tar = new Uint8Array(1024)
const layer = gzipSync(tar)
const diffId = digestOf(tar)
const config = JSON.stringify({
  os: 'linux',
  architecture: 'amd64',
  rootfs: { type: 'layers', diff_ids: [diffId] },
})
const configDescriptor = { mediaType: `${oci}.config.v1+json`, digest: digestOf(config), size: config.length }
const manifest = JSON.stringify({
  schemaVersion: 2,
  mediaType: `${oci}.manifest.v1+json`,
  config: configDescriptor,
  layers: [{ mediaType: `${oci}.layer.v1.tar+gzip`, digest: digestOf(layer), size: layer.length }],
})
const partial = new Uint8Array(10).fill(7)

const entry = (name: string): unknown => ({
  mediaType: `${oci}.manifest.v1+json`,
  digest: digestOf(manifest),
  size: manifest.length,
  annotations: { 'io.containerd.image.name': name, 'org.opencontainers.image.ref.name': name },
})
const index = JSON.stringify({
  schemaVersion: 2,
  mediaType: `${oci}.index.v1+json`,
  manifests: [entry('docker.io/library/app:1'), entry(`docker.io/library/app@${digestOf(manifest)}`)],
})

const files: Readonly<Record<string, Uint8Array | string>> = {
  'oci-layout': '{"imageLayoutVersion":"1.0.0"}\n',
  'index.json': index,
  [`blobs/sha256/${sha256(manifest)}`]: manifest,
  [`blobs/sha256/${sha256(config)}`]: config,
  [`blobs/sha256/${sha256(layer)}`]: layer,
  'lading/version': '1\n',
  'lading/index/latest': index,
  [`lading/diff-ids/sha256/${sha256(layer)}`]: sealed({ version: 1, blob: digestOf(layer), diffId, size: tar.length }),
  [`lading/layers/sha256/${sha256(tar)}`]: sealed({ version: 1, chainId: diffId, diffId, size: tar.length, depth: 1 }),
  [`lading/images/sha256/${sha256(config)}`]: sealed({
    version: 1,
    config: configDescriptor,
    diffIds: [diffId],
    platform: { os: 'linux', architecture: 'amd64' },
    manifests: [digestOf(manifest)],
    blobs: [digestOf(layer)],
  }),
  [`lading/ingest/sha256/${sha256(partial)}/data`]: partial.subarray(0, 4),
  [`lading/ingest/sha256/${sha256(partial)}/journal`]:
    '{"synced":4,"boot":"an earlier one","validator":"\\"v1\\"","source":"https://registry.example"}\n',
}

export const format1 = {
  imageId: digestOf(config),
  layer: { digest: digestOf(layer), diffId, size: tar.length },
  /** A download that was cut off after four bytes. */
  partial: { digest: digestOf(partial), size: partial.length, bytes: partial },
}

export async function writeFormat1(root: string): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true })
    await writeFile(join(root, name), content)
  }
}

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { digestOf } from '@lading/digest/hash'
import { OCI_CONFIG, OCI_INDEX, OCI_LAYER_GZIP, OCI_MANIFEST, type Descriptor } from '@lading/manifest'

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

/**
 * An image layout with so many images, each with a config and a layer of its own and one that ten share: written as it
 * would stand there after so many pulls, in seconds instead of an hour.
 *
 * @param options.manifests entries of `index.json` beside theirs
 */
export async function writeManyImages(
  root: string,
  count: number,
  { manifests = [] }: { readonly manifests?: readonly object[] } = {},
): Promise<void> {
  const blobs = join(root, 'blobs', 'sha256')
  await mkdir(blobs, { recursive: true })
  const blob = async (mediaType: string, text: string): Promise<Descriptor> => {
    const bytes = utf8(text)
    const digest = digestOf(bytes)
    await writeFile(join(blobs, digest.slice('sha256:'.length)), bytes, { mode: 0o600 })
    return { mediaType, digest, size: bytes.length }
  }
  const entries: object[] = [...manifests]
  for (let number = 0; number < count; number++) {
    const layers = [
      await blob(OCI_LAYER_GZIP, `base ${Math.floor(number / 10)}`),
      await blob(OCI_LAYER_GZIP, `layer of ${number}`),
    ]
    const config = await blob(OCI_CONFIG, JSON.stringify(configOf(number)))
    const manifest = await blob(
      OCI_MANIFEST,
      JSON.stringify({ schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers }),
    )
    const name = `registry.example.com/team-${number % 100}/app-${number}:1.${number % 7}`
    entries.push({
      ...manifest,
      annotations: { 'io.containerd.image.name': name, 'org.opencontainers.image.ref.name': name },
    })
  }
  await writeFile(join(root, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}')
  await writeFile(
    join(root, 'index.json'),
    JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: entries }),
  )
}

const configOf = (number: number): object => ({
  created: new Date(Date.UTC(2026, 0, 1) + number * 60_000).toISOString(),
  architecture: 'amd64',
  os: 'linux',
  config: { Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'], Cmd: ['sh'] },
  rootfs: { type: 'layers', diff_ids: [digestOf(utf8(`base ${number}`)), digestOf(utf8(`own ${number}`))] },
  history: Array.from({ length: 8 }, (_, step) => ({
    created: '2026-01-01T00:00:00Z',
    created_by: `RUN /bin/sh -c apt-get install -y part-${step} && rm -rf /var/lib/apt/lists # buildkit`,
  })),
})

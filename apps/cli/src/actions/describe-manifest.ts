import { printable } from '@lading/errors'
import { formatPlatform, isAttestation, type Descriptor, type Manifest } from '@lading/manifest'
import { formatSize } from '../text/size.ts'

const title = 'org.opencontainers.image.title'

/** A manifest or index for people: what is not there has no line. */
export function describeManifest(manifest: Manifest, descriptor: Descriptor): string[] {
  const content: readonly (readonly [name: string, values: readonly (string | undefined)[]])[] =
    manifest.kind === 'index'
      ? [['Manifests', manifest.manifests.map((entry) => line(entry, entryKind(entry)))]]
      : [
          ['Config', [line(manifest.config)]],
          ['Layers', manifest.layers.map((layer) => line(layer, layer.annotations?.[title]))],
        ]
  const facts: readonly (readonly [name: string, values: readonly (string | undefined)[]])[] = [
    ['Digest', [descriptor.digest]],
    ['Type', [`${manifest.mediaType} ${formatSize(descriptor.size)}`]],
    ['Artifact', [manifest.artifactType]],
    ['Subject', [manifest.subject === undefined ? undefined : line(manifest.subject)]],
    ...content,
    ['Annotations', Object.entries(manifest.annotations ?? {}).map(([name, value]) => `${name}=${value}`)],
  ]
  return facts.flatMap(([name, values]) =>
    values
      .filter((value) => value !== undefined && value !== '')
      .map((value, index) => `${(index === 0 ? `${name}:` : '').padEnd(13)}${printable(value ?? '', 4096)}`),
  )
}

const line = ({ digest, size, mediaType, artifactType }: Descriptor, more?: string): string =>
  [digest, formatSize(size), artifactType ?? mediaType, more]
    .filter((part) => part !== undefined && part !== '')
    .join('  ')

const entryKind = (entry: Descriptor): string | undefined =>
  isAttestation(entry)
    ? 'attestation'
    : entry.platform === undefined
      ? entry.annotations?.[title]
      : formatPlatform(entry.platform)

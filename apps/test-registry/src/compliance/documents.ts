import { createHash } from 'node:crypto'

export const indexType = 'application/vnd.oci.image.index.v1+json'
export const manifestType = 'application/vnd.oci.image.manifest.v1+json'
export const configType = 'application/vnd.oci.image.config.v1+json'
export const layerType = 'application/vnd.oci.image.layer.v1.tar'
export const emptyType = 'application/vnd.oci.empty.v1+json'
export const accept: string = [
  indexType,
  manifestType,
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ')

export interface Named {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
}

export const digestOf = (bytes: Uint8Array, algorithm = 'sha256'): string =>
  `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`

export const named = (mediaType: string, bytes: Uint8Array, algorithm?: string): Named => ({
  mediaType,
  digest: digestOf(bytes, algorithm),
  size: bytes.length,
})

export const textBytes = (text: string): Uint8Array => new TextEncoder().encode(text)

export const manifestOf = (members: object): Uint8Array =>
  textBytes(JSON.stringify({ schemaVersion: 2, mediaType: manifestType, ...members }))

export const indexOf = (manifests: readonly object[], members: object = {}): Uint8Array =>
  textBytes(JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests, ...members }))

/** 2048 bytes, as the official suite has for ranges, that repeat nowhere in step with a chunk. */
export const blobData: Uint8Array = Uint8Array.from({ length: 2048 }, (_, position) => (position * 7) % 251)

export const emptyJson: Uint8Array = textBytes('{}')

import type { Digest } from '@lading/digest'
import { describe, expect, it } from 'vitest'
import {
  DOCKER_CONFIG,
  DOCKER_LAYER_GZIP,
  OCI_CONFIG,
  OCI_EMPTY,
  OCI_LAYER_GZIP,
  OCI_MANIFEST,
  imageProblem,
  isArtifact,
  type ImageManifest,
} from '../src/index.ts'
import { digestOf } from './support/documents.ts'

const descriptor = (mediaType: string): ImageManifest['config'] => ({
  mediaType,
  digest: digestOf('a') as Digest,
  size: 1,
})

function manifest(config: string, layers: readonly string[], artifactType?: string): ImageManifest {
  return {
    kind: 'manifest',
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: descriptor(config),
    layers: layers.map(descriptor),
    ...(artifactType === undefined ? {} : { artifactType }),
  }
}

describe('an image', () => {
  it.each([OCI_CONFIG, DOCKER_CONFIG, '', 'application/octet-stream', 'application/json', 'text/html'])(
    'has a config of type "%s"',
    (type) => {
      const image = manifest(type, [
        OCI_LAYER_GZIP,
        DOCKER_LAYER_GZIP,
        '',
        'application/vnd.oci.image.layer.v1.tar+br',
        'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
      ])
      expect(imageProblem(image)).toBeUndefined()
      expect(isArtifact(image)).toBe(false)
    },
  )

  it('may have no layers', () => expect(isArtifact(manifest(OCI_CONFIG, []))).toBe(false))
})

describe('no image', () => {
  it.each<[ImageManifest, string, string]>([
    [
      manifest('application/vnd.docker.plugin.v1+json', [DOCKER_LAYER_GZIP]),
      'a Docker plugin',
      'application/vnd.docker.plugin.v1+json',
    ],
    [
      manifest('application/vnd.cncf.helm.config.v1+json', ['application/vnd.cncf.helm.chart.content.v1.tar+gzip']),
      'a Helm chart',
      'application/vnd.cncf.helm.config.v1+json',
    ],
    [
      manifest('application/vnd.docker.ai.model.config.v0.1+json', ['application/vnd.docker.ai.gguf.v3']),
      'an AI model',
      'application/vnd.docker.ai.model.config.v0.1+json',
    ],
    [manifest(OCI_CONFIG, ['application/vnd.in-toto+json']), 'an attestation', 'application/vnd.in-toto+json'],
    [
      manifest(OCI_CONFIG, ['application/vnd.dev.cosign.simplesigning.v1+json']),
      'a signature',
      'application/vnd.dev.cosign.simplesigning.v1+json',
    ],
    [
      manifest(OCI_EMPTY, [OCI_EMPTY], 'application/vnd.dev.sigstore.bundle.v0.3+json'),
      'a signature',
      'application/vnd.dev.sigstore.bundle.v0.3+json',
    ],
    [manifest('application/vnd.cncf.notary.signature', []), 'a signature', 'application/vnd.cncf.notary.signature'],
    [manifest(OCI_CONFIG, [`${OCI_LAYER_GZIP}+encrypted`]), 'an encrypted image', `${OCI_LAYER_GZIP}+encrypted`],
    [
      manifest('application/vnd.wasm.config.v0+json', ['application/wasm']),
      'a WebAssembly module',
      'application/vnd.wasm.config.v0+json',
    ],
    [manifest(OCI_EMPTY, [OCI_LAYER_GZIP]), 'an artifact without a type', OCI_EMPTY],
    [
      manifest(OCI_EMPTY, [], 'application/vnd.example'),
      'an artifact of type "application/vnd.example"',
      'application/vnd.example',
    ],
    [
      manifest('application/vnd.x\u001b[2J', []),
      'an artifact of type "application/vnd.x\\x1b[2J"',
      'application/vnd.x\u001b[2J',
    ],
    [manifest(OCI_CONFIG, [OCI_LAYER_GZIP, 'text/plain']), 'an artifact of type "text/plain"', 'text/plain'],
  ])('%#: says what it is', (document, what, mediaType) => {
    expect(imageProblem(document)).toEqual({ what, mediaType, hint: expect.stringMatching(/./) as string })
    expect(isArtifact(document)).toBe(true)
  })
})

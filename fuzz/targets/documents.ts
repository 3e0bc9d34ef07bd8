import { isDigest } from '@lading/digest'
import {
  DOCKER_CONFIG,
  DOCKER_LAYER_GZIP,
  DOCKER_LIST,
  DOCKER_MANIFEST,
  ManifestError,
  OCI_CONFIG,
  OCI_EMPTY,
  OCI_INDEX,
  OCI_LAYER_GZIP,
  OCI_LAYER_ZSTD,
  OCI_MANIFEST,
  imageProblem,
  isIndexType,
  isManifestType,
  matchPlatforms,
  parseImageConfig,
  schemas,
  type Descriptor,
  type Manifest,
} from '@lading/manifest'
import { bytesOf } from '../encoding.ts'
import { type Json, writeJson } from '../generate/json.ts'
import type { Random } from '../random.ts'
import { holds, unlessRefused } from '../refusal.ts'
import type { Target } from '../target.ts'

const digest = (random: Random): string => `sha256:${random.text('0123456789abcdef', 64)}`
const some = <T>(random: Random, most: number, make: () => T): T[] => Array.from({ length: random.below(most) }, make)
const families: Readonly<Record<string, string>> = {
  [OCI_MANIFEST]: DOCKER_MANIFEST,
  [DOCKER_MANIFEST]: OCI_MANIFEST,
  [OCI_INDEX]: DOCKER_LIST,
  [DOCKER_LIST]: OCI_INDEX,
}
const otherFamily = (mediaType: string): string => families[mediaType] ?? mediaType
const words = [
  '"schemaVersion":2',
  '"mediaType":',
  '"layers":[',
  '"manifests":[',
  '"config":{',
  '"fsLayers":[]',
  '"size":',
  '-1',
  '1e400',
  '"data":"e30="',
  '"Layers":[]',
  '"__proto__":{}',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"',
  '\\u0041',
  'null',
]

function descriptor(random: Random, mediaType: string, more: Record<string, Json> = {}): Json {
  return {
    mediaType,
    digest: digest(random),
    size: random.below(1e9),
    ...more,
    ...(random.once(6)
      ? { annotations: { 'org.opencontainers.image.title': random.pick(['a.txt', '../../x']), Key: 'a', key: 'b' } }
      : {}),
    ...(random.once(8) ? { data: 'e30=', size: 2 } : {}),
    ...(random.once(8) ? { urls: ['https://a.example/x'] } : {}),
    ...(random.once(8) ? { artifactType: 'application/vnd.example' } : {}),
  }
}

const shared = (random: Random): Record<string, Json> => ({
  ...(random.once(5) ? { subject: descriptor(random, OCI_MANIFEST) } : {}),
  ...(random.once(5) ? { annotations: { 'org.opencontainers.image.created': '2026-01-01T00:00:00Z' } } : {}),
  ...(random.once(5) ? { artifactType: 'application/vnd.example' } : {}),
})

const manifest =
  (mediaType: string, config: string, layers: readonly string[]) =>
  (random: Random): Json => ({
    schemaVersion: 2,
    ...(random.once(4) ? {} : { mediaType: random.once(4) ? otherFamily(mediaType) : mediaType }),
    config: descriptor(random, config),
    layers: some(random, 5, () => descriptor(random, random.pick(layers))),
    ...shared(random),
  })

const index =
  (mediaType: string, child: string) =>
  (random: Random): Json => ({
    schemaVersion: 2,
    ...(random.once(4) ? {} : { mediaType: random.once(4) ? otherFamily(mediaType) : mediaType }),
    ...shared(random),
    manifests: some(random, 5, () =>
      descriptor(random, random.pick([child, mediaType]), {
        platform: {
          os: random.pick(['linux', 'windows', 'unknown']),
          architecture: random.pick(['amd64', 'arm64', 'arm', 'unknown']),
          ...(random.once(3) ? { variant: random.pick(['v7', 'v8', '']) } : {}),
          ...(random.once(5) ? { 'os.version': '10.0.20348.1', 'os.features': ['win32k'] } : {}),
        },
      }),
    ),
  })

function checkDescriptor({ digest: text, size }: Descriptor): void {
  holds(isDigest(text), 'a digest that is none')
  holds(Number.isSafeInteger(size) && size >= 0, `a size of ${size}`)
}

function checkManifest(decoded: Manifest): void {
  if (decoded.subject !== undefined) checkDescriptor(decoded.subject)
  if (decoded.kind === 'index') {
    decoded.manifests.forEach(checkDescriptor)
    const { candidates, rejected } = matchPlatforms(decoded.manifests, { os: 'linux', architecture: 'arm64' })
    holds(
      candidates.length + rejected.length === decoded.manifests.length,
      'an entry is neither candidate nor rejected',
    )
  } else {
    ;[decoded.config, ...decoded.layers].forEach(checkDescriptor)
    imageProblem(decoded)
  }
}

const documentTarget = (name: string, mediaType: string, template: (random: Random) => Json): Target => ({
  name,
  generate: (random) => bytesOf(writeJson(template(random), random)),
  words,
  check(input) {
    const decoded = unlessRefused(ManifestError, input.length, () => schemas.unmarshal(mediaType, input))
    if (decoded !== undefined) {
      // Between Docker's and OCI's type the document decides; between the kinds nothing does.
      const ofKind = decoded.kind === 'index' ? isIndexType : isManifestType
      holds(ofKind(mediaType) && ofKind(decoded.mediaType), 'a document of another kind')
      holds(schemas.identify(mediaType, input).mediaType === decoded.mediaType, 'identified as another type')
      checkManifest(decoded)
    }
    const guessed = unlessRefused(ManifestError, input.length, () => schemas.unmarshal('application/json', input))
    if (guessed !== undefined) checkManifest(guessed)
  },
})

export const ociManifest: Target = documentTarget(
  'oci-manifest',
  OCI_MANIFEST,
  manifest(OCI_MANIFEST, OCI_CONFIG, [OCI_LAYER_GZIP, OCI_LAYER_ZSTD, OCI_EMPTY, 'application/vnd.in-toto+json']),
)
export const dockerManifest: Target = documentTarget(
  'docker-manifest',
  DOCKER_MANIFEST,
  manifest(DOCKER_MANIFEST, DOCKER_CONFIG, [DOCKER_LAYER_GZIP, '']),
)
export const ociIndex: Target = documentTarget('oci-index', OCI_INDEX, index(OCI_INDEX, OCI_MANIFEST))
export const dockerList: Target = documentTarget('docker-list', DOCKER_LIST, index(DOCKER_LIST, DOCKER_MANIFEST))

const configTemplate = (random: Random): Json => ({
  architecture: 'arm64',
  os: 'linux',
  variant: 'v8',
  created: '2026-01-01T00:00:00Z',
  ...(random.once(4) ? { 'os.version': '1', 'os.features': ['f'] } : {}),
  config: {
    User: '0:0',
    ExposedPorts: { '80/tcp': {} },
    Env: ['A=b'],
    Cmd: ['sh'],
    Volumes: { '/': {} },
    Labels: { a: 'b', A: 'c' },
    StopSignal: 'SIGTERM',
    Memory: random.below(9),
    Healthcheck: { Test: ['NONE'], Interval: random.below(9) },
  },
  rootfs: { type: 'layers', diff_ids: some(random, 5, () => digest(random)) },
  history: some(random, 5, () => ({ created_by: 'RUN \u0026\u0026 "x"', empty_layer: random.once(2) })),
})

export const imageConfig: Target = {
  name: 'image-config',
  generate: (random) => bytesOf(writeJson(configTemplate(random), random)),
  words: [...words, '"rootfs":{"type":"layers"}', '"diff_ids":[', '"history":[', '"empty_layer":true', '"Labels":{'],
  check(input) {
    const config = unlessRefused(ManifestError, input.length, () => parseImageConfig(input))
    if (config !== undefined)
      holds(
        config.rootfs.diffIds.every((diffId) => isDigest(diffId)),
        'a diffID that is none',
      )
  },
}

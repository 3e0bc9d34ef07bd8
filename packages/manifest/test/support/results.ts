import {
  DOCKER_LIST,
  DOCKER_MANIFEST,
  formatPlatform,
  ManifestError,
  matchPlatforms,
  OCI_INDEX,
  OCI_MANIFEST,
  parseContentType,
  parseImageConfig,
  parsePlatform,
  parseStrictJson,
  schemas,
  type Descriptor,
} from '../../src/index.ts'
import { bytesOf, descriptor, digestOf, indexDocument, manifestDocument } from './documents.ts'
import { accepted, refused } from './json-vectors.ts'

const platforms = [
  'linux/amd64',
  'Linux/X86_64',
  'linux/arm',
  'linux/arm64/v8',
  'linux/arm64/v9.2',
  'windows(10.0.17763+win32k)/amd64',
  'arm64',
  'linux',
  '*',
  '',
  'linux/\u001b',
]
const contentTypes = ['application/json; charset="utf-8"', 'a/b; c="', 'A/B', 'x', '', 'application/json; a="x;y\\"z"']
const documents: readonly unknown[] = [
  manifestDocument(),
  indexDocument(),
  { ...manifestDocument(), ...indexDocument() },
  manifestDocument({ Layers: [] }),
  manifestDocument({ mediaType: DOCKER_MANIFEST }),
  { schemaVersion: 1, fsLayers: [] },
  manifestDocument({
    layers: [
      descriptor('a', { data: 'e30=', size: 2 }),
      descriptor('b', { annotations: { __proto__: null, Key: 'a', key: 'b' } }),
    ],
    subject: descriptor('e'),
    artifactType: 'application/x',
    annotations: { é: '😀' },
  }),
  manifestDocument({ layers: [descriptor('a', { size: -1 })] }),
  manifestDocument({ layers: [descriptor('A')] }),
  {
    architecture: 'arm64',
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: [digestOf('a')] },
    config: { Env: ['A=b'], MemorySwap: -1 },
    history: [{}],
  },
  {},
  [],
  null,
  '{"schemaVersion":2,"layers":[],"layers":[]}',
  '{"a":1}\u0000',
]

function endOf(call: () => unknown): unknown {
  try {
    return call()
  } catch (error) {
    return error instanceof ManifestError ? error.toJSON() : String(error)
  }
}

/** The vectors through all of the package: what must be the same wherever JavaScript runs. */
export function results(): unknown {
  const texts = [...accepted, ...refused.map(([text]) => text)].map((text) => new TextEncoder().encode(text))
  const invalid = [
    [0xef, 0xbb, 0xbf, 0x31],
    [0x22, 0xff, 0x22],
    [0x22, 0xed, 0xa0, 0x80, 0x22],
    [0x22, 0xe2, 0x82, 0x22],
  ].map((bytes) => Uint8Array.from(bytes))
  const types = [OCI_MANIFEST, OCI_INDEX, DOCKER_MANIFEST, DOCKER_LIST, 'application/json', undefined]
  const entries = platforms.slice(0, 6).map((text): Descriptor => ({
    mediaType: OCI_MANIFEST,
    digest: `sha256:${'a'.repeat(64)}`,
    size: 1,
    platform: parsePlatform(text),
  }))
  return {
    json: [...texts, ...invalid].map((bytes) => endOf(() => parseStrictJson(bytes))),
    documents: documents
      .map(bytesOf)
      .map((bytes) => [
        ...types.map((type) => endOf(() => schemas.unmarshal(type, bytes))),
        endOf(() => parseImageConfig(bytes)),
      ]),
    platforms: platforms.map((text) => endOf(() => formatPlatform(parsePlatform(text)))),
    matches: ['linux/arm64', 'linux/amd64/v3', 'windows/amd64'].map((text) =>
      matchPlatforms(entries, parsePlatform(text)),
    ),
    contentTypes: contentTypes.map((text) => endOf(() => parseContentType(text))),
  }
}

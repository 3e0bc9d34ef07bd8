import { describe, expect, it } from 'vitest'
import {
  DOCKER_LIST,
  DOCKER_MANIFEST,
  OCI_CONFIG,
  OCI_INDEX,
  OCI_LAYER,
  OCI_MANIFEST,
  decodeManifest,
  schemas,
} from '../src/index.ts'
import { bytesOf, descriptor, digestOf, indexDocument, manifestDocument, refusal } from './support/documents.ts'

const manifest = (more: object): Uint8Array => bytesOf(manifestDocument(more))
const layer = (more: object): Uint8Array => manifest({ layers: [descriptor('a', more)] })
const layers = (count: number): Uint8Array => manifest({ layers: Array.from({ length: count }, () => descriptor('a')) })
const padded = (length: number): Uint8Array => bytesOf(JSON.stringify(manifestDocument()).padEnd(length))
const withSize = (written: string): Uint8Array =>
  bytesOf(JSON.stringify(manifestDocument()).replace('"size":12', `"size":${written}`))

describe('one document is one thing (CVE-2021-41190)', () => {
  const both = { ...manifestDocument(), ...indexDocument() }

  it.each([OCI_MANIFEST, OCI_INDEX, DOCKER_MANIFEST, DOCKER_LIST, 'application/json', undefined])(
    'refuses manifest and index in one, as %s',
    (contentType) => {
      for (const document of [both, { ...both, layers: null }, { ...both, config: null }, { ...both, manifests: [] }]) {
        expect(refusal(() => schemas.unmarshal(contentType, bytesOf(document)))).toMatchObject({
          code: 'MANIFEST_AMBIGUOUS',
          hint: expect.stringContaining('CVE-2021-41190') as string,
        })
      }
    },
  )

  it.each([
    [OCI_MANIFEST, manifestDocument({ Manifests: [] })],
    [OCI_INDEX, indexDocument({ LAYERS: [] })],
    [OCI_INDEX, indexDocument({ Config: descriptor('c') })],
    [OCI_INDEX, indexDocument({ fsLayers: [] })],
    [OCI_MANIFEST, manifestDocument({ fſLayerſ: [] })],
    [undefined, indexDocument({ fsLayers: [] })],
  ])('also in another spelling, as %s', (contentType, document) => {
    expect(refusal(() => schemas.unmarshal(contentType, bytesOf(document))).code).toBe('MANIFEST_AMBIGUOUS')
  })

  it('refuses an index that comes as a manifest and the other way round', () => {
    expect(refusal(() => schemas.unmarshal(OCI_MANIFEST, bytesOf(indexDocument()))).code).toBe('MANIFEST_AMBIGUOUS')
    expect(refusal(() => schemas.unmarshal(OCI_INDEX, bytesOf(manifestDocument()))).code).toBe('MANIFEST_AMBIGUOUS')
  })

  it('takes null for absent', () => {
    expect(
      schemas.unmarshal(
        OCI_MANIFEST,
        manifest({ manifests: null, annotations: null, subject: null, artifactType: null }),
      ),
    ).toEqual({ ...manifestDocument(), kind: 'manifest', mediaType: OCI_MANIFEST })
  })

  it.each([
    [OCI_MANIFEST, OCI_INDEX, manifestDocument()],
    [DOCKER_MANIFEST, DOCKER_LIST, manifestDocument()],
    [OCI_INDEX, DOCKER_MANIFEST, indexDocument()],
    [DOCKER_LIST, OCI_MANIFEST, indexDocument()],
    [OCI_MANIFEST, OCI_MANIFEST.toUpperCase(), manifestDocument()],
    [OCI_INDEX, 'x\u001b[2J', indexDocument()],
  ])('refuses what comes as %s and calls itself %j', (contentType, mediaType, document) => {
    const error = refusal(() => schemas.unmarshal(contentType, bytesOf({ ...document, mediaType })))
    expect(error).toMatchObject({
      code: 'MANIFEST_MEDIA_TYPE',
      at: '$.mediaType',
      facts: { expected: contentType, actual: mediaType.replace('\u001b', '\\x1b') },
    })
    expect(error.message).not.toContain('\u001b')
  })
})

describe("between Docker's and OCI's type of one kind the document decides", () => {
  it.each([
    [OCI_MANIFEST, DOCKER_MANIFEST, manifestDocument()],
    [DOCKER_MANIFEST, OCI_MANIFEST, manifestDocument()],
    [OCI_INDEX, DOCKER_LIST, indexDocument()],
    [DOCKER_LIST, OCI_INDEX, indexDocument()],
  ])('that comes as %s and calls itself %s', (contentType, mediaType, document) => {
    const bytes = bytesOf({ ...document, mediaType })
    expect(schemas.unmarshal(contentType, bytes)).toMatchObject({ mediaType })
    expect(decodeManifest(bytes, contentType)).toMatchObject({ mediaType })
    expect(schemas.identify(`${contentType}; charset=utf-8`, bytes)).toEqual({ mediaType, digested: bytes })
  })

  it.each([
    [OCI_MANIFEST, OCI_INDEX, indexDocument()],
    [DOCKER_LIST, DOCKER_MANIFEST, manifestDocument()],
    [OCI_INDEX, DOCKER_MANIFEST, manifestDocument()],
    [OCI_MANIFEST, DOCKER_MANIFEST, { ...manifestDocument(), ...indexDocument() }],
    [OCI_INDEX, DOCKER_LIST, { ...manifestDocument(), ...indexDocument() }],
    [OCI_MANIFEST, DOCKER_MANIFEST, indexDocument()],
  ])('and never between the kinds: as %s, itself %s', (contentType, mediaType, document) => {
    const bytes = bytesOf({ ...document, mediaType })
    expect(['MANIFEST_MEDIA_TYPE', 'MANIFEST_AMBIGUOUS']).toContain(
      refusal(() => schemas.unmarshal(contentType, bytes)).code,
    )
    expect(schemas.identify(contentType, bytes).mediaType).toMatch(/vnd/)
  })

  it('and where it cannot be read, it is what it came as', () => {
    const bytes = bytesOf('{"mediaType":')
    expect(schemas.identify(OCI_MANIFEST, bytes)).toEqual({ mediaType: OCI_MANIFEST, digested: bytes })
  })
})

describe('members that come twice', () => {
  it.each([
    '{"schemaVersion":2,"layers":[],"layers":[],"config":{}}',
    '{"schemaVersion":2,"layers":[],"Layers":[],"config":{}}',
    '{"schemaVersion":2,"Config":{},"layers":[],"CONFIG":{}}',
    '{"schemaVersion":2,"schemaverſion":1,"layers":[]}',
    '{"mediaType":null,"MediaType":"x"}',
    JSON.stringify(manifestDocument({ config: descriptor('c', { Digest: digestOf('d') }) })),
    JSON.stringify(manifestDocument({ layers: [descriptor('c', { '\u212aind': 1, SIZE: 1 })] })),
    JSON.stringify(manifestDocument({ x: 0 })).replace('"x":0', '"x":{"y":1,"y":2}'),
  ])('are refused: %s', (text) =>
    expect(refusal(() => decodeManifest(bytesOf(text), OCI_MANIFEST)).code).toBe('JSON_DUPLICATE'),
  )

  it('says which', () => {
    const error = refusal(() => decodeManifest(bytesOf({ ...manifestDocument(), Layers: [] }), OCI_MANIFEST))
    expect(error).toMatchObject({ at: '$.Layers', message: '$ has both "layers" and "Layers"' })
  })

  it('may differ in case where nobody interprets them', () => {
    const annotations = { Key: 'a', key: 'b', size: '1', Size: '2' }
    expect(
      decodeManifest(manifest({ annotations, vendor: 1, Vendor: 2, deep: { layers: 1, Layers: 2 } }), OCI_MANIFEST),
    ).toMatchObject({ annotations })
  })

  it('are refused in a platform too', () => {
    const entry = descriptor('a', { platform: { os: 'linux', architecture: 'amd64', OS: 'windows' } })
    expect(refusal(() => decodeManifest(bytesOf(indexDocument({ manifests: [entry] })), OCI_INDEX))).toMatchObject({
      code: 'JSON_DUPLICATE',
      at: '$.manifests[0].platform.OS',
    })
  })
})

describe('size', () => {
  it.each([
    '-1',
    '-0',
    '9007199254740992',
    '9007199254740993',
    '9007199254740991.4',
    '18446744073709551616',
    '1.5',
    '1.0',
    '1e3',
    '1e400',
    '"12"',
    'true',
    '[]',
    '{}',
    'null',
  ])('%s is refused', (written) => {
    const error = refusal(() => decodeManifest(withSize(written), OCI_MANIFEST))
    expect(error).toMatchObject({ code: 'MANIFEST_INVALID', at: '$.config.size' })
  })

  it.each([0, 1, 9_007_199_254_740_991])('%d is taken', (size) =>
    expect(decodeManifest(withSize(String(size)), OCI_MANIFEST)).toMatchObject({ config: { size } }),
  )

  it("odd numbers are nobody's business elsewhere", () => {
    const text = JSON.stringify(manifestDocument({ x: 0 })).replace(
      '"x":0',
      '"x":[1e400,-1.5,123456789012345678901234567890]',
    )
    expect(decodeManifest(bytesOf(text), OCI_MANIFEST)).toMatchObject({ kind: 'manifest' })
  })

  it('shows the number as it was written', () => {
    expect(refusal(() => decodeManifest(withSize('9007199254740993'), OCI_MANIFEST)).message).toBe(
      '$.config.size is the number 9007199254740993, not an integer from 0 to 2^53 - 1',
    )
  })
})

describe('bounds', () => {
  it('1000 layers are read, 1001 are not', () => {
    expect(decodeManifest(layers(1000), OCI_MANIFEST)).toMatchObject({ kind: 'manifest' })
    expect(refusal(() => decodeManifest(layers(1001), OCI_MANIFEST))).toMatchObject({
      code: 'TOO_LARGE',
      at: '$.layers',
      facts: { expected: 1000, actual: 1001 },
    })
    expect(decodeManifest(layers(1001), OCI_MANIFEST, { maxLayers: 1001 })).toMatchObject({ kind: 'manifest' })
  })

  it('10,000 entries are read, one more is not', () => {
    const entry = { mediaType: OCI_MANIFEST, digest: digestOf('a'), size: 1 }
    const index = (count: number): Uint8Array =>
      bytesOf({ schemaVersion: 2, manifests: Array.from({ length: count }, () => entry) })
    expect(decodeManifest(index(10_000), OCI_INDEX)).toMatchObject({ kind: 'index' })
    expect(refusal(() => decodeManifest(index(10_001), OCI_INDEX))).toMatchObject({
      code: 'TOO_LARGE',
      at: '$.manifests',
    })
  })

  it('4 MiB are read, one byte more is not', () => {
    expect(decodeManifest(padded(4_194_304), OCI_MANIFEST)).toMatchObject({ kind: 'manifest' })
    expect(refusal(() => decodeManifest(padded(4_194_305), OCI_MANIFEST)).code).toBe('TOO_LARGE')
  })
})

describe('embedded data', () => {
  it('is decoded', () => {
    const document = manifest({
      config: { mediaType: 'application/vnd.oci.empty.v1+json', digest: digestOf('4'), size: 2, data: 'e30=' },
    })
    expect(decodeManifest(document, OCI_MANIFEST)).toMatchObject({ config: { data: new TextEncoder().encode('{}') } })
    expect(decodeManifest(layer({ size: 0, data: '' }), OCI_MANIFEST)).toMatchObject({
      layers: [{ data: new Uint8Array() }],
    })
    expect(decodeManifest(layer({ size: 3, data: '+/+/' }), OCI_MANIFEST)).toMatchObject({
      layers: [{ data: Uint8Array.of(251, 255, 191) }],
    })
  })

  it.each([
    ['e30=', 3],
    ['e30=', 1],
    ['e30', 2],
    ['e3 0=', 2],
    ['e30=\n', 2],
    ['e30=e30=', 5],
    ['====', 0],
    ['e===', 0],
    ['_-_-', 3],
    ['e3é=', 2],
    [7, 1],
    [['e30='], 2],
  ])('%j of size %d is refused', (data, size) => {
    expect(refusal(() => decodeManifest(layer({ data, size }), OCI_MANIFEST))).toMatchObject({
      code: 'MANIFEST_INVALID',
      at: '$.layers[0].data',
    })
  })
})

it('embedded data is told what is wrong with it', () => {
  expect(refusal(() => decodeManifest(layer({ data: 'e3', size: 2 }), OCI_MANIFEST)).message).toBe(
    '$.layers[0].data is not base64',
  )
  expect(refusal(() => decodeManifest(layer({ data: 'e30=', size: 3 }), OCI_MANIFEST)).message).toBe(
    '$.layers[0].data has 2 bytes where size says 3',
  )
})

describe('names from outside are data', () => {
  it('pollutes nothing', () => {
    const text = JSON.stringify(manifestDocument({ annotations: { x: '1' } })).replace(
      '"x":"1"',
      '"__proto__":"p","constructor":"c","toString":"t"',
    )
    const { annotations } = schemas.unmarshal(
      OCI_MANIFEST,
      bytesOf(text.replace('{"schemaVersion"', '{"__proto__":{"layers":[]},"schemaVersion"')),
    )
    expect(Object.entries(annotations ?? {})).toEqual([
      ['__proto__', 'p'],
      ['constructor', 'c'],
      ['toString', 't'],
    ])
    expect(({} as Record<string, unknown>)['p']).toBeUndefined()
  })

  it('takes no member from a prototype', () => {
    const text = `{"schemaVersion":2,"__proto__":${JSON.stringify(manifestDocument())}}`
    expect(refusal(() => decodeManifest(bytesOf(text), OCI_MANIFEST))).toMatchObject({
      code: 'MANIFEST_INVALID',
      at: '$.config',
    })
  })

  it('keeps a hostile title as it is, and shows it escaped', () => {
    const annotations = {
      'org.opencontainers.image.title': '../../.ssh/authorized_keys',
      'x\u001b]0;y\u0007': '\u202e',
    }
    expect(decodeManifest(layer({ annotations }), OCI_MANIFEST)).toMatchObject({ layers: [{ annotations }] })
    const error = refusal(() => decodeManifest(layer({ annotations: { 'x\u001b]0;y\u0007': 1 } }), OCI_MANIFEST))
    // oxlint-disable-next-line no-control-regex
    expect(JSON.stringify([error, error.at]) + error.message).not.toMatch(/[\u0000-\u001f]/)
  })
})

describe('descriptors', () => {
  it('keep every member there is', () => {
    const full = {
      mediaType: OCI_LAYER,
      digest: `sha512:${'a'.repeat(128)}`,
      size: 3,
      urls: ['https://x/y'],
      annotations: { a: '' },
      artifactType: 'application/x',
    }
    expect(decodeManifest(manifest({ layers: [full] }), OCI_MANIFEST)).toMatchObject({ layers: [full] })
  })

  it.each([
    [{ digest: undefined }, 'digest'],
    [{ digest: 'sha256:abc' }, 'digest'],
    [{ digest: digestOf('A') }, 'digest'],
    [{ digest: 'md5:d41d8cd98f00b204e9800998ecf8427e' }, 'digest'],
    [{ digest: 'sha256:../../../../etc/passwd' }, 'digest'],
    [{ digest: 5 }, 'digest'],
    [{ mediaType: undefined }, 'mediaType'],
    [{ mediaType: '' }, 'mediaType'],
    [{ mediaType: 1 }, 'mediaType'],
    [{ urls: 'https://x' }, 'urls'],
    [{ urls: [1] }, 'urls[0]'],
    [{ annotations: [] }, 'annotations'],
    [{ annotations: { a: 1 } }, 'annotations.a'],
    [{ digest: null }, 'digest'],
    [{ size: null }, 'size'],
    [{ mediaType: null }, 'mediaType'],
    [{ artifactType: {} }, 'artifactType'],
    [{ platform: 'linux/amd64' }, 'platform'],
    [{ platform: { os: 1 } }, 'platform.os'],
    [{ platform: { os: 'linux', architecture: [] } }, 'platform.architecture'],
    [{ platform: { os: 'windows', 'os.features': 'win32k' } }, 'platform["os.features"]'],
  ])('%j is refused', (more, at) => {
    expect(refusal(() => decodeManifest(layer(more), OCI_MANIFEST))).toMatchObject({
      code: 'MANIFEST_INVALID',
      at: `$.layers[0].${at}`,
    })
  })

  it("keep the digest's own error as cause", () => {
    expect(refusal(() => decodeManifest(layer({ digest: 'sha256:abc' }), OCI_MANIFEST)).cause).toMatchObject({
      name: 'DigestError',
    })
  })

  it("of Docker's own manifests may lack a media type", () => {
    const untyped = manifestDocument({
      config: descriptor('c', { mediaType: undefined }),
      layers: [descriptor('a', { mediaType: '' })],
    })
    expect(decodeManifest(bytesOf(untyped), DOCKER_MANIFEST)).toMatchObject({
      config: { mediaType: '' },
      layers: [{ mediaType: '' }],
    })
    expect(refusal(() => decodeManifest(bytesOf(untyped), OCI_MANIFEST)).at).toBe('$.config.mediaType')
  })

  it('have a platform, or none where nobody filled it in', () => {
    const platforms = [
      {
        os: 'windows',
        architecture: 'amd64',
        'os.version': '10.0.17763.1',
        'os.features': ['win32k'],
        variant: '',
        features: ['sse4'],
      },
      { os: '', architecture: '' },
      {},
      null,
    ]
    const index = schemas.unmarshal(
      OCI_INDEX,
      bytesOf({ schemaVersion: 2, manifests: platforms.map((platform) => descriptor('a', { platform })) }),
    )
    expect(index.manifests.map((entry) => entry.platform)).toEqual([
      { os: 'windows', architecture: 'amd64', osVersion: '10.0.17763.1', osFeatures: ['win32k'] },
      undefined,
      undefined,
      undefined,
    ])
  })
})

describe('documents', () => {
  it('keep subject, artifact type and annotations', () => {
    const more = { subject: descriptor('e'), artifactType: 'application/x', annotations: { a: 'b' } }
    expect(decodeManifest(manifest(more), OCI_MANIFEST)).toMatchObject(more)
    expect(decodeManifest(bytesOf(indexDocument(more)), OCI_INDEX)).toMatchObject(more)
    expect(refusal(() => decodeManifest(manifest({ subject: {} }), OCI_MANIFEST)).at).toBe('$.subject.mediaType')
  })

  it('may hold a blob twice, no layer at all, the config as a layer, and no entry', () => {
    const a = descriptor('a')
    expect(decodeManifest(manifest({ layers: [a, a] }), OCI_MANIFEST)).toMatchObject({ layers: [a, a] })
    expect(decodeManifest(manifest({ layers: [] }), OCI_MANIFEST)).toMatchObject({ layers: [] })
    expect(
      decodeManifest(manifest({ layers: [descriptor('c', { mediaType: OCI_CONFIG })] }), OCI_MANIFEST),
    ).toMatchObject({ layers: [{ digest: digestOf('c') }] })
    expect(decodeManifest(bytesOf(indexDocument({ manifests: [] })), OCI_INDEX)).toMatchObject({ manifests: [] })
  })

  it.each([null, undefined])(
    'are empty where the list of layers or entries is %s, as every Go tool reads them',
    (list) => {
      for (const mediaType of [OCI_MANIFEST, DOCKER_MANIFEST])
        expect(decodeManifest(manifest({ layers: list }), mediaType)).toMatchObject({ layers: [] })
      for (const mediaType of [OCI_INDEX, DOCKER_LIST])
        expect(decodeManifest(bytesOf(indexDocument({ manifests: list })), mediaType)).toMatchObject({ manifests: [] })
    },
  )

  it('are known by an empty list too, where nothing else says what they are', () => {
    expect(schemas.unmarshal(undefined, bytesOf({ schemaVersion: 2, manifests: null }))).toMatchObject({
      kind: 'index',
      manifests: [],
    })
    expect(schemas.unmarshal(undefined, manifest({ layers: null }))).toMatchObject({ kind: 'manifest', layers: [] })
  })

  it('have empty texts where a list or a map says null', () => {
    const entry = descriptor('a', {
      urls: [null],
      annotations: { a: null },
      platform: { os: 'x', 'os.features': [null] },
    })
    expect(decodeManifest(manifest({ layers: [entry], annotations: { b: null } }), OCI_MANIFEST)).toMatchObject({
      layers: [{ urls: [''], annotations: { a: '' }, platform: { osFeatures: [''] } }],
      annotations: { b: '' },
    })
  })

  it.each([
    [OCI_MANIFEST, { config: undefined }, '$.config'],
    [OCI_MANIFEST, { config: [] }, '$.config'],
    [OCI_MANIFEST, { config: null }, '$.config'],
    [OCI_MANIFEST, { layers: {} }, '$.layers'],
    [OCI_MANIFEST, { layers: [null] }, '$.layers[0]'],
    [OCI_MANIFEST, { schemaVersion: undefined }, '$.schemaVersion'],
    [OCI_MANIFEST, { schemaVersion: null }, '$.schemaVersion'],
    [OCI_MANIFEST, { schemaVersion: '2' }, '$.schemaVersion'],
    [OCI_MANIFEST, { mediaType: 2 }, '$.mediaType'],
    [OCI_MANIFEST, { annotations: 'x' }, '$.annotations'],
    [OCI_INDEX, { config: undefined, layers: undefined, manifests: [null] }, '$.manifests[0]'],
    [OCI_INDEX, { config: undefined, layers: undefined, manifests: 1 }, '$.manifests'],
  ])('as %s with %j are refused', (mediaType, more, at) => {
    expect(refusal(() => decodeManifest(manifest(more), mediaType))).toMatchObject({ code: 'MANIFEST_INVALID', at })
  })

  it.each(['3', '2.0', '0', '1e400'])('of schema version %s are unsupported', (version) => {
    const error = refusal(() =>
      decodeManifest(
        bytesOf(JSON.stringify(manifestDocument()).replace('"schemaVersion":2', `"schemaVersion":${version}`)),
        OCI_MANIFEST,
      ),
    )
    expect(error).toMatchObject({ code: 'MANIFEST_UNSUPPORTED', facts: { expected: 2, actual: version } })
  })

  it('of another type are unsupported', () => {
    expect(refusal(() => decodeManifest(manifest({}), 'application/x'))).toMatchObject({
      code: 'MANIFEST_UNSUPPORTED',
      hint: expect.stringContaining('schemas.with') as string,
    })
  })

  it('report where in a form that survives JSON', () => {
    const error = refusal(() => decodeManifest(layer({ size: -1 }), OCI_MANIFEST))
    expect(JSON.parse(JSON.stringify(error))).toMatchObject({
      name: 'ManifestError',
      code: 'MANIFEST_INVALID',
      at: '$.layers[0].size',
    })
  })
})

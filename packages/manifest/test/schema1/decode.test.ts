import { describe, expect, it } from 'vitest'
import { newSigner, schema1Document, signed } from '../../../../test/support/schema1.ts'
import {
  DOCKER_MANIFEST,
  DOCKER_SCHEMA1,
  DOCKER_SCHEMA1_SIGNED,
  OCI_MANIFEST,
  registryDigestOf,
  schema1EnvelopeOf,
  schema1Target,
  schemas,
  type Descriptor,
  type ImageManifest,
} from '../../src/index.ts'
import { decodeSchema1, withSchema1, type Schema1Manifest } from '../../src/schema1/index.ts'
import { bytesOf, digestOf, manifestDocument, refusal } from '../support/documents.ts'

const signer = newSigner('ES256')
const document = schema1Document([{ blob: digestOf('a') }, { blob: digestOf('b') }])
const { bytes, payload } = signed(document, signer)
const changed = (members: object): Uint8Array => bytesOf({ ...document, ...members })
const mine = withSchema1(schemas)

describe('a schema 1 manifest', () => {
  it('is read as it stands, top first', () => {
    const manifest = decodeSchema1(payload, DOCKER_SCHEMA1)
    expect(manifest).toMatchObject({
      kind: 'schema1',
      schemaVersion: 1,
      name: 'library/busybox',
      tag: 'latest',
      architecture: 'amd64',
      fsLayers: [digestOf('b'), digestOf('a')],
    })
    expect(manifest.history.map((text) => (JSON.parse(text) as { parent?: string }).parent)).toEqual([
      expect.any(String),
      undefined,
    ])
  })

  it('need not say its architecture', () => {
    expect(decodeSchema1(changed({ architecture: undefined }), DOCKER_SCHEMA1).architecture).toBe('')
  })

  it.each([
    ['of another version', changed({ schemaVersion: 2 }), 'MANIFEST_UNSUPPORTED', /unsupported schema version 2/],
    ['without a version', changed({ schemaVersion: undefined }), 'MANIFEST_INVALID', /schemaVersion is missing/],
    ['without a name', changed({ name: undefined }), 'MANIFEST_INVALID', /name is missing/],
    ['without a tag', changed({ tag: undefined }), 'MANIFEST_INVALID', /tag is missing/],
    ['without layers', changed({ fsLayers: [], history: [] }), 'MANIFEST_INVALID', /no FSLayers in manifest/],
    ['without a list of layers', changed({ fsLayers: undefined }), 'MANIFEST_INVALID', /fsLayers is missing/],
    [
      'with less history than layers',
      changed({ history: [] }),
      'MANIFEST_INVALID',
      /length of history not equal to number of layers/,
    ],
    [
      'with a layer of tarsum',
      changed({ fsLayers: [{ blobSum: `tarsum.v1+sha256:${'a'.repeat(64)}` }, { blobSum: digestOf('a') }] }),
      'MANIFEST_INVALID',
      /fsLayers\[0\].blobSum cannot be used/,
    ],
    [
      'with a layer that is a path',
      changed({ fsLayers: [{ blobSum: 'sha256:../../x' }, { blobSum: digestOf('a') }] }),
      'MANIFEST_INVALID',
      /blobSum cannot be used/,
    ],
    [
      'with history that is no text',
      changed({ history: [{ v1Compatibility: {} }, { v1Compatibility: '{}' }] }),
      'MANIFEST_INVALID',
      /v1Compatibility is an object/,
    ],
    ['that is also of schema 2', changed({ layers: [], config: {} }), 'MANIFEST_AMBIGUOUS', /config, layers, fsLayers/],
    ['that is also an index', changed({ Manifests: [] }), 'MANIFEST_AMBIGUOUS', /manifests, fsLayers/],
    ['that says its layers twice', changed({ FsLayers: [] }), 'JSON_DUPLICATE', /fsLayers/],
    ['that calls itself something else', changed({ mediaType: DOCKER_MANIFEST }), 'MANIFEST_INVALID', /mediaType/],
  ])('%s is refused', (_what, given, code, says) => {
    const error = refusal(() => decodeSchema1(given, DOCKER_SCHEMA1))
    expect([error.code, error.message]).toEqual([code, expect.stringMatching(says)])
  })

  it('keeps the limits it is given', () => {
    expect(refusal(() => decodeSchema1(payload, DOCKER_SCHEMA1, { maxLayers: 1 }))).toMatchObject({
      code: 'TOO_LARGE',
      at: '$.fsLayers',
    })
  })
})

describe('the registry of schemas', () => {
  it('asks for schema 1 last, and only when it was added', () => {
    expect(mine.mediaTypes).toEqual([...schemas.mediaTypes, DOCKER_SCHEMA1_SIGNED, DOCKER_SCHEMA1])
  })

  it.each([DOCKER_SCHEMA1_SIGNED, DOCKER_SCHEMA1, 'application/json; charset=utf-8', 'text/plain', undefined])(
    'decodes a signed one that came as %s',
    (contentType) => {
      expect(mine.unmarshal(contentType, bytes)).toMatchObject({ kind: 'schema1', mediaType: DOCKER_SCHEMA1_SIGNED })
    },
  )

  it.each([DOCKER_SCHEMA1, 'application/json', undefined])('decodes an unsigned one that came as %s', (contentType) => {
    expect(mine.unmarshal(contentType, payload)).toMatchObject({
      kind: 'schema1',
      mediaType: DOCKER_SCHEMA1,
      signatures: [],
    })
  })

  it('refuses an unsigned one that came as signed, and one that came as schema 2', () => {
    expect(refusal(() => mine.unmarshal(DOCKER_SCHEMA1_SIGNED, payload)).code).toBe('SCHEMA1_ENVELOPE_INVALID')
    expect(refusal(() => mine.unmarshal(DOCKER_MANIFEST, bytes)).code).toBe('MANIFEST_SCHEMA1')
  })

  it('is typed by kind', () => {
    const any: ImageManifest | Schema1Manifest | { kind: 'index' } = mine.unmarshal(undefined, bytes)
    const one: Schema1Manifest = mine.unmarshal(DOCKER_SCHEMA1_SIGNED, bytes)
    expect([any.kind, one.name]).toEqual(['schema1', 'library/busybox'])
  })

  it('says how to allow schema 1', () => {
    expect(refusal(() => schemas.unmarshal(DOCKER_SCHEMA1_SIGNED, bytes)).hint).toMatch(
      /--allow-schema1 \(option `allowSchema1`\)/,
    )
  })
})

describe('what a digest is over', () => {
  const schema2 = bytesOf(manifestDocument())

  it.each([DOCKER_SCHEMA1_SIGNED, DOCKER_SCHEMA1, 'application/json', undefined])(
    'is the payload of a signed document that came as %s',
    (contentType) => {
      expect(Buffer.from(mine.identify(contentType, bytes).digested).equals(payload)).toBe(true)
    },
  )

  it('is all of every other document', () => {
    expect(mine.identify(OCI_MANIFEST, schema2)).toEqual({ mediaType: OCI_MANIFEST, digested: schema2 })
    expect(mine.identify('application/json', schema2)).toEqual({ mediaType: OCI_MANIFEST, digested: schema2 })
    expect(mine.identify(DOCKER_SCHEMA1, payload)).toEqual({ mediaType: DOCKER_SCHEMA1, digested: payload })
    expect(schemas.identify(`${OCI_MANIFEST}; charset=utf-8`, schema2).mediaType).toBe(OCI_MANIFEST)
  })

  it('is all of what cannot be read, so that a digest can tell that it was damaged', () => {
    const cut = schema2.subarray(0, -1)
    expect(mine.identify('application/json', cut)).toEqual({ mediaType: 'application/json', digested: cut })
    expect(mine.identify(undefined, cut)).toEqual({ mediaType: '', digested: cut })
    expect(mine.identify(OCI_MANIFEST, cut).digested).toBe(cut)
  })

  it('is nothing where schema 1 is not allowed, whatever it came as', () => {
    for (const contentType of [DOCKER_SCHEMA1_SIGNED, DOCKER_SCHEMA1, 'application/json', undefined])
      expect(refusal(() => schemas.identify(contentType, bytes)).code).toBe('MANIFEST_SCHEMA1')
  })
})

describe('what stands for a schema 1 image in a store', () => {
  const target = { mediaType: OCI_MANIFEST, digest: digestOf('a'), size: 3 } as Descriptor

  it('knows what the registry calls it, and the document that came', () => {
    const marked = schema1Target(target, {
      digest: digestOf('b') as Descriptor['digest'],
      envelope: digestOf('c') as Descriptor['digest'],
    })
    expect([registryDigestOf(marked), schema1EnvelopeOf(marked), marked.digest]).toEqual([
      digestOf('b'),
      digestOf('c'),
      digestOf('a'),
    ])
  })

  it('is every other target by its own digest, and when an annotation is none', () => {
    expect([registryDigestOf(target), schema1EnvelopeOf(target)]).toEqual([digestOf('a'), undefined])
    const odd = {
      ...target,
      annotations: { 'io.github.lading.schema1.digest': '../../x', 'io.github.lading.schema1.envelope': '' },
    }
    expect([registryDigestOf(odd), schema1EnvelopeOf(odd)]).toEqual([digestOf('a'), undefined])
  })
})

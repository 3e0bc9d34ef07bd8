import { describe, expect, it } from 'vitest'
import {
  DOCKER_LIST,
  DOCKER_MANIFEST,
  DOCKER_SCHEMA1,
  DOCKER_SCHEMA1_SIGNED,
  ManifestError,
  OCI_INDEX,
  OCI_MANIFEST,
  schemas,
  type StandardSchema,
} from '../src/index.ts'
import { bytesOf, digestOf, indexDocument, manifestDocument, refusal } from './support/documents.ts'

describe('unmarshal', () => {
  it.each([OCI_MANIFEST, DOCKER_MANIFEST])('decodes %s', (mediaType) => {
    const document = { ...manifestDocument(), mediaType }
    expect(schemas.unmarshal(mediaType, bytesOf(document))).toEqual({
      kind: 'manifest',
      schemaVersion: 2,
      mediaType,
      config: manifestDocument()['config'],
      layers: manifestDocument()['layers'],
    })
  })

  it.each([OCI_INDEX, DOCKER_LIST])('decodes %s', (mediaType) => {
    const document = { ...indexDocument(), mediaType }
    const index = schemas.unmarshal(mediaType, bytesOf(document))
    expect(index).toMatchObject({
      kind: 'index',
      mediaType,
      manifests: [{ platform: { os: 'linux', architecture: 'arm', variant: 'v7' } }],
    })
  })

  it('is typed by media type', () => {
    const config = schemas.unmarshal(OCI_MANIFEST, bytesOf(manifestDocument())).config
    const manifests = schemas.unmarshal(OCI_INDEX, bytesOf(indexDocument())).manifests
    expect([config.digest, manifests.length]).toEqual([digestOf('c'), 1])
  })

  it('looks types up without parameters and in any case', () => {
    expect(
      schemas.unmarshal('Application/vnd.OCI.image.manifest.v1+JSON; charset="utf-8"', bytesOf(manifestDocument())),
    ).toMatchObject({ mediaType: OCI_MANIFEST })
  })

  it('accepts a document without a media type by what it came as (umoci)', () => {
    expect(schemas.unmarshal(DOCKER_MANIFEST, bytesOf(manifestDocument()))).toMatchObject({
      mediaType: DOCKER_MANIFEST,
    })
    expect(schemas.unmarshal(OCI_INDEX, bytesOf({ ...indexDocument(), mediaType: null }))).toMatchObject({
      mediaType: OCI_INDEX,
    })
    expect(schemas.unmarshal(OCI_INDEX, bytesOf({ ...indexDocument(), mediaType: '' }))).toMatchObject({
      mediaType: OCI_INDEX,
    })
  })

  it.each([
    undefined,
    null,
    '',
    'application/json',
    'application/json; charset=utf-8',
    'text/plain',
    'application/octet-stream',
  ])('goes by the document where the type is %s', (contentType) => {
    expect(
      schemas.unmarshal(contentType, bytesOf({ ...manifestDocument(), mediaType: DOCKER_MANIFEST })),
    ).toMatchObject({ kind: 'manifest', mediaType: DOCKER_MANIFEST })
    expect(schemas.unmarshal(contentType, bytesOf({ ...indexDocument(), mediaType: DOCKER_LIST }))).toMatchObject({
      kind: 'index',
      mediaType: DOCKER_LIST,
    })
    expect(schemas.unmarshal(contentType, bytesOf(manifestDocument()))).toMatchObject({
      kind: 'manifest',
      mediaType: OCI_MANIFEST,
    })
    expect(schemas.unmarshal(contentType, bytesOf(indexDocument()))).toMatchObject({
      kind: 'index',
      mediaType: OCI_INDEX,
    })
  })

  it.each([
    {},
    [],
    'x',
    1,
    null,
    { mediaType: 'application/vnd.oci.artifact.manifest.v1+json', blobs: [] },
    { mediaType: OCI_MANIFEST.toUpperCase(), ...manifestDocument() },
  ])('refuses what is neither: %j', (document) => {
    expect(['MANIFEST_UNSUPPORTED', 'MANIFEST_INVALID']).toContain(
      refusal(() => schemas.unmarshal('application/json', bytesOf(document))).code,
    )
  })

  it('says that HTML is no manifest', () => {
    const error = refusal(() =>
      schemas.unmarshal('text/html', new TextEncoder().encode('<html><title>Please log in</title></html>')),
    )
    expect(error).toMatchObject({
      code: 'JSON_INVALID',
      hint: expect.stringContaining('HTML') as string,
      facts: { offset: 0 },
    })
  })

  const schema1 = {
    schemaVersion: 1,
    name: 'library/busybox',
    tag: 'latest',
    architecture: 'amd64',
    fsLayers: [{ blobSum: digestOf('a') }],
    history: [{ v1Compatibility: '{}' }],
    signatures: [],
  }
  it.each([DOCKER_SCHEMA1, DOCKER_SCHEMA1_SIGNED, 'application/json', undefined, DOCKER_MANIFEST])(
    'recognises schema 1 as %s',
    (contentType) => {
      const error = refusal(() => schemas.unmarshal(contentType, bytesOf(schema1)))
      expect(error).toMatchObject({
        code: 'MANIFEST_SCHEMA1',
        message: expect.stringContaining('schema 1') as string,
        hint: expect.stringContaining('push the image again') as string,
      })
    },
  )

  it("takes the registry's word for schema 1, whatever the bytes", () => {
    expect(refusal(() => schemas.unmarshal(DOCKER_SCHEMA1_SIGNED, new Uint8Array())).code).toBe('MANIFEST_SCHEMA1')
  })

  it('keeps the limits it is given', () => {
    const bytes = bytesOf(manifestDocument())
    expect(refusal(() => schemas.unmarshal(OCI_MANIFEST, bytes, { maxBytes: bytes.length - 1 }))).toMatchObject({
      code: 'TOO_LARGE',
      facts: { expected: bytes.length - 1, actual: bytes.length },
    })
    expect(refusal(() => schemas.unmarshal(undefined, bytes, { maxBytes: bytes.length - 1 })).code).toBe('TOO_LARGE')
    expect(refusal(() => schemas.unmarshal(OCI_MANIFEST, bytes, { maxLayers: 1 }))).toMatchObject({
      code: 'TOO_LARGE',
      at: '$.layers',
    })
    expect(refusal(() => schemas.unmarshal(OCI_INDEX, bytesOf(indexDocument()), { maxManifests: 0 }))).toMatchObject({
      code: 'TOO_LARGE',
      at: '$.manifests',
    })
    expect(schemas.unmarshal(OCI_MANIFEST, bytes, { maxBytes: bytes.length, maxLayers: 2 })).toBeDefined()
  })
})

describe("a registry of one's own", () => {
  const type = 'application/vnd.acme.model+json'
  const bytes = bytesOf({ mediaType: type, name: 'm' })

  it('decodes one type more, and leaves the ready-made one alone', () => {
    const mine = schemas.with(type, (document, mediaType) => ({ mediaType, length: document.length }))
    const model: { mediaType: string; length: number } = mine.unmarshal(type, bytes)
    expect(model).toEqual({ mediaType: type, length: bytes.length })
    expect(mine.mediaTypes).toEqual([...schemas.mediaTypes, type])
    expect(schemas.mediaTypes).toEqual([OCI_INDEX, DOCKER_LIST, OCI_MANIFEST, DOCKER_MANIFEST])
    expect(refusal(() => schemas.unmarshal(type, bytes)).code).toBe('MANIFEST_UNSUPPORTED')
    expect(mine.unmarshal('application/json', bytes)).toEqual(model)
    expect(Object.isFrozen(schemas) && Object.isFrozen(schemas.mediaTypes)).toBe(true)
  })

  it('may decode a ready-made type differently, schema 1 too', () => {
    const mine = schemas.with(DOCKER_SCHEMA1_SIGNED, () => 'one').with(OCI_MANIFEST, () => 'two')
    expect(mine.unmarshal(DOCKER_SCHEMA1_SIGNED, bytes)).toBe('one')
    expect(mine.unmarshal(OCI_MANIFEST, bytes)).toBe('two')
    expect(mine.mediaTypes).toHaveLength(5)
  })

  it('takes a Standard Schema', () => {
    const schema: StandardSchema<string> = {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: (value) =>
          typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string'
            ? { value: value.name }
            : { issues: [{ message: 'no \u001b[2Jname', path: ['a', { key: 0 }] }, { message: 'x' }] },
      },
    }
    const mine = schemas.with(type, schema)
    const name: string = mine.unmarshal(type, bytes)
    expect(name).toBe('m')
    const error = refusal(() => mine.unmarshal(type, bytesOf({})))
    expect(error).toMatchObject({
      code: 'SCHEMA_REJECTED',
      at: '$.a[0]',
      cause: [{ message: 'no \u001b[2Jname' }, { message: 'x' }],
    })
    expect(error.message).toContain('$.a[0]: no \\x1b[2Jname, and 1 more')
    expect(refusal(() => mine.unmarshal(type, new Uint8Array())).code).toBe('JSON_INVALID')
  })

  it('takes a Standard Schema that is a function', () => {
    const schema = Object.assign(
      () => {
        throw new Error('not to be called')
      },
      { '~standard': { version: 1 as const, vendor: 'test', validate: () => ({ value: 7 }) } },
    )
    expect(schemas.with(type, schema).unmarshal(type, bytes)).toBe(7)
  })

  it('refuses a schema that would have to be waited for', () => {
    const schema: StandardSchema<number> = {
      '~standard': { version: 1, vendor: 'test', validate: () => Promise.reject(new Error('late')) },
    }
    expect(refusal(() => schemas.with(type, schema).unmarshal(type, bytes))).toMatchObject({
      code: 'SCHEMA_REJECTED',
      message: expect.stringContaining('asynchronously') as string,
    })
  })

  it('wraps what a decoder throws, and leaves typed errors alone', () => {
    const cause = new RangeError('bad \u001b]0;title\u0007')
    const failing = schemas.with(type, () => {
      throw cause
    })
    const error = refusal(() => failing.unmarshal(type, bytes))
    expect(error).toMatchObject({ code: 'SCHEMA_REJECTED', cause })
    expect(error.message).not.toContain('\u001b')
    const typed = new ManifestError('MANIFEST_INVALID', 'mine')
    expect(
      refusal(() =>
        schemas
          .with(type, () => {
            throw typed
          })
          .unmarshal(type, bytes),
      ),
    ).toBe(typed)
  })

  it('refuses a malformed media type at once', () => {
    expect(refusal(() => schemas.with('no type', () => 1)).code).toBe('CONTENT_TYPE_INVALID')
  })
})

import {
  convertDocument,
  DOCKER_CONFIG,
  DOCKER_FOREIGN_LAYER,
  DOCKER_LAYER,
  DOCKER_LAYER_GZIP,
  DOCKER_LAYER_ZSTD,
  DOCKER_LIST,
  DOCKER_MANIFEST,
  DOCKER_PLUGIN_CONFIG,
  ManifestError,
  OCI_CONFIG,
  OCI_EMPTY,
  OCI_FOREIGN_LAYER,
  OCI_INDEX,
  OCI_LAYER,
  OCI_LAYER_GZIP,
  OCI_LAYER_ZSTD,
  OCI_MANIFEST,
  schemas,
  type ConvertOptions,
} from '@lading/manifest'
import type { Digest } from '@lading/digest'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

const digest = (hex: string): Digest => `sha256:${hex.repeat(64)}` as Digest
const bytesOf = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))
const part = (mediaType: string, hex: string, more: object = {}): object => ({
  mediaType,
  digest: digest(hex),
  size: 10,
  ...more,
})
const manifest = (mediaType: string, config: object, layers: readonly object[], more: object = {}): object => ({
  schemaVersion: 2,
  mediaType,
  config,
  layers,
  ...more,
})

function convert(value: object, options: ConvertOptions): { value: unknown; lost: readonly string[]; same: boolean } {
  const { mediaType } = value as { mediaType: string }
  const bytes = bytesOf(value)
  const result = convertDocument(bytes, schemas.unmarshal(mediaType, bytes), options)
  // What comes out is a document again, of the type that is said.
  expect(schemas.unmarshal(result.mediaType, result.bytes).mediaType).toBe(result.mediaType)
  return {
    value: JSON.parse(new TextDecoder().decode(result.bytes)) as unknown,
    lost: result.lost,
    same: result.bytes === bytes,
  }
}

function refusal(value: object, options: ConvertOptions): string {
  try {
    convert(value, options)
  } catch (error) {
    if (error instanceof ManifestError && error.code === 'FORMAT_UNSUITABLE' && error.hint !== undefined)
      return error.message
    throw error
  }
  throw new Error('it was converted')
}

const oci = manifest(OCI_MANIFEST, part(OCI_CONFIG, 'c'), [
  part(OCI_LAYER_GZIP, '1'),
  part(OCI_LAYER, '2'),
  part(`${OCI_FOREIGN_LAYER}+gzip`, '3', { urls: ['https://x.test/3'] }),
])
const docker = manifest(DOCKER_MANIFEST, part(DOCKER_CONFIG, 'c'), [
  part(DOCKER_LAYER_GZIP, '1'),
  part(DOCKER_LAYER, '2'),
  part(DOCKER_FOREIGN_LAYER, '3', { urls: ['https://x.test/3'] }),
])

describe('a manifest in the other format', () => {
  it('has the other media types over the same content, both ways', () => {
    expect(convert(oci, { format: 'docker' })).toEqual({ value: docker, lost: [], same: false })
    expect(convert(docker, { format: 'oci' })).toEqual({ value: oci, lost: [], same: false })
  })

  it('is the very bytes where it is in that format', () => {
    for (const [value, format] of [
      [oci, 'oci'],
      [docker, 'docker'],
    ] as const)
      for (const options of [{ format }, {}]) expect(convert(value, options).same).toBe(true)
    const { mediaType: _mediaType, ...umoci } = oci as { mediaType: string }
    const bytes = bytesOf(umoci)
    expect(convertDocument(bytes, schemas.unmarshal(OCI_MANIFEST, bytes), { format: 'oci' }).bytes).toBe(bytes)
  })

  it('of OCI keeps every member, and of Docker leaves annotations out and says so', () => {
    const more = { annotations: { a: 'b' }, 'x-unknown': { y: [1] } }
    expect(convert({ ...docker, ...more }, { format: 'oci' }).value).toEqual({ ...oci, ...more })
    expect(convert({ ...oci, ...more }, { format: 'docker' })).toMatchObject({ value: docker, lost: ['annotations'] })
    const layers = [part(OCI_LAYER_GZIP, '1', { annotations: { a: 'b' } })]
    expect(convert({ ...oci, layers }, { format: 'docker' }).lost).toEqual(['annotations'])
  })

  it('has a type for layers that had none, as docker takes them', () => {
    const old = { ...docker, layers: [part('application/octet-stream', '1')] }
    expect(convert(old, { format: 'oci' }).value).toMatchObject({ layers: [{ mediaType: OCI_LAYER_GZIP }] })
    expect(convert({ ...docker, layers: [part(DOCKER_LAYER_ZSTD, '1')] }, { format: 'oci' }).value).toMatchObject({
      layers: [{ mediaType: OCI_LAYER_ZSTD }],
    })
  })

  it.each([
    ['zstd layers', { ...oci, layers: [part(OCI_LAYER_ZSTD, '1')] }, 'docker', 'zstd'],
    ['a layer of its own kind', { ...oci, layers: [part(`${OCI_LAYER}+x`, '1')] }, 'docker', 'no counterpart'],
    ['a foreign layer that is a tar', { ...oci, layers: [part(OCI_FOREIGN_LAYER, '1')] }, 'docker', 'no compression'],
    ['a subject', { ...oci, subject: part(OCI_MANIFEST, 'e') }, 'docker', 'subject'],
    ['an artifact', { ...oci, config: part(OCI_EMPTY, 'c'), artifactType: 'a/b' }, 'docker', 'artifact'],
    ['a plugin of docker', { ...docker, config: part(DOCKER_PLUGIN_CONFIG, 'c') }, 'oci', 'plugin'],
  ] as const)('is refused with %s', (_what, value, format, said) => {
    expect(refusal(value, { format })).toContain(said)
    expect(convert(value, {}).same).toBe(true)
  })

  it('is over other layers where they are in another compression', () => {
    const replaced = new Map([[digest('1'), { digest: digest('9'), size: 7, compression: 'zstd' as const }]])
    const layer = part(OCI_LAYER_GZIP, '1', {
      data: 'MDEyMzQ1Njc4OQ==',
      annotations: { 'containerd.io/snapshot/stargz/toc.digest': 'x', kept: 'y' },
    })
    expect(convert({ ...oci, layers: [layer, part(OCI_LAYER, '2')] }, { replaced }).value).toEqual({
      ...oci,
      layers: [
        { mediaType: OCI_LAYER_ZSTD, digest: digest('9'), size: 7, annotations: { kept: 'y' } },
        part(OCI_LAYER, '2'),
      ],
    })
    expect(refusal(docker, { replaced })).toContain('zstd')
    expect(convert(docker, { replaced, format: 'oci' }).value).toMatchObject({
      layers: [{ mediaType: OCI_LAYER_ZSTD, digest: digest('9') }, {}, {}],
    })
  })

  it('comes back as it was, whatever the layers are', () => {
    const types = fc.constantFrom(OCI_LAYER, OCI_LAYER_GZIP, `${OCI_FOREIGN_LAYER}+gzip`)
    fc.assert(
      fc.property(fc.array(types, { maxLength: 5 }), (layers) => {
        const value = manifest(
          OCI_MANIFEST,
          part(OCI_CONFIG, 'c'),
          layers.map((type, at) => part(type, String(at))),
        )
        const there = convert(value, { format: 'docker' }).value as object
        expect(convert(there, { format: 'oci' }).value).toEqual(value)
      }),
    )
  })
})

const platform = { os: 'linux', architecture: 'arm64', variant: 'v8' }
const entry = (mediaType: string, hex: string, more: object = {}): object => part(mediaType, hex, { platform, ...more })
const index = (mediaType: string, manifests: readonly object[], more: object = {}): object => ({
  schemaVersion: 2,
  mediaType,
  manifests,
  ...more,
})

describe('an index in the other format', () => {
  const now = (mediaType: string) => new Map([[digest('1'), { mediaType, digest: digest('9'), size: 7 }]])

  it('names its converted images', () => {
    const list = index(DOCKER_LIST, [entry(DOCKER_MANIFEST, '9', { size: 7 })])
    expect(
      convert(index(OCI_INDEX, [entry(OCI_MANIFEST, '1')]), { format: 'docker', replaced: now(DOCKER_MANIFEST) }),
    ).toMatchObject({ value: list, lost: [] })
    const kept = { annotations: { a: 'b' } }
    expect(
      convert(index(DOCKER_LIST, [entry(DOCKER_MANIFEST, '1', kept)], kept), {
        format: 'oci',
        replaced: now(OCI_MANIFEST),
      }).value,
    ).toEqual(index(OCI_INDEX, [entry(OCI_MANIFEST, '9', { size: 7, ...kept })], kept))
  })

  it('leaves out what is to be left out, and stays as it is where nothing is', () => {
    const two = index(OCI_INDEX, [entry(OCI_MANIFEST, '1'), entry(OCI_MANIFEST, '2')])
    expect(convert(two, { replaced: new Map([[digest('2'), 'left out']]) }).value).toEqual(
      index(OCI_INDEX, [entry(OCI_MANIFEST, '1')]),
    )
    expect(convert(two, { replaced: new Map([[digest('3'), 'left out']]), format: 'oci' }).same).toBe(true)
  })

  it.each([
    ['an index inside', index(OCI_INDEX, [part(OCI_INDEX, '2')]), 'cannot have'],
    ['an image for no platform', index(OCI_INDEX, [part(DOCKER_MANIFEST, '2')]), 'for which platform'],
    ['a subject', index(OCI_INDEX, [], { subject: part(OCI_MANIFEST, 'e') }), 'subject'],
  ])('is refused with %s', (_what, value, said) => {
    expect(refusal(value, { format: 'docker' })).toContain(said)
  })

  it('says which annotations are lost', () => {
    const value = index(OCI_INDEX, [entry(DOCKER_MANIFEST, '1', { annotations: { a: 'b' } })])
    expect(convert(value, { format: 'docker' })).toMatchObject({ lost: ['annotations'] })
  })
})

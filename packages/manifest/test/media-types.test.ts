import { expect, it } from 'vitest'
import * as types from '../src/media-types.ts'

const {
  isForeignLayerType,
  isImageConfigType,
  isIndexType,
  isLayerType,
  isManifestType,
  isSchema1Type,
  layerCompression,
} = types

it.each<
  [
    string,
    {
      index?: true
      manifest?: true
      schema1?: true
      config?: true
      layer?: true
      foreign?: true
      compression?: string
    },
  ]
>([
  ['application/vnd.oci.image.index.v1+json', { index: true }],
  ['application/vnd.docker.distribution.manifest.list.v2+json', { index: true }],
  ['application/vnd.oci.image.manifest.v1+json', { manifest: true }],
  ['application/vnd.docker.distribution.manifest.v2+json', { manifest: true }],
  ['application/vnd.docker.distribution.manifest.v1+json', { schema1: true }],
  ['application/vnd.docker.distribution.manifest.v1+prettyjws', { schema1: true }],
  ['application/vnd.oci.image.config.v1+json', { config: true }],
  ['application/vnd.docker.container.image.v1+json', { config: true }],
  ['application/vnd.docker.plugin.v1+json', {}],
  ['application/vnd.oci.empty.v1+json', {}],
  ['application/vnd.oci.image.layer.v1.tar', { layer: true, compression: 'none' }],
  ['application/vnd.oci.image.layer.v1.tar+gzip', { layer: true, compression: 'gzip' }],
  ['application/vnd.oci.image.layer.v1.tar+zstd', { layer: true, compression: 'zstd' }],
  ['application/vnd.docker.image.rootfs.diff.tar', { layer: true, compression: 'none' }],
  ['application/vnd.docker.image.rootfs.diff.tar.gzip', { layer: true, compression: 'gzip' }],
  ['application/vnd.docker.image.rootfs.diff.tar.zstd', { layer: true, compression: 'zstd' }],
  ['application/vnd.oci.image.layer.nondistributable.v1.tar', { layer: true, foreign: true, compression: 'none' }],
  ['application/vnd.oci.image.layer.nondistributable.v1.tar+gzip', { layer: true, foreign: true, compression: 'gzip' }],
  ['application/vnd.oci.image.layer.nondistributable.v1.tar+zstd', { layer: true, foreign: true, compression: 'zstd' }],
  ['application/vnd.docker.image.rootfs.foreign.diff.tar.gzip', { layer: true, foreign: true, compression: 'gzip' }],
  ['application/vnd.oci.image.layer.v1.tar+gzip+encrypted', {}],
  ['application/vnd.oci.image.layer.v1xtar', {}],
  ['application/json', {}],
  ['', {}],
])('%s', (type, expected) => {
  expect({
    ...(isIndexType(type) ? { index: true } : {}),
    ...(isManifestType(type) ? { manifest: true } : {}),
    ...(isSchema1Type(type) ? { schema1: true } : {}),
    ...(isImageConfigType(type) ? { config: true } : {}),
    ...(isLayerType(type) ? { layer: true } : {}),
    ...(isForeignLayerType(type) ? { foreign: true } : {}),
    ...(layerCompression(type) === undefined ? {} : { compression: layerCompression(type) }),
  }).toEqual(expected)
})

it('every constant is spelled as a media type', () => {
  const constants = Object.values(types).filter((value) => typeof value === 'string')
  expect(constants.filter((value) => !/^application\/vnd\.(?:oci|docker)\.[a-z0-9.+]+$/.test(value))).toEqual([])
  expect(new Set(constants).size).toBe(18)
})

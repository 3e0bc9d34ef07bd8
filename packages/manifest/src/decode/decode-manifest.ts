import type { ImageIndex, ImageManifest, Manifest } from '../manifest.ts'
import { itemPath } from '../json/json-path.ts'
import { readJson } from '../json/read-json.ts'
import { isIndexType, isManifestType } from '../media-types.ts'
import { decodeDescriptor, optional } from './decode-descriptor.ts'
import { checkDocument, documentMembers } from './check-document.ts'
import { defaultMaxLayers, defaultMaxManifests, type Limits } from './limits.ts'
import { readMembers, type Members } from './members.ts'
import { unsupported } from './unsupported.ts'

/**
 * Docker schema 2, Docker manifest list, OCI manifest or OCI index, as `mediaType` says. The document's own `mediaType` may
 * be absent; if there, it must be of the same kind, and decides between Docker's and OCI's. Unknown members are ignored:
 * keep the bytes.
 *
 * @throws ManifestError `MANIFEST_INVALID`, `MANIFEST_AMBIGUOUS`, `MANIFEST_MEDIA_TYPE`, `MANIFEST_SCHEMA1`,
 *   `MANIFEST_UNSUPPORTED`, `TOO_LARGE` and the `JSON_` codes
 */
export function decodeManifest(bytes: Uint8Array, mediaType: string, limits: Limits = {}): Manifest {
  if (isIndexType(mediaType)) return decodeImageIndex(bytes, mediaType, limits)
  if (isManifestType(mediaType)) return decodeImageManifest(bytes, mediaType, limits)
  throw unsupported(mediaType)
}

/** @throws as `decodeManifest` */
export function decodeImageManifest(bytes: Uint8Array, mediaType: string, limits: Limits = {}): ImageManifest {
  const members = readDocument(bytes, limits)
  const own = checkDocument(members, 'manifest', mediaType)
  const untyped = own.startsWith('application/vnd.docker.')
  return {
    kind: 'manifest',
    schemaVersion: 2,
    mediaType: own,
    config: decodeDescriptor(
      members.value('config') ?? members.fail('config', 'is missing'),
      members.pathOf('config'),
      untyped,
    ),
    layers: members
      .listOrNone('layers', limits.maxLayers ?? defaultMaxLayers)
      .map((layer, index) => decodeDescriptor(layer, itemPath(members.pathOf('layers'), index), untyped)),
    ...shared(members),
  }
}

/** @throws as `decodeManifest` */
export function decodeImageIndex(bytes: Uint8Array, mediaType: string, limits: Limits = {}): ImageIndex {
  const members = readDocument(bytes, limits)
  const own = checkDocument(members, 'index', mediaType)
  return {
    kind: 'index',
    schemaVersion: 2,
    mediaType: own,
    manifests: members
      .listOrNone('manifests', limits.maxManifests ?? defaultMaxManifests)
      .map((entry, index) => decodeDescriptor(entry, itemPath(members.pathOf('manifests'), index))),
    ...shared(members),
  }
}

export function readDocument(bytes: Uint8Array, limits: Limits): Members {
  return readMembers(readJson(bytes, { maxBytes: limits.maxBytes }), '$', 'MANIFEST_INVALID', documentMembers)
}

function shared(members: Members): Pick<ImageManifest, 'artifactType' | 'subject' | 'annotations'> {
  const subject = members.value('subject')
  return {
    ...optional('artifactType', members.optionalText('artifactType') || undefined),
    ...optional('subject', subject === undefined ? undefined : decodeDescriptor(subject, members.pathOf('subject'))),
    ...optional('annotations', members.optionalMap('annotations')),
  }
}

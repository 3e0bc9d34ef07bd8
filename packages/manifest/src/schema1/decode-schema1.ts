import { refuseMixture } from '../decode/check-document.ts'
import { readDigest } from '../decode/decode-descriptor.ts'
import { readDocument } from '../decode/decode-manifest.ts'
import { defaultMaxLayers, type Limits } from '../decode/limits.ts'
import { knownNames } from '../decode/known-names.ts'
import { readMembers, type Members } from '../decode/members.ts'
import { itemPath } from '../json/json-path.ts'
import { readJson } from '../json/read-json.ts'
import { ManifestError } from '../manifest-error.ts'
import { DOCKER_SCHEMA1_SIGNED, isSchema1Type } from '../media-types.ts'
import { parseEnvelope, type Envelope } from './parse-envelope.ts'
import type { Schema1Manifest } from './schema1-manifest.ts'

const schema1Members = knownNames(
  'schemaVersion',
  'mediaType',
  'name',
  'tag',
  'architecture',
  'fsLayers',
  'history',
  'signatures',
  'config',
  'layers',
  'manifests',
)
const layerMembers = knownNames('blobSum')
const historyMembers = knownNames('v1Compatibility')

/**
 * A Docker schema 1 manifest. Only its payload is looked at; its signatures are taken apart and not verified:
 * `verifySchema1` does that. A document that has signatures is a signed one, whatever it came as.
 *
 * @throws ManifestError `SCHEMA1_ENVELOPE_INVALID`, `MANIFEST_INVALID`, `MANIFEST_AMBIGUOUS`, `MANIFEST_MEDIA_TYPE`,
 *   `MANIFEST_UNSUPPORTED` (another schema version), `TOO_LARGE` and the `JSON_` codes
 */
export function decodeSchema1(bytes: Uint8Array, mediaType: string, limits: Limits = {}): Schema1Manifest {
  const { payload, signatures } = open(bytes, mediaType, limits)
  const members = readMembers(readJson(payload, { maxBytes: limits.maxBytes }), '$', 'MANIFEST_INVALID', schema1Members)
  refuseMixture(members)
  checkVersion(members)
  const most = limits.maxLayers ?? defaultMaxLayers
  const fsLayers = members
    .list('fsLayers', most)
    .map((layer, index) =>
      readDigest(readMembers(layer, itemPath('$.fsLayers', index), 'MANIFEST_INVALID', layerMembers), 'blobSum'),
    )
  const history = members
    .list('history', most)
    .map((entry, index) =>
      readMembers(entry, itemPath('$.history', index), 'MANIFEST_INVALID', historyMembers).text('v1Compatibility'),
    )
  if (fsLayers.length === 0) members.fail('fsLayers', 'is empty: no FSLayers in manifest')
  if (fsLayers.length !== history.length)
    members.fail(
      'history',
      `has ${history.length} entries: length of history not equal to number of layers, which is ${fsLayers.length}`,
    )
  return {
    kind: 'schema1',
    schemaVersion: 1,
    mediaType: signatures.length > 0 ? DOCKER_SCHEMA1_SIGNED : mediaType,
    name: members.text('name'),
    tag: members.text('tag'),
    architecture: members.optionalText('architecture') ?? '',
    fsLayers,
    history,
    payload,
    signatures,
  }
}

/** The bytes that the digest of a schema 1 manifest is over: the payload of a signed one, else the whole document. */
export function schema1Payload(bytes: Uint8Array, mediaType: string, limits: Limits = {}): Uint8Array {
  return open(bytes, mediaType, limits).payload
}

function open(bytes: Uint8Array, mediaType: string, limits: Limits): Envelope {
  const signed = mediaType === DOCKER_SCHEMA1_SIGNED || readDocument(bytes, limits).has('signatures')
  return signed ? parseEnvelope(bytes, limits) : { payload: bytes, signatures: [] }
}

function checkVersion(members: Members): void {
  const version = members.count('schemaVersion')
  if (version !== 1)
    throw new ManifestError('MANIFEST_UNSUPPORTED', `unsupported schema version ${version} in a schema 1 manifest`, {
      at: '$.schemaVersion',
      expected: 1,
      actual: version,
      hint: 'the registry or the tool that pushed it is at fault; push the image again',
    })
  const own = members.optionalText('mediaType') ?? ''
  if (own !== '' && !isSchema1Type(own)) members.fail('mediaType', 'is not that of a schema 1 manifest')
}

import { printable } from '@lading/errors'
import { OddNumber } from '../json/json-value.ts'
import { ManifestError } from '../manifest-error.ts'
import { DOCKER_SCHEMA1, DOCKER_SCHEMA1_SIGNED, OCI_INDEX, OCI_MANIFEST, sameKind } from '../media-types.ts'
import { type KnownNames, knownNames } from './known-names.ts'
import type { Members } from './members.ts'
import { schema1, unsupported } from './unsupported.ts'

/** Of manifests and indexes together: what one reader ignores in an index another may take for a manifest. */
export const documentMembers: KnownNames = knownNames(
  'schemaVersion',
  'mediaType',
  'config',
  'layers',
  'manifests',
  'artifactType',
  'subject',
  'annotations',
  'fsLayers',
  'history',
  'signatures',
)
const manifestMembers = ['config', 'layers']
const indexMembers = ['manifests']
const schema1Members = ['fsLayers']

/**
 * The document is one thing only (CVE-2021-41190), of schema version 2, and calls itself what it came as, or the same kind
 * of document of the other family: a copy between registries changes the one, and an index that was made before names it
 * as the other. Returns what it is: its own type, where it has one.
 *
 * @throws ManifestError `MANIFEST_SCHEMA1`, `MANIFEST_AMBIGUOUS`, `MANIFEST_MEDIA_TYPE`, `MANIFEST_UNSUPPORTED`, `MANIFEST_INVALID`
 */
export function checkDocument(members: Members, kind: 'manifest' | 'index', mediaType: string): string {
  refuseMixture(members)
  if (isSchema1(members)) throw schema1(DOCKER_SCHEMA1)
  const own = members.optionalText('mediaType') || mediaType
  if (own !== mediaType && !sameKind(own, mediaType)) {
    throw new ManifestError(
      'MANIFEST_MEDIA_TYPE',
      `the document calls itself "${printable(own, 200)}", but came as "${mediaType}"`,
      {
        at: '$.mediaType',
        expected: mediaType,
        actual: printable(own, 200),
        hint: 'the registry or the tool that pushed it is at fault; push the image again',
      },
    )
  }
  const other = (kind === 'manifest' ? indexMembers : manifestMembers).find((name) => members.hasFolded(name))
  if (other !== undefined) throw ambiguous(`came as "${mediaType}", but has ${other}`)
  checkSchemaVersion(members)
  return own
}

/** What a document without a media type is, by its members; where it is empty, by those that are `null`. */
export function mediaTypeByShape(members: Members): string {
  refuseMixture(members)
  if (isSchema1(members)) return members.has('signatures') ? DOCKER_SCHEMA1_SIGNED : DOCKER_SCHEMA1
  if (indexMembers.some((name) => members.has(name))) return OCI_INDEX
  if (manifestMembers.some((name) => members.has(name))) return OCI_MANIFEST
  if (indexMembers.some((name) => members.mentions(name))) return OCI_INDEX
  throw unsupported(undefined)
}

/** @throws ManifestError `MANIFEST_AMBIGUOUS` for a document that some readers would take for another kind than others */
export function refuseMixture(members: Members): void {
  const found = [manifestMembers, indexMembers, schema1Members]
    .map((names) => names.filter((name) => members.hasFolded(name)))
    .filter((names) => names.length > 0)
  if (found.length > 1) throw ambiguous(`has ${found.flat().join(', ')}`)
}

const isSchema1 = (members: Members): boolean =>
  schema1Members.some((name) => members.hasFolded(name)) || members.value('schemaVersion') === 1

function checkSchemaVersion(members: Members): void {
  const version = members.value('schemaVersion')
  if (version === undefined) members.fail('schemaVersion', 'is missing')
  if (version === 2) return
  if (typeof version !== 'number' && !(version instanceof OddNumber)) members.fail('schemaVersion', 'is not a number')
  const shown = typeof version === 'number' ? String(version) : printable(version.written, 40)
  throw new ManifestError('MANIFEST_UNSUPPORTED', `schema version ${shown} is unknown`, {
    at: '$.schemaVersion',
    expected: 2,
    actual: shown,
    hint: 'only version 2 exists today; a newer tool may have written this',
  })
}

function ambiguous(what: string): ManifestError {
  return new ManifestError('MANIFEST_AMBIGUOUS', `the document ${what}: two kinds of manifest at once`, {
    hint: 'different tools would pull different content (CVE-2021-41190); have the image built and pushed again',
  })
}

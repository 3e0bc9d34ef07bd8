import { printable } from '@lading/errors'
import type { Descriptor } from '../descriptor.ts'
import type { JsonObject } from '../json/json-value.ts'
import type { ImageIndex } from '../manifest.ts'
import { DOCKER_LIST, DOCKER_MANIFEST, OCI_INDEX } from '../media-types.ts'
import { dockerDescriptor, objectsIn, says, unsuitable, type Conversion } from './conversion.ts'
import type { Rewritten } from './convert-document.ts'
import { formatOf } from './image-format.ts'

export function convertIndex(
  text: JsonObject,
  { mediaType, manifests, subject }: ImageIndex,
  { format, replaced }: Conversion,
): Rewritten | undefined {
  const written = objectsIn(text, 'manifests')
  const kept = manifests.flatMap((entry, at): { entry: Named; written: JsonObject; changed: boolean }[] => {
    const by = replaced.get(entry.digest)
    if (by === 'left out') return []
    const now = by !== undefined && 'mediaType' in by ? by : entry
    return [{ entry: now, written: written[at] ?? {}, changed: now !== entry }]
  })
  if (formatOf(mediaType) === format && kept.length === manifests.length && !kept.some(({ changed }) => changed))
    return undefined
  if (format === 'oci') {
    const members = {
      ...text,
      mediaType: OCI_INDEX,
      manifests: kept.map(({ entry, written: before, changed }) => (changed ? ociEntry(before, entry) : before)),
    }
    return { mediaType: OCI_INDEX, members, lost: [] }
  }
  if (subject !== undefined)
    throw unsuitable(
      "an index with a subject cannot be said in Docker's format",
      'it is about another image, which would be lost: copy it as it is, without --format',
    )
  for (const { entry, written: before } of kept) assertInList(entry, before)
  const lost = [text, ...kept.map(({ written: before }) => before)].some((each) => says(each, 'annotations'))
    ? ['annotations']
    : []
  const members = {
    schemaVersion: 2,
    mediaType: DOCKER_LIST,
    manifests: kept.map(({ entry, written: before }) => dockerDescriptor(before, entry)),
  }
  return { mediaType: DOCKER_LIST, members, lost }
}

type Named = Pick<Descriptor, 'mediaType' | 'digest' | 'size'>

function ociEntry(before: JsonObject, { mediaType, digest, size }: Named): JsonObject {
  const { data: _data, ...rest } = before
  return { ...rest, mediaType, digest, size }
}

/** Docker's manifest list has manifests, each for a platform. */
function assertInList({ mediaType, digest }: Named, written: JsonObject): void {
  if (mediaType !== DOCKER_MANIFEST)
    throw unsuitable(
      `a manifest list of Docker's cannot have ${digest} of type "${printable(mediaType, 100)}"`,
      'copy one of its images by --platform, or the whole as it is, without --format',
    )
  if (!says(written, 'platform'))
    throw unsuitable(
      `a manifest list of Docker's says of each image for which platform it is, and nothing is said of ${digest}`,
      'copy that image by its digest, or the whole as it is, without --format',
    )
}

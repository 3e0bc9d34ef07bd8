import { embeddedDocument } from '@lading/content'
import { schemas, type Descriptor } from '@lading/manifest'
import { isSchema1, type ManifestDocument, type PullRepository } from './ports.ts'
import { PullError } from './pull-error.ts'
import type { PullJob } from './pull-job.ts'
import { byDigest, localDocument } from './resolve-target.ts'
import { schema1InIndex } from './schema1-in-index.ts'

/** Where a child of an index comes from. */
export interface Parent {
  readonly job: PullJob
  readonly repository: PullRepository
  /** This repository gave us the index before, so what the store has of its children needs no new proof. */
  readonly trusted: boolean
}

/**
 * A manifest or index that an index names: embedded in it, from the store, or from the registry.
 *
 * @throws DigestError for embedded bytes that are not what their descriptor says; PullError `SIZE_MISMATCH`, `SCHEMA1_IN_INDEX`
 */
export async function fetchChild({ job, repository, trusted }: Parent, entry: Descriptor): Promise<ManifestDocument> {
  const { mediaType, digest, size } = entry
  // What stands beside these in an index (a platform, annotations) belongs to the index, not to the child.
  const descriptor: Descriptor = { mediaType, digest, size }
  const embedded = embeddedDocument(entry)
  if (embedded !== undefined) {
    const { bytes } = embedded
    return tell(job, asNamed(descriptor, bytes), 'data')
  }
  const local = trusted ? await localDocument(job, descriptor) : undefined
  if (local !== undefined) return tell(job, local, 'store')
  const { document, source } = await byDigest(job, repository, digest)
  if (isSchema1(document)) throw schema1InIndex(descriptor)
  if (document.bytes.length !== size) {
    throw new PullError(
      'SIZE_MISMATCH',
      `the index says that ${digest} has ${size} bytes, but it has ${document.bytes.length}`,
      {
        digest,
        expected: size,
        actual: document.bytes.length,
        hint: 'the index is wrong; tell its publisher',
      },
    )
  }
  // The index, which was verified, says what the child is; the registry's content type is only a second opinion.
  return tell(job, { ...asNamed(descriptor, document.bytes), stored: source === 'store' }, source)
}

/** As the index names it; between Docker's and OCI's type the document has the last word. */
function asNamed(descriptor: Descriptor, bytes: Uint8Array): ManifestDocument {
  const manifest = schemas.unmarshal(descriptor.mediaType, bytes)
  return { descriptor: { ...descriptor, mediaType: manifest.mediaType }, bytes, manifest }
}

function tell(job: PullJob, document: ManifestDocument, source: 'registry' | 'store' | 'data'): ManifestDocument {
  const { digest, mediaType, size } = document.descriptor
  job.emit({ type: 'manifest', digest, mediaType, size, source })
  return document
}

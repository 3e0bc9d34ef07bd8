import { ManifestError } from '@lading/manifest'
import { decodeSchema1, verifySchema1 } from '@lading/manifest/schema1'
import { failure } from '../http/registry-errors.ts'
import type { Reply } from '../http/message.ts'
import type { ManifestDocument } from './manifest-document.ts'

export interface PushedSchema1 {
  readonly document: ManifestDocument
  /** What the digest is over. */
  readonly payload: Uint8Array
}

/** A schema 1 manifest that is pushed, its signatures verified, as Docker's registry does; one without any is taken too. */
export async function pushedSchema1(bytes: Uint8Array, mediaType: string): Promise<PushedSchema1 | Reply> {
  try {
    const manifest = decodeSchema1(bytes, mediaType)
    await verifySchema1(manifest)
    const blobs = manifest.fsLayers.map((digest) => ({ digest }))
    return {
      payload: manifest.payload,
      document: {
        mediaType: undefined,
        config: undefined,
        blobs,
        children: [],
        subject: undefined,
        index: false,
        mixed: false,
      },
    }
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error
    return failure(
      error.code === 'SCHEMA1_SIGNATURE_INVALID' ? 'MANIFEST_UNVERIFIED' : 'MANIFEST_INVALID',
      error.message,
    )
  }
}

import { join } from 'node:path'
import { hexOf, type Digest } from '@lading/digest'

/** The file with the version of the directory transport; skopeo writes and requires it. */
export const VERSION_FILE = 'version'
export const versionText = 'Directory Transport Version: 1.1\n'
/** What was copied there: a manifest or an index. */
export const ROOT_FILE = 'manifest.json'

export const blobName = (digest: Digest): string => hexOf(digest)
/** Of a manifest or an index that the root names. */
export const documentName = (digest: Digest): string => `${hexOf(digest)}.manifest.json`
/** Simple signing's, of the image or of one in its index. */
export const signature: RegExp = /^(?:[0-9a-f]{64,128}\.)?signature-[0-9]+$/

/** A file that a copy makes for an image, and may remove when another one takes its place. */
export const isOfImage = (name: string): boolean =>
  /^[0-9a-f]{64,128}(?:\.manifest\.json)?$/.test(name) || signature.test(name)

/** The paths of such a directory, all absolute. */
export interface DirectoryPlaces {
  readonly root: string
  readonly version: string
  readonly manifest: string
  /** Held while the image is changed, and gone afterwards. */
  readonly lock: string
  /** The list of files that are not needed once the image has changed: it exists from before that until they are removed. */
  readonly doomed: string
  /** Of blobs on their way: a random part and `.tmp` follow. */
  readonly incoming: string
  blob(digest: Digest): string
  document(digest: Digest): string
}

export const directoryPlaces = (root: string): DirectoryPlaces => ({
  root,
  version: join(root, VERSION_FILE),
  manifest: join(root, ROOT_FILE),
  lock: join(root, '.lading-lock'),
  doomed: join(root, '.lading-doomed'),
  incoming: join(root, '.lading-blob'),
  blob: (digest) => join(root, blobName(digest)),
  document: (digest) => join(root, documentName(digest)),
})

import { join, resolve } from 'node:path'
import { printable } from '@lading/errors'
import { ContentError } from './content-error.ts'
import { algorithmOf, hexOf, type Digest } from '@lading/digest'

/**
 * Where everything is under one root, all absolute: an OCI image layout (OCI image-spec, image-layout.md) with a
 * directory of our own beside it. Nothing else spells a path of a store.
 */
export interface StoreLayout {
  readonly root: string
  /** `oci-layout`, the standard marker. */
  readonly marker: string
  /** `index.json`: the names. */
  readonly index: string
  /** Copies of it, the last and the one before. */
  readonly indexCopies: { readonly directory: string; readonly latest: string; readonly previous: string }
  /** `blobs`: manifests, configs and layers, below the name of their algorithm. */
  readonly blobs: string
  /** `lading`: everything that is no part of the image layout. */
  readonly own: string
  /** Of the format of what is in `own`. */
  readonly version: string
  /** The format that an upgrade has reached, while there is one. */
  readonly upgrading: string
  /** Space for whoever removes something when there is none. */
  readonly reserve: string
  /** What a list of all images found out: a memory, which may be lost or wrong at any time. */
  readonly summary: string
  /** The one short lock. */
  readonly lock: string
  /** Downloads in progress, a directory each. */
  readonly ingests: string
  /** What running pulls use, a file each. */
  readonly leases: string
  /** Records: blob digest to diffID. */
  readonly diffIds: string
  /** One record: diffIDs of blobs that were removed. */
  readonly formerDiffIds: string
  /** Records: image ID to facts. */
  readonly images: string
  /** Records: chainID to facts. */
  readonly layers: string
  /** Hints: which repository has which content, a record for each. */
  readonly origins: string
  /** What a server that caches knows of what it brought: notes by key. */
  readonly serve: string
  /** Small content on its way into `blobs`. */
  readonly staging: string
  /** Renamed here, then removed. */
  readonly trash: string
  /** Damaged blobs, moved aside. */
  readonly quarantine: string
  /** @throws `DigestError`: nothing but a digest reaches a path */
  blob(digest: Digest): string
  /** @throws `DigestError` */
  ingest(digest: Digest): string
}

/** @throws `ContentError` `ROOT_INVALID` for an empty text, which would name the current directory by accident, and for a relative path where that is gone */
export function layoutOf(root: string): StoreLayout {
  if (root === '') {
    throw new ContentError('ROOT_INVALID', 'the root of the store is an empty string', {
      hint: "name a directory; '.' is the current one",
    })
  }
  const home = absolute(root)
  const blobs = join(home, 'blobs')
  const own = join(home, 'lading')
  const ingests = join(own, 'ingest')
  return {
    root: home,
    marker: join(home, 'oci-layout'),
    index: join(home, 'index.json'),
    indexCopies: {
      directory: join(own, 'index'),
      latest: join(own, 'index', 'latest'),
      previous: join(own, 'index', 'previous'),
    },
    blobs,
    own,
    version: join(own, 'version'),
    upgrading: join(own, 'upgrading'),
    reserve: join(own, 'reserve'),
    summary: join(own, 'summary'),
    lock: join(own, 'lock'),
    ingests,
    leases: join(own, 'leases'),
    diffIds: join(own, 'diff-ids'),
    formerDiffIds: join(own, 'former-diff-ids'),
    images: join(own, 'images'),
    layers: join(own, 'layers'),
    origins: join(own, 'origins'),
    serve: join(own, 'serve'),
    staging: join(own, 'staging'),
    trash: join(own, 'trash'),
    quarantine: join(own, 'quarantine'),
    blob: (digest) => digestPath(blobs, digest),
    ingest: (digest) => digestPath(ingests, digest),
  }
}

function absolute(root: string): string {
  try {
    return resolve(root)
  } catch (cause) {
    throw new ContentError('ROOT_INVALID', `${printable(root)} does not exist: the current directory was removed`, {
      path: root,
      cause,
      hint: 'give the absolute path of the store',
    })
  }
}

/** `<directory>/<algorithm>/<hex>`: how everything that has a digest for a name is filed. No `:`, which Windows refuses. @throws `DigestError` */
export function digestPath(directory: string, digest: Digest): string {
  return join(directory, algorithmOf(digest), hexOf(digest))
}

/** The files of one download in progress. */
export interface IngestLayout {
  readonly data: string
  readonly journal: string
  readonly owner: string
}

export function ingestLayoutOf(directory: string): IngestLayout {
  return { data: join(directory, 'data'), journal: join(directory, 'journal'), owner: join(directory, 'owner') }
}

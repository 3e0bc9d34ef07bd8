import { lstatSync, readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Digest } from '@lading/digest'
import { printable } from '@lading/errors'
import { TestRegistryError } from '../../error.ts'
import { docker, oci } from '../../media-types.ts'
import { isDigest } from '../../names.ts'
import { emptyRepository, type RepositoryState } from '../repository-state.ts'
import { fileBlob } from './file-blob.ts'
import { tagOf, type IndexEntry } from './layout-index.ts'
import { blobPath } from './layout-paths.ts'

const mebibyte = 1024 * 1024
const mostIndexBytes = 64 * mebibyte
const mostManifestBytes = 64 * mebibyte
const mostManifests = 100_000
const indexTypes: ReadonlySet<string> = new Set([oci.index, docker.index])

export interface ReadLayout {
  readonly state: RepositoryState
  readonly entries: readonly IndexEntry[]
}

/**
 * An OCI image layout (image-spec image-layout.md) as a repository. Manifests are what `index.json` leads to, and what
 * those lead to; every other file under `blobs` is a blob, read from where it is and served as it is, right or wrong.
 * Links are not followed.
 *
 * @throws TestRegistryError `STORAGE_INVALID`
 */
export async function readLayout(layout: string, name: string): Promise<ReadLayout> {
  const marker = parsed(join(layout, 'oci-layout'), 4096) as { readonly imageLayoutVersion?: unknown } | null
  if (marker?.imageLayoutVersion !== '1.0.0') throw invalid(layout, 'oci-layout does not say version 1.0.0')
  const entries = entriesOf(parsed(join(layout, 'index.json'), mostIndexBytes))
  if (entries === undefined) throw invalid(layout, 'index.json is no image index')
  const state = emptyRepository(name)
  for (const digest of await blobsIn(layout)) state.blobs.set(digest, fileBlob(blobPath(layout, digest)))
  const open: IndexEntry[] = [...entries]
  for (let entry = open.pop(); entry !== undefined; entry = open.pop()) {
    const { digest, mediaType } = entry
    if (!isDigest(digest) || mediaType === undefined || !state.blobs.has(digest) || state.manifests.has(digest))
      continue
    if (state.manifests.size >= mostManifests) throw invalid(layout, `more than ${mostManifests} manifests`)
    const bytes = bounded(blobPath(layout, digest), mostManifestBytes)
    state.manifests.set(digest, { digest, mediaType, bytes })
    state.hadManifests = true
    if (indexTypes.has(mediaType)) open.push(...(entriesOf(json(bytes)) ?? []))
  }
  for (const digest of state.manifests.keys()) state.blobs.delete(digest)
  for (const entry of entries) {
    const tag = tagOf(entry)
    if (tag !== undefined && state.manifests.has(entry.digest as Digest)) state.tags.set(tag, entry.digest as Digest)
  }
  return { state, entries }
}

async function blobsIn(layout: string): Promise<readonly Digest[]> {
  const found: Digest[] = []
  for (const algorithm of await readdir(join(layout, 'blobs')).catch(() => [])) {
    const files = await readdir(join(layout, 'blobs', algorithm), { withFileTypes: true }).catch(() => [])
    for (const file of files) {
      const digest = `${algorithm}:${file.name}`
      if (file.isFile() && isDigest(digest)) found.push(digest)
    }
  }
  return found
}

/** A member that is null is one that is not there, as Go writes and reads them. */
function entriesOf(value: unknown): readonly IndexEntry[] | undefined {
  const manifests: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'manifests') : undefined
  if (manifests === null) return []
  return Array.isArray(manifests) ? manifests.filter(isEntry) : undefined
}

const isEntry = (value: unknown): value is IndexEntry => {
  if (typeof value !== 'object' || value === null) return false
  const { digest, mediaType, annotations } = value as Record<string, unknown>
  return (
    typeof digest === 'string' &&
    (mediaType === undefined || typeof mediaType === 'string') &&
    (annotations === undefined || typeof annotations === 'object')
  )
}

const parsed = (path: string, limit: number): unknown => {
  const value = json(bounded(path, limit))
  if (value === undefined) throw invalid(path, 'it is not JSON')
  return value
}

function json(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return undefined
  }
}

function bounded(path: string, limit: number): Uint8Array {
  let size: number
  try {
    const facts = lstatSync(path)
    if (!facts.isFile()) throw invalid(path, 'it is no file')
    size = facts.size
  } catch (cause) {
    if (cause instanceof TestRegistryError) throw cause
    throw invalid(path, 'it cannot be read', cause)
  }
  if (size > limit) throw invalid(path, `it has more than ${limit} bytes`)
  return readFileSync(path)
}

const invalid = (path: string, why: string, cause?: unknown): TestRegistryError =>
  new TestRegistryError('STORAGE_INVALID', `not an OCI image layout: ${printable(path)}: ${why}`, {
    path,
    ...(cause === undefined ? {} : { cause }),
    hint: "a layout has the files 'oci-layout' and 'index.json' and the directory 'blobs'",
  })

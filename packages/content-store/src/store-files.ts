import { join } from 'node:path'
import { tryParseDigest, type Digest } from '@lading/digest'
import type { DirectoryEntry, FileKind, FileSystem } from './file-system.ts'
import type { StoreLayout } from './layout.ts'
import { isNoteSegment } from './note-key.ts'
import { entriesOf } from './record-directory.ts'

/** What something under a root is there for. */
export type StoreFileRole =
  | 'blob'
  | 'diff-ids'
  | 'layers'
  | 'images'
  /** Of ours, for a time or for ever: the marker, `index.json`, locks, leases, downloads, the trash. */
  | 'own'
  /** Nobody of us puts such a thing there. */
  | 'stranger'

export interface StoreFile {
  readonly path: string
  readonly role: StoreFileRole
  readonly kind: FileKind
  /** Of a blob, and of a record: what it is of. */
  readonly digest?: Digest | undefined
}

const temporary = /\.[0-9a-f]{16}\.tmp$/
const lockFiles = /^lock(\.[0-9a-f]{16})*(\.new)?$/
const fence = /^lock\.[0-9a-f]{16}\.fence$/
const leaseFile = /^[0-9a-f]{16}$/

/** Everything under a root by what it is there for. What is below strangers, trash, quarantine, fences and downloads is not looked at. */
export async function* storeFiles(fs: FileSystem, layout: StoreLayout): AsyncIterable<StoreFile> {
  const under = async (directory: string): Promise<readonly (DirectoryEntry & { readonly path: string })[]> =>
    (await entriesOf(fs, directory)).map((entry) => ({ ...entry, path: join(directory, entry.name) }))

  async function* named(directory: string, role: StoreFileRole): AsyncIterable<StoreFile> {
    for (const algorithm of await under(directory)) {
      if (algorithm.kind !== 'directory') yield { path: algorithm.path, kind: algorithm.kind, role: 'stranger' }
      else
        for (const { name, path, kind } of await under(algorithm.path)) {
          const digest = tryParseDigest(`${algorithm.name}:${name}`)
          if (digest !== undefined) yield { path, kind, role, digest }
          else yield { path, kind, role: role !== 'blob' && temporary.test(name) ? 'own' : 'stranger' }
        }
    }
  }

  async function* notesBelow(directory: string): AsyncIterable<StoreFile> {
    for (const { name, path, kind } of await under(directory)) {
      if (kind === 'directory' && isNoteSegment(name)) yield* notesBelow(path)
      else
        yield {
          path,
          kind,
          role: kind === 'file' && (isNoteSegment(name) || temporary.test(name)) ? 'own' : 'stranger',
        }
    }
  }

  for (const { name, path, kind } of await under(layout.root)) {
    if (path === layout.blobs && kind === 'directory') yield* named(layout.blobs, 'blob')
    else if (path !== layout.own || kind !== 'directory') {
      const own = (path === layout.marker || path === layout.index || temporary.test(name)) && kind === 'file'
      yield { path, kind, role: own ? 'own' : 'stranger' }
    }
  }
  const records = new Map<string, StoreFileRole>([
    [layout.diffIds, 'diff-ids'],
    [layout.layers, 'layers'],
    [layout.images, 'images'],
    [layout.origins, 'own'],
    [layout.formerDiffIds, 'own'],
  ])
  const closed = new Set([layout.trash, layout.quarantine, layout.ingests, layout.staging])
  const { directory: copies, latest, previous } = layout.indexCopies
  for (const { name, path, kind } of await under(layout.own)) {
    const role = records.get(path)
    if (kind === 'directory' && role !== undefined) yield* named(path, role)
    else if (kind === 'directory' && path === layout.leases)
      for (const lease of await under(path)) yield { ...lease, role: isOwn(lease, leaseFile) ? 'own' : 'stranger' }
    else if (kind === 'directory' && path === layout.serve) yield* notesBelow(path)
    else if (kind === 'directory' && path === copies)
      for (const copy of await under(path))
        yield { ...copy, role: copy.path === latest || copy.path === previous || isOwn(copy) ? 'own' : 'stranger' }
    else if (kind === 'directory') yield { path, kind, role: closed.has(path) || fence.test(name) ? 'own' : 'stranger' }
    else {
      const own =
        path === layout.version ||
        path === layout.upgrading ||
        path === layout.reserve ||
        path === layout.summary ||
        isOwn({ name, kind }, lockFiles)
      yield { path, kind, role: own ? 'own' : 'stranger' }
    }
  }
}

const isOwn = ({ name, kind }: DirectoryEntry, form?: RegExp): boolean =>
  kind === 'file' && (temporary.test(name) || form?.test(name) === true)

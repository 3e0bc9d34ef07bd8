import { printable } from '@lading/errors'
import { parseStrictJson, type Descriptor } from '@lading/manifest'
import { decodeEntry } from './decode-entry.ts'
import { elementSlices, memberSlices } from './json-slices.ts'
import { namedEntry, type NamedEntry } from './named-entry.ts'
import { readOwnForm } from './own-form.ts'
import { ReferenceStoreError } from './reference-store-error.ts'
import type { NameChange } from './names.ts'
import { targetReference } from './stored-name.ts'

/** The most bytes of an `index.json` that are read or written: 64 MiB, some 150,000 names. */
export const indexJsonLimit: number = 64 * 1024 * 1024

const indexMediaType = 'application/vnd.oci.image.index.v1+json'
const schemaMembers = `"schemaVersion":2,"mediaType":"${indexMediaType}"`

export const foreignTargetsOf = ({ foreign }: IndexJson): readonly Descriptor[] =>
  foreign.flatMap(({ target }) => target ?? [])

export function changedIndexJson(content: IndexJson, changes: readonly NameChange[]): IndexJson {
  const named = new Map(content.named)
  for (const { name, reference, target } of changes) {
    if (target === undefined) named.delete(name)
    else named.set(name, namedEntry(reference, target))
  }
  return { ...content, named }
}

/** What is in an `index.json`: our names, and what others put there, as they wrote it. */
export interface IndexJson {
  readonly named: ReadonlyMap<string, NamedEntry>
  readonly foreign: readonly ForeignEntry[]
  /** Members of the document besides those that every index has. */
  readonly extra: readonly (readonly [key: string, value: string])[]
}

interface ForeignEntry {
  readonly written: string
  /** Absent when the entry is no descriptor at all. */
  readonly target?: Descriptor | undefined
}

export const emptyIndexJson: IndexJson = { named: new Map(), foreign: [], extra: [] }

/**
 * Reads the bytes of an `index.json` (OCI image-spec, image-layout.md and image-index.md), which others may have
 * written. An entry is ours when its annotations name it the way `formatIndexJson` does; every other one is foreign.
 *
 * @throws `INDEX_JSON_INVALID`, `INDEX_JSON_UNSUPPORTED`
 */
export function parseIndexJson(bytes: Uint8Array, path: string): IndexJson {
  const ours = readOwnForm(bytes, `{${schemaMembers},"manifests":[`)
  return ours === undefined ? parseAnyIndexJson(bytes, path) : { named: ours, foreign: [], extra: [] }
}

/** The same without a look at the form. */
export function parseAnyIndexJson(bytes: Uint8Array, path: string): IndexJson {
  const { text, document } = readDocument(bytes, path)
  if (document['schemaVersion'] !== 2) {
    const actual = printable(String(document['schemaVersion']), 40)
    throw new ReferenceStoreError('INDEX_JSON_UNSUPPORTED', `${path} has schema version ${actual} instead of 2`, {
      path,
      expected: 2,
      actual,
      hint: 'it was left as it is; a newer version of Lading may read it',
    })
  }
  const { mediaType = indexMediaType, manifests = null } = document
  if (mediaType !== indexMediaType)
    throw invalidIndexJson(path, `its media type is ${printable(String(mediaType), 100)} instead of ${indexMediaType}`)
  // With one bit of that word changed every name would be gone, and nothing would need any content.
  if (!('manifests' in document)) throw invalidIndexJson(path, 'it has no manifests')
  if (manifests !== null && !Array.isArray(manifests)) throw invalidIndexJson(path, 'its manifests are no list')

  const members = memberSlices(text)
  const list = members.find(([key]) => key === 'manifests')?.[1]
  const named = new Map<string, NamedEntry>()
  const foreign: ForeignEntry[] = []
  for (const [at, written] of (manifests === null || list === undefined ? [] : elementSlices(list)).entries()) {
    const { target, named: ours } = decodeEntry((manifests as readonly unknown[])[at])
    if (ours === undefined) foreign.push({ written, target })
    else claim(named, { ...ours, written })
  }
  return {
    named,
    foreign,
    extra: members.filter(([key]) => key !== 'schemaVersion' && key !== 'mediaType' && key !== 'manifests'),
  }
}

/** The bytes of an `index.json`: names sorted, then the entries of others in their order. The same content, the same bytes. */
export function formatIndexJson({ named, foreign, extra }: IndexJson): Uint8Array {
  const ours = [...named.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const entries = [...ours, ...foreign].map((entry) => entry.written)
  const members = [
    schemaMembers,
    ...extra.map(([key, value]) => `${JSON.stringify(key)}:${value}`),
    `"manifests":[${entries.join(',')}]`,
  ]
  return new TextEncoder().encode(`{${members.join(',')}}`)
}

/** Of two targets for one name the first counts. The other stays, as what a tag leaves behind when it moves. */
function claim(named: Map<string, NamedEntry>, entry: NamedEntry): void {
  const first = named.get(entry.name)
  if (first === undefined) {
    named.set(entry.name, entry)
    return
  }
  if (first.target.digest === entry.target.digest) return
  const kept = namedEntry(targetReference(entry.reference, entry.target), entry.target)
  if (!named.has(kept.name)) named.set(kept.name, kept)
}

function readDocument(bytes: Uint8Array, path: string): { text: string; document: Readonly<Record<string, unknown>> } {
  let document: unknown
  try {
    document = parseStrictJson(bytes, { maxBytes: indexJsonLimit, maxDepth: 1000 })
  } catch (cause) {
    throw invalidIndexJson(path, cause instanceof Error ? cause.message : 'it is not JSON', cause)
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document))
    throw invalidIndexJson(path, 'it is not a JSON object')
  return { text: new TextDecoder().decode(bytes), document: document as Readonly<Record<string, unknown>> }
}

/** With what helps: names come back from copies, and what is in `blobs/` is not touched by any of it. */
export function invalidIndexJson(path: string, why: string, cause?: unknown): ReferenceStoreError {
  return new ReferenceStoreError('INDEX_JSON_INVALID', `${path} is not an image index: ${why}`, {
    path,
    cause,
    hint: 'it was left as it is: lading check --repair restores the names from the copies in lading/index; without good copies, move it and them away to start with no names (the blobs stay)',
  })
}

import { printable } from '@lading/errors'
import { OCI_INDEX, parseStrictJson, type Descriptor, type JsonValue } from '@lading/manifest'
import { CONTAINERD_NAME, REF_NAME } from '../annotations.ts'
import { ArchiveError } from '../archive-error.ts'
import { layoutEntry, layoutName } from '../write/closing-documents.ts'

/** The most bytes of an `index.json` that are read or written. */
export const indexLimit: number = 64 * 1024 * 1024

type Members = { readonly [name: string]: JsonValue }

/**
 * An `index.json` with names that point to a target. Entries of others and unknown members stay as they
 * are. `undefined`: nothing has to be changed.
 *
 * @throws ArchiveError `ARCHIVE_INVALID`
 */
export function indexWith(
  bytes: Uint8Array | undefined,
  { target, names }: { readonly target: Descriptor; readonly names: readonly string[] },
  path: string,
): Uint8Array | undefined {
  const index = bytes === undefined ? { schemaVersion: 2, mediaType: OCI_INDEX } : read(bytes, path)
  const given = entriesOf(index, path)
  const entries = [...given]
  if (names.length === 0 && !entries.some((entry) => isOf(entry, target))) entries.push(entryOf(target))
  for (const name of new Set(names)) {
    const entry = entryOf(target, name)
    const found = entries.flatMap((each, at) => (nameOf(each) === name ? [at] : []))
    // An entry without any name adds nothing to the new one.
    const nameless = entries.findIndex((each) => isOf(each, target) && isPlain(each))
    const [first = nameless === -1 ? entries.length : nameless, ...others] = found
    if (others.length === 0 && isOf(entries[first], target) && nameOf(entries[first]) === name) continue
    entries[first] = entry
    for (const at of others.toReversed()) entries.splice(at, 1)
  }
  if (entries.length === given.length && entries.every((entry, at) => entry === given[at])) return undefined
  return new TextEncoder().encode(JSON.stringify({ ...index, manifests: entries }))
}

function read(bytes: Uint8Array, path: string): Members {
  let value: JsonValue
  try {
    value = parseStrictJson(bytes, { maxBytes: indexLimit })
  } catch (cause) {
    throw invalid(path, cause instanceof Error ? cause.message : 'it is not JSON', cause)
  }
  if (!isObject(value) || value['schemaVersion'] !== 2) throw invalid(path, 'its schemaVersion is not 2')
  return value
}

function entriesOf(index: Members, path: string): readonly JsonValue[] {
  // The image-spec requires it. If one bit of that word is damaged, writing a new list would lose all names of others.
  if (!('manifests' in index)) throw invalid(path, 'it has no manifests')
  const manifests = index['manifests'] ?? []
  if (!Array.isArray(manifests)) throw invalid(path, 'its manifests are not a list')
  return manifests as readonly JsonValue[]
}

const entryOf = (target: Descriptor, name?: string): JsonValue =>
  layoutEntry(target, name === undefined ? {} : layoutName(name))

const annotationsOf = (entry: JsonValue | undefined): Members =>
  isObject(entry) && isObject(entry['annotations']) ? entry['annotations'] : {}
const nameOf = (entry: JsonValue | undefined): JsonValue | undefined =>
  annotationsOf(entry)[CONTAINERD_NAME] ?? annotationsOf(entry)[REF_NAME]
const isOf = (entry: JsonValue | undefined, { digest, size, mediaType }: Descriptor): boolean =>
  isObject(entry) && entry['digest'] === digest && entry['size'] === size && entry['mediaType'] === mediaType
const isPlain = (entry: JsonValue): boolean =>
  isObject(entry) && Object.keys(entry).every((key) => ['mediaType', 'digest', 'size'].includes(key))

const isObject = (value: JsonValue | undefined): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const invalid = (path: string, why: string, cause?: unknown): ArchiveError =>
  new ArchiveError('ARCHIVE_INVALID', `${printable(path, 300)} is not an image index: ${why}`, {
    path,
    cause,
    hint: 'the file was not changed: write it again with the tool that wrote it, or choose another directory',
  })

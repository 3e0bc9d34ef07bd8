import type { BlobNames } from '@lading/content-store'
import type { Digest } from '@lading/digest'
import type { Platform } from '@lading/manifest'
import type { ImageSummary } from './store.ts'
import { blobTable, readBlobTable, type ReadBlobTable, type WrittenBlobs } from './summary-blobs.ts'
import { allHold, factsThatHold, isOfListing, writtenFacts, type WrittenFacts } from './summary-facts.ts'
import { imagesOf, writtenList, type WrittenList } from './summary-list.ts'
import type { LookAtBlobs } from './summary-place.ts'
import type { TargetFacts } from './target-facts.ts'

/** Of the form below. Another one is none. */
const version = 2

/** The first of four lines of JSON. The others are `WrittenBlobs`, `WrittenList` or null, and `WrittenFacts`. */
interface Head {
  readonly version: typeof version
  /** The machine's, whose image of an index is shown first. */
  readonly platform: Platform
  /** What told that no blob came or went; null: nothing did. */
  readonly directories: string | null
}

/** The names at one time, and what a list shows of them. */
export interface ListOfNames {
  /** As long as it is the same, so are the names. */
  readonly stamp: string
  readonly images: readonly ImageSummary[]
}

export interface Summary {
  readonly platform: Platform
  readonly facts: ReadonlyMap<Digest, TargetFacts>
  readonly list?: ListOfNames | undefined
}

/** @param look at what is here. A list that was made of something else meanwhile is not kept */
export function encodeSummary({ platform, facts, list }: Summary, look: LookAtBlobs): Uint8Array {
  const head: Head = { version, platform, directories: look.directories ?? null }
  const table = blobTable(look.names)
  const known = writtenFacts(facts, table)
  const kept = list !== undefined && isOfListing(known, table) ? writtenList(list, table) : undefined
  const lines = [head, table.written(), kept ?? null, known]
  return new TextEncoder().encode(lines.map((line) => JSON.stringify(line)).join('\n'))
}

/** A summary as it was written: what still holds of it is told by what is here. */
export interface ReadSummary {
  /** Of each target whose content is here as it was then. */
  facts(names: BlobNames): ReadonlyMap<Digest, TargetFacts>
  /** The whole list, where its names and the times of directories are what they were. Nothing else is looked at. */
  list(stamp: string, directories: string): readonly ImageSummary[] | undefined
  /** The same, by what is here; `undefined` where the names, or the content of one of them, are others now. */
  listOf(stamp: string, names: BlobNames): readonly ImageSummary[] | undefined
  /** With other times of directories, of a look for which `listOf` gave the list. */
  withDirectories(directories: string): Uint8Array
}

/** `undefined`: nothing of use, for it was written for another platform, in another form, or cannot be read. */
export function decodeSummary(bytes: Uint8Array, platform: Platform): ReadSummary | undefined {
  return unlessBroken(() => {
    const text = new TextDecoder().decode(bytes)
    const [first = '', blobs = '', list = '', facts = ''] = text.split('\n')
    const head = JSON.parse(first) as Head
    if (head.version !== version || JSON.stringify(head.platform) !== JSON.stringify(platform)) return undefined
    const tableOf = (names: BlobNames): ReadBlobTable => readBlobTable(JSON.parse(blobs) as WrittenBlobs, names)
    const read = (stamp: string, names: BlobNames, holds: (table: ReadBlobTable) => boolean) =>
      unlessBroken(() => {
        const of = JSON.parse(list) as WrittenList | null
        if (of?.stamp !== stamp) return undefined
        const table = tableOf(names)
        return holds(table) ? imagesOf(of, table) : undefined
      })
    const readFacts = (): WrittenFacts => JSON.parse(facts) as WrittenFacts
    return {
      facts: (names) =>
        unlessBroken(() => factsThatHold(readFacts(), tableOf(names))) ?? new Map<Digest, TargetFacts>(),
      list: (stamp, directories) => (head.directories === directories ? read(stamp, new Map(), () => true) : undefined),
      listOf: (stamp, names) => read(stamp, names, (table) => table.isSame() || allHold(readFacts(), table)),
      withDirectories: (directories) =>
        new TextEncoder().encode(JSON.stringify({ ...head, directories }) + text.slice(first.length)),
    }
  })
}

/** Its sum was right, so what is broken was written by another version, or by somebody else. */
function unlessBroken<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

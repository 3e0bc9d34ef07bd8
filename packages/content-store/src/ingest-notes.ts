import { randomBytes } from 'node:crypto'
import type { FileSystem } from './file-system.ts'
import { writeJournal, type Journal } from './journal.ts'

/** What is known of the bytes of a download, and the journal that says so to whoever goes on with it. */
export interface IngestNotes {
  readonly validator: string | undefined
  readonly source: string | undefined
  /** Where the bytes come from now. Written down before the first of them, unless the journal says the same. */
  from(answer: { readonly validator?: string | undefined; readonly source: string }): Promise<void>
  /**
   * Nothing of what is there counts any more, which whoever reads it from another process sees before the file is cut: until
   * the next `from`, which is written down whatever it says, there is no journal.
   */
  forget(): Promise<void>
  /** So many bytes have reached the disk. */
  synced(length: number): Promise<void>
}

export function ingestNotes(
  fs: FileSystem,
  path: string,
  found: { readonly journal: Journal | undefined; readonly length: number; readonly boot: string | undefined },
): IngestNotes {
  const { journal, length, boot } = found
  let synced = Math.min(journal?.synced ?? 0, length)
  let validator = journal?.validator
  let source = journal?.source
  let generation = journal?.generation
  let written = generation !== undefined && journal?.boot === boot
  const write = (): Promise<void> =>
    writeJournal(fs, path, {
      synced,
      boot,
      validator,
      source,
      generation: (generation ??= randomBytes(8).toString('hex')),
    })

  return {
    get validator() {
      return validator
    },
    get source() {
      return source
    },
    async from(answer) {
      if (written && validator === answer.validator && source === answer.source) return
      validator = answer.validator
      source = answer.source
      written = false
      await write()
      written = true
    },
    async forget() {
      synced = 0
      generation = undefined
      written = false
      await fs.unlink(path)
    },
    synced(reached) {
      synced = reached
      return write()
    },
  }
}

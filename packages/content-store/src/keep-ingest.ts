import type { DataFile } from './data-file.ts'
import type { IngestDirectory } from './ingest-directory.ts'
import type { IngestNotes } from './ingest-notes.ts'
import type { ReceivedBytes } from './received-bytes.ts'

/** Lets go of a download that is not whole. Everything that is known to be good stays for the next owner. */
export async function keepIngest({
  bytes,
  file,
  notes,
  directory,
}: {
  readonly bytes: ReceivedBytes
  readonly file: DataFile
  readonly notes: IngestNotes
  readonly directory: IngestDirectory
}): Promise<void> {
  let good = true
  try {
    await bytes.drain().catch(() => {})
    await directory.assert()
    if (file.spoiled || bytes.written === 0) good = false
    else {
      await file.handle.truncate(bytes.written)
      await file.sync()
      // On a full disk there is no room for a newer journal; the older one is still true, and knows of fewer synced bytes.
      await notes.synced(bytes.written).catch(() => {})
    }
  } finally {
    await file.handle.close()
  }
  await (good ? directory.release() : directory.remove())
}

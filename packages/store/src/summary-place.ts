import type { BlobNames, RememberedFile } from '@lading/content-store'

/** Where a summary is kept, and what tells whether it still holds. */
export interface SummaryPlace extends RememberedFile {
  /** What is here by its name alone, for a look at thousands at once. */
  blobNames(): Promise<BlobNames>
  /** Another text whenever the names may be others; `undefined`: nothing tells. */
  stamp(): Promise<string | undefined>
}

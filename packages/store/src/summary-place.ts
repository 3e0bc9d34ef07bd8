import {
  blobNames,
  blobTimes,
  type BlobNames,
  type FileSystem,
  type RememberedFile,
  type StoreLayout,
} from '@lading/content-store'

/** What is here, for a look at thousands at once. */
export interface LookAtBlobs {
  readonly names: BlobNames
  /** What `directories` says for as long as these are the names; `undefined`: nothing tells yet. */
  readonly directories?: string | undefined
}

/** Where a summary is kept, and what tells whether it still holds. */
export interface SummaryPlace extends RememberedFile {
  /** Another text whenever the names of images may be others; `undefined`: nothing tells. */
  stamp(): Promise<string | undefined>
  /** Another text whenever blobs may have come or gone; `undefined`: nothing tells. Much quicker than a look. */
  directories(): Promise<string | undefined>
  look(): Promise<LookAtBlobs>
}

/**
 * Two changes within one step of a file system's clock leave the same time: it tells nothing before it is older than that
 * step, which is two seconds where it is longest.
 */
const stepMs = 3000

/** @param now by the clock of the files */
export function looksAtBlobs(
  fs: FileSystem,
  layout: StoreLayout,
  now: () => Promise<number>,
): Pick<SummaryPlace, 'directories' | 'look'> {
  const times = () => blobTimes(fs, layout).catch(() => undefined)
  return {
    directories: async () => (await times())?.text,
    async look() {
      // In this order: what changes after the times were asked for changes them.
      const asked = await now()
      const found = await times()
      const names = await blobNames(fs, layout)
      const isOld = found !== undefined && asked - found.youngestMs > stepMs
      return isOld ? { names, directories: found.text } : { names }
    },
  }
}

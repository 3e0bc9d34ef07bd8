/** One thing that a file system did, and that a power cut may undo until it is synced. */
export type DiskStep =
  /** Entries of directories that appear, change or go together: a rename has two. Durable once one of its directories is synced. */
  | { readonly kind: 'entries'; readonly changes: readonly EntryChange[] }
  | { readonly kind: 'write'; readonly file: FileNode; readonly position: number; readonly bytes: Uint8Array }
  | { readonly kind: 'truncate'; readonly file: FileNode; readonly size: number }
  /** What was done to the file before step `covers` is on the disk. */
  | { readonly kind: 'sync'; readonly file: FileNode; readonly covers: number }
  | { readonly kind: 'sync-directory'; readonly directory: DirectoryNode; readonly covers: number }

export interface EntryChange {
  readonly directory: DirectoryNode
  readonly name: string
  /** `undefined`: the entry goes. */
  readonly node: DiskNode | undefined
}

/** A file under any number of names. */
export interface FileNode {
  readonly kind: 'file'
  /** What was in it when the log began. */
  readonly before: Uint8Array
}

export interface DirectoryNode {
  readonly kind: 'directory'
  /** As the running system sees it now. */
  readonly entries: Map<string, DiskNode>
  /** What was in it when the log began. */
  readonly before: ReadonlyMap<string, DiskNode>
}

export type DiskNode = FileNode | DirectoryNode

export const newFile = (before: Uint8Array = new Uint8Array()): FileNode => ({ kind: 'file', before })

export const newDirectory = (before: ReadonlyMap<string, DiskNode> = new Map()): DirectoryNode => ({
  kind: 'directory',
  entries: new Map(before),
  before,
})

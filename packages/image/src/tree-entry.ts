import type { LayerEntry } from './read-layer.ts'

/** What a tree is made of: entries of a layer, or of its table of contents. */
export type TreeEntry = Omit<
  LayerEntry,
  'body' | 'name' | 'path' | 'offset' | 'bodyOffset' | 'records' | 'atime' | 'ctime'
>

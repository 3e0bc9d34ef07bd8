import type { LayerEntry } from './read-layer.ts'

/** An entry for a tree, from a layer or from its table of contents. */
export type TreeEntry = Omit<
  LayerEntry,
  'body' | 'name' | 'path' | 'offset' | 'bodyOffset' | 'records' | 'atime' | 'ctime'
>

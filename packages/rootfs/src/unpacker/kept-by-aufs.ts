import type { EntryName } from '../layer/entry-name.ts'
import type { NameBytes } from '../tree/node.ts'
import type { GrowingTree } from './growing-tree.ts'

type Place = Pick<EntryName, 'parents' | 'name'>

/** Files that AUFS stored for itself in a layer, as targets of hard links of that layer: they are in the root, under names that no file has. */
export interface KeptByAufs {
  /** The name in the root under which it is created. */
  nameFor(place: Place): NameBytes
  /** The target of a hard link to it; any other target is unchanged. */
  resolve(target: Place): Place
  /** At the end of the layer. */
  drop(): void
}

export function createKeptByAufs({ root, replace }: Pick<GrowingTree, 'root' | 'replace'>): KeptByAufs {
  /** By its path. */
  const kept = new Map<NameBytes, NameBytes>()
  return {
    nameFor(place) {
      const key = keyOf(place)
      const name = kept.get(key) ?? `.wh..wh.${kept.size}`
      kept.set(key, name)
      return name
    },
    resolve(target) {
      const name = kept.get(keyOf(target))
      return name === undefined ? target : { parents: [], name }
    },
    drop() {
      for (const name of kept.values()) replace(root, name)
      kept.clear()
    },
  }
}

const keyOf = ({ parents, name }: Place): NameBytes => [...parents, name].join('/')

import type { OpenRecords } from '@lading/content-store'
import { algorithmOf, parseDigest, type Algorithm, type Digest } from '@lading/digest'
import { nextChainId } from '@lading/digest/hash'
import { formerDiffIds } from './former-diff-ids.ts'
import { assertLayerCount, maxDepth, tooDeep } from './layer-depth.ts'
import { LayerError } from './layer-error.ts'
import {
  formatLayer,
  formatUncompressed,
  parseLayer,
  parseUncompressed,
  recordLimit,
  type StoredLayer,
} from './layer-record.ts'
import type { LayerRecord, LayerStore, Uncompressed } from './layer-store.ts'

/** What a layer store remembers, on the records of any engine. */
export function layerRecords(open: OpenRecords): Omit<LayerStore, 'uncompress' | 'close'> {
  const layers = open('layers', { maxBytes: recordLimit, parse: parseLayer })
  const memory = open('diff-ids', { maxBytes: recordLimit, parse: parseUncompressed })
  const former = formerDiffIds(open)

  /** By chainID: whoever is registered on one of these need not wait until it is on the disk. */
  const underWay = new Map<Digest, { readonly depth: Promise<number>; readonly done: Promise<void> }>()

  async function depthOn(parent: Digest | undefined): Promise<number> {
    if (parent === undefined) return 1
    const below = underWay.get(parent)
    const remembered = below === undefined ? (await registered(parent)).depth : await below.depth
    if (remembered < maxDepth) return remembered + 1
    // Nobody is refused for what a record says: the layers below are counted.
    await below?.done
    let depth = 0
    for (let at: Digest | undefined = parent; at !== undefined; at = (await registered(at)).layer.parent) {
      if (++depth >= maxDepth) throw tooDeep(`a layer on ${parent} would be ${depth + 1} deep`, parent, depth + 1)
    }
    return depth + 1
  }

  async function registered(chainId: Digest): Promise<StoredLayer> {
    const stored = await layers.get(chainId)
    if (stored !== undefined) return stored
    throw new LayerError('LAYER_PARENT_UNKNOWN', `the layer below, ${chainId}, is not registered`, {
      digest: chainId,
      hint: 'register layers from the base up',
    })
  }

  async function keepLayer(chainId: Digest, stored: StoredLayer): Promise<void> {
    const there = await layers.get(chainId)
    if (there?.layer.size !== stored.layer.size || there.depth !== stored.depth)
      await layers.put(chainId, formatLayer(stored))
  }

  async function remember(blob: Digest, names: readonly Digest[], size: number): Promise<void> {
    const given = byAlgorithm(names)
    const diffId = given.get('sha256')
    if (diffId === undefined) return
    const known = await memory.get(blob)
    const same = known?.diffId === diffId && known.size === size
    const merged = byAlgorithm([...(same ? namesOf(known) : []), ...names])
    if (same && namesOf(known).join() === [...merged.values()].join()) return
    merged.delete('sha256')
    const aliases = merged.size === 0 ? undefined : [...merged.values()]
    await memory.put(blob, formatUncompressed(blob, { diffId, aliases, size }))
  }

  return {
    known: async (blob) => await memory.get(blob),
    async register({ blob, diffId, aliases = [], size, parent }) {
      // Before anything is written: bad input leaves no trace.
      parseDigest(blob)
      for (const alias of aliases) parseDigest(alias)
      const chainId = nextChainId(parent, diffId)
      const layer: LayerRecord = { chainId, diffId, ...(parent === undefined ? {} : { parent }), size }
      const below = parent === undefined ? undefined : underWay.get(parent)
      const depth = depthOn(parent)
      const keep = async (): Promise<void> => {
        const stored: StoredLayer = { layer, depth: await depth }
        // All have ended when this rejects, so that nothing is written behind the caller's back.
        const outcomes = await Promise.allSettled([
          keepLayer(chainId, stored),
          remember(blob, [diffId, ...aliases], size),
          below?.done,
        ])
        const failed = outcomes.find((outcome) => outcome.status === 'rejected')
        if (failed !== undefined) throw failed.reason
      }
      const here = { depth, done: keep() }
      underWay.set(chainId, here)
      try {
        await here.done
        return layer
      } finally {
        if (underWay.get(chainId) === here) underWay.delete(chainId)
      }
    },
    assertLayerCount,
    get: async (chainId) => (await layers.get(chainId))?.layer,
    async *list() {
      for await (const { layer } of layers.list()) yield layer
    },
    remove: async (chainId, options) => await layers.remove(chainId, options),
    remember: async (blob, inside) => await memory.put(blob, formatUncompressed(blob, inside)),
    forget: async (blob) => await memory.remove(blob),
    async setAside(blobs) {
      const facts = new Map<Digest, Uncompressed>()
      for (const blob of blobs) {
        const known = await memory.get(blob)
        if (known !== undefined) facts.set(blob, known)
        await memory.remove(blob)
      }
      await former.add(facts)
    },
    recall: (blob) => former.recall(blob),
  }
}

const namesOf = ({ diffId, aliases = [] }: Uncompressed): readonly Digest[] => [diffId, ...aliases]

const byAlgorithm = (names: readonly Digest[]): Map<Algorithm, Digest> =>
  new Map(names.map((name) => [algorithmOf(name), name]))

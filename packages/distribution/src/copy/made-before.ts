import { unlessAbsent, type Source } from '@lading/content'
import type { Digest } from '@lading/digest'
import { isLadingError } from '@lading/errors'
import type { ReadDocument } from '../read-document.ts'
import { readGraph, readOnceEach } from './graph.ts'

/** Of each layer of a copy's source, what it may be at the target in another compression. */
export type MadeBefore = ReadonlyMap<Digest, ReadonlySet<Digest>>

interface Look {
  /** The target as a source. */
  readonly there: Pick<Source, 'resolve' | 'document'>
  /** In its grammar. */
  readonly names: readonly string[]
  readonly signal: AbortSignal
}

/**
 * Looks at what the names point to now: an image over the same config has the same layers, in whatever compression. That
 * is a hint and no more: whoever compresses compares digests before he believes it. What cannot be read hints at nothing.
 */
export async function madeBefore(
  documents: readonly ReadDocument[],
  { there, names, signal }: Look,
): Promise<MadeBefore> {
  const found = new Map<Digest, Set<Digest>>()
  for (const name of names) {
    for (const { manifest: other } of await documentsAt(there, name, signal)) {
      if (other.kind !== 'manifest') continue
      for (const { manifest } of documents) {
        if (manifest.kind !== 'manifest' || manifest.config.digest !== other.config.digest) continue
        if (manifest.layers.length !== other.layers.length) continue
        for (const [at, { digest }] of manifest.layers.entries()) {
          const may = other.layers[at]
          if (may !== undefined && may.digest !== digest)
            found.set(digest, (found.get(digest) ?? new Set<Digest>()).add(may.digest))
        }
      }
    }
  }
  return found
}

async function documentsAt(there: Look['there'], name: string, signal: AbortSignal): Promise<readonly ReadDocument[]> {
  try {
    const target = await unlessAbsent(there.resolve(name, { signal }), { signal })
    return target === undefined ? [] : (await readGraph(readOnceEach(there), target, { signal })).documents
  } catch (error) {
    signal.throwIfAborted()
    if (!isLadingError(error)) throw error
    return []
  }
}

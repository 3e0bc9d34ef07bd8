import type { AbortOptions } from '@lading/clock'
import type { BlobAddress } from '@lading/content-store'
import { hexOf } from '@lading/digest'
import { digestOf } from '@lading/digest/hash'
import { generationKeys } from '../layout.ts'
import { newNonce } from '../nonce.ts'
import { presentIn } from './documents.ts'
import { formatDone, type ListedChunk } from './done-document.ts'
import type { Engine } from './engine.ts'
import { readGenerations } from './generations.ts'

interface Options extends AbortOptions {
  /** The content, which has its digest, from its first byte on in pieces of at most a chunk. */
  readonly pieces: () => AsyncIterable<Uint8Array>
  /** Copies up to this generation do not count. Default 0: none. */
  readonly instead?: number | undefined
}

/** Makes content present whose bytes are at hand, in a generation of its own, unless it is here. Nobody waits for it, so it is claimed by nobody. */
export async function placeContent(
  engine: Engine,
  blob: BlobAddress,
  { pieces, instead = 0, signal }: Options,
): Promise<void> {
  const { objects, bounds, times, age } = engine
  const { digest, size } = blob
  for (;;) {
    let seenMs = age()
    const found = await readGenerations(objects, digest, { signal })
    if ((await presentIn(engine, found, { after: instead, signal }))?.size === size) return
    const number = found.top + 1
    const keys = generationKeys(digest, number)
    const nonce = newNonce()
    const chunks: ListedChunk[] = []
    let content = new Uint8Array(0)
    let offset = 0
    for await (const piece of pieces()) {
      if (size <= bounds.inlineBytes) content = new Uint8Array(Buffer.concat([content, piece]))
      else {
        const key = keys.chunk(offset, nonce)
        const sha256 = hexOf(digestOf(piece))
        await objects.create(key, piece, { sha256, signal })
        chunks.push({ key, size: piece.length, sha256 })
      }
      offset += piece.length
    }
    if (chunks.length > 0) {
      seenMs = age()
      if ((await readGenerations(objects, digest, { signal })).condemned >= number) continue
    }
    // Who stood still does not know any more whether the generation is condemned.
    if (age() - seenMs > times.graceMs / 2) continue
    // Whoever else creates it does so of the same bytes.
    await objects.create(keys.done, formatDone({ size, chunks, content }, nonce), { signal })
    return
  }
}

import type { AbortOptions } from '@lading/clock'
import type { Staged } from '@lading/content-store'
import { assertDigest } from '@lading/content-store/engine'
import { parseDigest, type Digest } from '@lading/digest'
import { openReadable, presentIn } from './documents.ts'
import type { Engine } from './engine.ts'
import { readGenerations } from './generations.ts'
import { placeContent } from './place-content.ts'
import { readRange } from './read-blob.ts'

/** Over what is here and differs: small content is compared whole. */
export async function putContent(
  engine: Engine,
  digest: Digest,
  { bytes, signal }: AbortOptions & { readonly bytes: Uint8Array },
): Promise<void> {
  signal?.throwIfAborted()
  assertDigest(parseDigest(digest), bytes)
  const { chunkBytes } = engine.bounds
  const bad = await differing(engine, digest, { bytes, signal })
  if (bad === undefined) return
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes)
  }
  await placeContent(engine, { digest, size: bytes.length }, { pieces, instead: bad, signal })
}

/** Bytes that `publish` puts: until then they are here alone. */
export function stageContent(
  engine: Engine,
  digest: Digest,
  { bytes, signal }: AbortOptions & { readonly bytes: Uint8Array },
): Staged {
  signal?.throwIfAborted()
  assertDigest(parseDigest(digest), bytes)
  let copy: Uint8Array | undefined = new Uint8Array(bytes)
  return {
    digest,
    async publish() {
      const staged = copy
      copy = undefined
      if (staged !== undefined) await putContent(engine, digest, { bytes: staged })
    },
    async discard() {
      copy = undefined
    },
  }
}

/** The generation that is here and is not these bytes; 0: none is here. `undefined`: these are here. */
async function differing(
  engine: Engine,
  digest: Digest,
  { bytes, signal }: AbortOptions & { readonly bytes: Uint8Array },
): Promise<number | undefined> {
  const there = await presentIn(engine, await readGenerations(engine.objects, digest, { signal }), { signal })
  if (there === undefined) return 0
  if (there.size !== bytes.length) return there.generation
  try {
    const opened = await openReadable(engine, digest, { signal })
    let at = 0
    for await (const chunk of readRange(engine, opened, { start: 0, end: bytes.length, signal })) {
      if (Buffer.compare(chunk, bytes.subarray(at, at + chunk.length)) !== 0) return there.generation
      at += chunk.length
    }
    return undefined
  } catch {
    signal?.throwIfAborted()
    return there.generation
  }
}

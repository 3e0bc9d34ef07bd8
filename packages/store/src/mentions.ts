import type { ContentStore } from '@lading/content-store'
import { isDigest, type Digest } from '@lading/digest'
import { isLadingError } from '@lading/errors'
import { documentLimit } from './read-manifest.ts'

/**
 * Documents of kinds that we do not know, and every digest that stands in their text, with all that those mention in
 * turn: another program may hold content by them, such as by an artifact manifest of the first OCI drafts.
 *
 * @returns `undefined` when one is damaged: then nobody knows what it mentioned
 */
export async function mentionsOf(
  contents: ContentStore,
  documents: readonly Digest[],
): Promise<ReadonlySet<Digest> | undefined> {
  const seen = new Set<Digest>()
  const open = [...documents]
  for (let digest = open.pop(); digest !== undefined; digest = open.pop()) {
    if (seen.has(digest)) continue
    seen.add(digest)
    const size = (await contents.stat(digest))?.size
    if (size === undefined || size > documentLimit) continue
    try {
      const bytes = await contents.read(digest, { maxBytes: documentLimit })
      for (const [text] of new TextDecoder().decode(bytes).matchAll(digests)) if (isDigest(text)) open.push(text)
    } catch (error) {
      if (isLadingError(error, 'CONTENT_DAMAGED')) return undefined
      if (!isLadingError(error, 'CONTENT_UNKNOWN')) throw error
    }
  }
  return seen
}

const digests = /sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}/g

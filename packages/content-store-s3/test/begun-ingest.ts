import type { ContentStore, Ingest, IngestOptions } from '@lading/content-store'
import type { Digest } from '@lading/digest'

/** An ingest that has taken so many of a blob's bytes, those included that it goes on from. */
export async function begunIngest(
  store: ContentStore,
  bytes: Uint8Array,
  { digest, length, ...options }: IngestOptions & { readonly digest: Digest; readonly length: number },
): Promise<Ingest> {
  const ingest = await store.ingest({ digest, size: bytes.length }, options)
  if (ingest === undefined) throw new Error('it is here')
  await ingest.begin({ start: ingest.offset, source: 'test' })
  if (length > ingest.offset) await ingest.write(bytes.slice(ingest.offset, length))
  return ingest
}

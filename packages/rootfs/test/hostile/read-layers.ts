import { readTar } from '@lading/tar'
import type { ModelEntry } from './model.ts'

/** The entries of archives, with the content of files as it is with its holes. */
export async function readLayers(layers: readonly Uint8Array[]): Promise<readonly (readonly ModelEntry[])[]> {
  const all: (readonly ModelEntry[])[] = []
  for (const bytes of layers) {
    const entries: ModelEntry[] = []
    for await (const entry of readTar(once(bytes), { endMarker: 'optional' })) {
      const chunks: Uint8Array[] = []
      for await (const chunk of entry.body) chunks.push(chunk)
      const body = Buffer.concat(chunks)
      const content = entry.sparse === undefined ? body : Buffer.alloc(entry.sparse.size)
      let at = 0
      for (const { offset, length } of entry.sparse?.pieces ?? []) {
        body.copy(content, offset, at, at + length)
        at += length
      }
      entries.push({ ...entry, content: content.toString('latin1') })
    }
    all.push(entries)
  }
  return all
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield bytes
}

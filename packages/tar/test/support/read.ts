import { createTarReader, type TarEntry, type TarReaderOptions } from '@lading/tar'

export interface ReadEntry extends TarEntry {
  readonly body: Buffer
}

/** All entries with their bodies, the archive pushed in pieces of the given length. */
export function readAll(archive: Uint8Array, piece = Infinity, options: TarReaderOptions = {}): readonly ReadEntry[] {
  const entries: ReadEntry[] = []
  let parts: Uint8Array[] = []
  let current: TarEntry | undefined
  const reader = createTarReader(
    {
      entry(entry) {
        current = entry
        parts = []
      },
      body: (bytes) => void parts.push(Uint8Array.from(bytes)),
      bodyEnd() {
        if (current !== undefined) entries.push({ ...current, body: Buffer.concat(parts) })
      },
    },
    options,
  )
  for (let at = 0; at < archive.length; at += piece) reader.push(archive.subarray(at, at + piece))
  reader.end()
  return entries
}

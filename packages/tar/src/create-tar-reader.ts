import { createParser } from './parser.ts'
import type { TarEntry } from './tar-entry.ts'
import type { TarReaderOptions } from './tar-reader-options.ts'

export interface TarHandler {
  entry(entry: TarEntry): void
  /** A part of the current entry's body: a view of the chunk, never a copy. Without this, bodies are skipped. */
  body?(bytes: Uint8Array): void
  /** The current entry's body is complete; also called for an entry without a body. */
  bodyEnd?(): void
}

/** Synchronous. Not usable after it has thrown. */
export interface TarReader {
  /** @throws TarError, or what the handler throws */
  push(chunk: Uint8Array): void
  /** @throws TarError `TAR_TRUNCATED` if the archive is incomplete */
  end(): void
}

/** Reads an archive that is pushed in chunks of any size. It holds one block of 512 bytes, and headers for other headers up to their limit. */
export function createTarReader(handler: TarHandler, options: TarReaderOptions = {}): TarReader {
  const parser = createParser(options)
  return {
    push(chunk) {
      parser.feed(chunk)
      for (;;) {
        switch (parser.next()) {
          case 'entry':
            if (handler.body === undefined) parser.skipBody()
            handler.entry(parser.entry)
            break
          case 'piece':
            handler.body?.(parser.piece)
            break
          case 'body-end':
            handler.bodyEnd?.()
            break
          default:
            return
        }
      }
    },
    end: parser.finish,
  }
}

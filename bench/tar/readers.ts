import { createTarReader, readTar } from '@lading/tar'
import { createTarDecoder } from 'modern-tar'
import { Parser } from 'tar'
import { extract } from 'tar-stream'
import type { Archive } from './archives.ts'

/** What was seen of an archive, so that nobody is measured who sees less. */
export interface Seen {
  readonly entries: number
  readonly bytes: number
}

export interface Reader {
  readonly name: string
  readonly read: (archive: Archive) => Promise<Seen>
}

/** Everybody has it from the same source, one chunk at a time. */
async function* source({ chunks }: Archive): AsyncIterable<Buffer<ArrayBuffer>> {
  yield* chunks
}

/** What chunks are pushed into; the first is ours. */
export const pushed: readonly Reader[] = [
  {
    name: 'createTarReader',
    async read(archive) {
      const seen = { entries: 0, bytes: 0 }
      const reader = createTarReader({
        entry: () => void seen.entries++,
        body: (bytes) => void (seen.bytes += bytes.length),
      })
      for await (const chunk of source(archive)) reader.push(chunk)
      reader.end()
      return seen
    },
  },
  {
    name: 'tar-stream',
    read: (archive) =>
      new Promise((resolve, reject) => {
        const seen = { entries: 0, bytes: 0 }
        const extractor = extract()
        extractor.on('entry', (_header, body, next) => {
          seen.entries++
          body.on('data', (bytes) => (seen.bytes += bytes.length))
          body.on('end', next)
          body.resume()
        })
        extractor.on('finish', () => resolve(seen))
        extractor.on('error', reject)
        write(extractor, archive).catch(reject)
      }),
  },
  {
    name: 'node-tar',
    read: (archive) =>
      new Promise((resolve, reject) => {
        const seen = { entries: 0, bytes: 0 }
        const parser = new Parser({
          strict: true,
          onReadEntry(entry) {
            seen.entries++
            entry.on('data', (bytes) => (seen.bytes += bytes.length))
            entry.resume()
          },
        })
        parser.on('end', () => resolve(seen))
        parser.on('error', reject)
        write(parser as unknown as Writing, archive).catch(reject)
      }),
  },
]

/** What gives entries to `for await`; the first is ours. */
export const iterated: readonly Reader[] = [
  {
    name: 'readTar',
    async read(archive) {
      const seen = { entries: 0, bytes: 0 }
      for await (const { body } of readTar(source(archive))) {
        seen.entries++
        for await (const bytes of body) seen.bytes += bytes.length
      }
      return seen
    },
  },
  {
    name: 'modern-tar',
    async read(archive) {
      const seen = { entries: 0, bytes: 0 }
      const entries = ReadableStream.from(source(archive)).pipeThrough(createTarDecoder())
      for await (const { body } of entries) {
        seen.entries++
        for await (const bytes of body) seen.bytes += bytes.length
      }
      return seen
    },
  },
  {
    name: 'tar-stream, iterated',
    async read(archive) {
      const seen = { entries: 0, bytes: 0 }
      const extractor = extract()
      const writing = write(extractor, archive)
      for await (const body of extractor) {
        seen.entries++
        for await (const bytes of body) seen.bytes += bytes.length
      }
      await writing
      return seen
    },
  },
]

interface Writing {
  write(chunk: Uint8Array): boolean
  end(): unknown
  once(event: 'drain', listener: () => void): unknown
}

/** As a pipe does, without the cost of one. */
async function write(to: Writing, archive: Archive): Promise<void> {
  for await (const chunk of source(archive))
    if (!to.write(chunk)) await new Promise<void>((resolve) => void to.once('drain', resolve))
  to.end()
}

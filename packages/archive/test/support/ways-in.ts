import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openArchive, receiveArchive, type ArchivedImage, type ArchiveSource } from '@lading/archive'
import { createMemoryContent, type Document } from '@lading/content'
import type { Bounds } from '@lading/compression'
import { temporaryDirectory } from './some-files.ts'

/** What was found in an archive: its images, and everything that they name, read whole. */
export interface Found {
  readonly images: readonly ArchivedImage[]
  readonly documents: readonly Document[]
}

/** Both ways to read an archive: of a file at any place, and as it comes. They find the same, and refuse the same. */
export const waysIn: Readonly<Record<string, (bytes: Uint8Array, bounds?: Bounds) => Promise<Found>>> = {
  async 'from a file'(bytes, bounds) {
    const { path, remove } = await temporaryDirectory()
    try {
      const file = join(path, 'some.tar')
      await writeFile(file, bytes)
      const source = await openArchive(file, { spoolDirectory: path, bounds })
      try {
        return await find(source)
      } finally {
        await source.close()
      }
    } finally {
      await remove()
    }
  },
  async 'as it comes'(bytes, bounds) {
    const memory = createMemoryContent()
    const delivery = await memory.begin()
    try {
      return await find(await receiveArchive(inPieces(bytes), delivery, { bounds }))
    } finally {
      await delivery.abort()
    }
  },
}

async function* inPieces(bytes: Uint8Array, size = 1000): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < bytes.byteLength; at += size) yield bytes.slice(at, at + size)
}

async function find(source: ArchiveSource): Promise<Found> {
  const images: ArchivedImage[] = []
  const documents: Document[] = []
  for await (const image of source.images()) {
    images.push(image)
    const document = await source.document(image.target)
    if (document !== undefined) documents.push(document)
  }
  return { images, documents }
}

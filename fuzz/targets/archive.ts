import { gzipSync, zstdCompressSync } from 'node:zlib'
import { openArchive, receiveArchive, type ArchivedImage, type ArchiveSource } from '@lading/archive'
import { createMemoryContent, successors } from '@lading/content'
import type { Descriptor } from '@lading/manifest'
import { digestOf } from '@lading/digest/hash'
import { isLadingError } from '@lading/errors'
import { imageArchive } from '../generate/archive.ts'
import { spoolingFiles } from '../spooling-files.ts'
import { holds, unlessRefusedLater } from '../refusal.ts'
import type { WaitingTarget } from '../target.ts'
import { resealed } from './tar.ts'

const wrappings = [(input: Uint8Array) => input, gzipSync, zstdCompressSync] as const

async function* inPieces(bytes: Uint8Array, piece: number): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < bytes.length; at += piece) yield bytes.slice(at, at + piece)
}

/** What is there, each target read and all that it names looked at: right, absent, or refused. */
async function look(source: ArchiveSource): Promise<readonly ArchivedImage[]> {
  const images: ArchivedImage[] = []
  for await (const image of source.images()) images.push(image)
  for (const { target } of images) {
    const document = await source.document(target).catch(unlessTyped)
    if (document === undefined) continue
    holds(digestOf(document.bytes) === target.digest, 'a target is not what its digest says')
    for (const child of childrenOf(document)) await source.stat(child.digest).catch(unlessTyped)
  }
  return images
}

function childrenOf(document: Parameters<typeof successors>[0]): readonly Descriptor[] {
  try {
    return successors(document)
  } catch (error) {
    return unlessTyped(error) ?? []
  }
}

function unlessTyped(error: unknown): undefined {
  if (!isLadingError(error)) throw error
}

async function read(input: Uint8Array): Promise<void> {
  const chosen = input.reduce((sum, byte) => (sum * 31 + byte) % 251, 0)
  const wrapped = (wrappings[chosen % wrappings.length] as (typeof wrappings)[0])(input)
  const piece = 200 + 37 * chosen
  const length = Math.max(input.length, wrapped.length)
  const opened = await unlessRefusedLater(length, async () => {
    const source = await openArchive(inPieces(wrapped, piece), { spoolDirectory: '/spool', fs: spoolingFiles() })
    try {
      return await look(source)
    } finally {
      await source.close()
    }
  })
  const received = await unlessRefusedLater(length, async () => {
    const delivery = await createMemoryContent().begin()
    try {
      return await look(await receiveArchive(inPieces(wrapped, piece), delivery))
    } finally {
      await delivery.abort()
    }
  })
  if (received !== undefined)
    holds(JSON.stringify(received) === JSON.stringify(opened), 'as it comes it has other images than as a file')
}

export const archive: WaitingTarget = {
  name: 'archive',
  generate: imageArchive,
  words: ['"sha256:', 'manifest.json', 'index.json', '"Layers":[', 'null', '../', 'blobs/sha256/', '0', '2'],
  async check(input) {
    await read(input)
    await read(resealed(input))
  },
}

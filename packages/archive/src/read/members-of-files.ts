import type { AbortOptions } from '@lading/clock'
import type { CompressionKind } from '@lading/compression'
import { algorithmOf, type Digest } from '@lading/digest'
import { createHasher } from '@lading/digest/hash'
import { digestOfPath } from '../file-names.ts'
import { readWhole, type Files, type StoredFile } from './files.ts'
import type { Members } from './members.ts'
import { oneMemory } from './read-handle.ts'
import { knownCompression } from './sniffed-compression.ts'

/** Members of files with random access. A layer is hashed once, and only if its digest is not stated anywhere. */
export function membersOf(files: Files): Members {
  const hashed = new Map<string, Promise<Digest>>()
  return {
    paths: files.paths,
    async document(path, { maxBytes, signal }) {
      const file = await files.find(path)
      return file === undefined ? undefined : readWhole(file, { maxBytes, signal })
    },
    async layer(path, { diffId, signal }) {
      const file = await files.find(path, { follow: digestOfPath(path) === undefined })
      if (file === undefined) return undefined
      const compression = await compressionOf(file, { signal })
      const promised =
        digestOfPath(file.path) ??
        (compression === 'none' && diffId !== undefined && algorithmOf(diffId) === 'sha256' ? diffId : undefined)
      if (promised !== undefined) return { path: file.path, digest: promised, size: file.size, compression }
      let digest = hashed.get(file.path)
      if (digest === undefined) {
        digest = hash(file, { signal })
        hashed.set(file.path, digest)
        digest.catch(() => hashed.delete(file.path))
      }
      return { path: file.path, digest: await digest, size: file.size, compression }
    },
  }
}

async function compressionOf(file: StoredFile, options: AbortOptions): Promise<CompressionKind> {
  const start = new Uint8Array(Math.min(file.size, 16))
  let at = 0
  for await (const chunk of file.read(0, start.byteLength, options)) {
    start.set(chunk, at)
    at += chunk.byteLength
  }
  return knownCompression(file.path, start)
}

async function hash(file: StoredFile, options: AbortOptions): Promise<Digest> {
  const hasher = createHasher('sha256')
  for await (const chunk of file.read(0, file.size, { memory: oneMemory(), ...options })) hasher.update(chunk)
  return hasher.digest()
}

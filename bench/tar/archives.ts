import { writeTar, type TarInput } from '@lading/tar'

const pieceSize = 64 * 1024
const time = { seconds: 1_700_000_000, nanoseconds: 0 }

export interface Archive {
  readonly bytes: Buffer
  readonly entries: number
  /** As it comes from a file or an inflater. */
  readonly chunks: readonly Buffer<ArrayBuffer>[]
}

async function archiveOf(inputs: readonly TarInput[]): Promise<Archive> {
  const parts: Uint8Array[] = []
  for await (const part of writeTar(inputs)) parts.push(part)
  const bytes = Buffer.concat(parts)
  const chunks: Buffer<ArrayBuffer>[] = []
  for (let at = 0; at < bytes.length; at += pieceSize) chunks.push(bytes.subarray(at, at + pieceSize))
  return { bytes, entries: inputs.length, chunks }
}

/** As a file system has them: directories of small files, with owners, and links among them. */
export const smallFiles = (count: number): Promise<Archive> =>
  archiveOf(
    Array.from({ length: count }, (_, index): TarInput => {
      const directory = `usr/share/doc/package-${Math.floor(index / 20)}/`
      const common = { mtime: time, userName: 'root', groupName: 'root' }
      if (index % 20 === 0) return { ...common, name: directory, type: 'directory' }
      if (index % 20 === 1) return { ...common, name: `${directory}link`, type: 'symlink', linkName: '../other/file' }
      return { ...common, name: `${directory}file-${index}.txt`, body: new Uint8Array(200 + (index % 700)).fill(0x61) }
    }),
  )

export const largeFiles = (count: number, size: number): Promise<Archive> =>
  archiveOf(
    Array.from({ length: count }, (_, index): TarInput => ({
      name: `blobs/${index}`,
      mtime: time,
      body: new Uint8Array(size),
    })),
  )
